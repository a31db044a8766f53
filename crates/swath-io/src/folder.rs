//! Where files are written to: a local folder, or a prefix of a store.

use std::fmt::Debug;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use swath_memory::CancelToken;

use crate::list::has_extension;
use crate::local::{self, NewFile};
use crate::store::{self, Located};
use crate::{IoContext, IoError};

/// A folder that files are written to.
#[derive(Clone, Debug)]
pub(crate) enum Folder {
    Local(PathBuf),
    Store(Located, CancelToken),
}

impl Folder {
    /// The folder that a path or URL names.
    pub(crate) fn of(path: &str, context: &IoContext) -> Result<Self, IoError> {
        Ok(match store::scheme(path) {
            None => Self::Local(path.into()),
            Some("file") => Self::Local(path["file://".len()..].into()),
            Some(_) => Self::Store(context.stores.locate(path)?, context.cancel.clone()),
        })
    }

    /// Makes the folder where it is not there; a store has none to make.
    pub(crate) fn make(&self) -> Result<(), IoError> {
        match self {
            Self::Local(folder) => local::make_folder(folder),
            Self::Store(..) => Ok(()),
        }
    }

    /// The files directly in it whose names end so.
    pub(crate) fn files(&self, extensions: &[&str]) -> Result<Vec<String>, IoError> {
        match self {
            Self::Local(folder) => Ok(local::entries(folder)?
                .into_iter()
                .filter(|(path, is_folder)| !is_folder && has_extension(path, extensions))
                .map(|(path, _)| path.display().to_string())
                .collect()),
            Self::Store(place, cancel) => place.files(extensions, cancel),
        }
    }

    /// Begins a file in it; returns its path too.
    pub(crate) fn create(&self, name: &str) -> Result<(Box<dyn Unpublished>, String), IoError> {
        Ok(match self {
            Self::Local(folder) => {
                let path = folder.join(name);
                let shown = path.display().to_string();
                (Box::new(NewFile::create(&path)?), shown)
            }
            Self::Store(place, cancel) => {
                let place = place.below(name);
                (place.create(cancel)?, place.url())
            }
        })
    }
}

/// A file that is seen under its name when it is whole. Dropped before it is published, it leaves nothing behind.
pub(crate) trait Unpublished: Write + Debug + Send {
    /// Makes the file durable and gives it its name; returns its bytes.
    fn publish(self: Box<Self>) -> Result<u64, IoError>;
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path or URL.
    pub path: String,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// Files that were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files, in the order of their partitions.
    pub files: Vec<WrittenFile>,
}

impl Written {
    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

impl FromIterator<WrittenFile> for Written {
    fn from_iter<I: IntoIterator<Item = WrittenFile>>(files: I) -> Self {
        Self {
            files: files.into_iter().collect(),
        }
    }
}

/// Files of an overwritten folder, which stay until all new ones are there. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Replaced {
    folder: Folder,
    files: Arc<[String]>,
}

impl Replaced {
    pub(crate) fn new(folder: Folder, files: Vec<String>) -> Self {
        Self {
            folder,
            files: files.into(),
        }
    }

    /// Their paths.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Removes those that no new file took the place of.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn remove(&self, written: &Written) -> Result<(), IoError> {
        let kept = |path: &String| written.files.iter().any(|file| file.path == *path);
        for path in self.files.iter().filter(|path| !kept(path)) {
            match &self.folder {
                Folder::Local(_) => local::remove(Path::new(path))?,
                Folder::Store(place, _) => {
                    let name = path.rsplit('/').next().unwrap_or_default();
                    // The new files are there: what is left of the old ones goes, whoever has lost interest.
                    place.below(name).remove(&CancelToken::new())?;
                }
            }
        }
        Ok(())
    }
}
