//! A folder before a write begins in it.

use std::io;
use std::path::{Path, PathBuf};

use super::system;
use super::visible::Visible;
use crate::folder::kind::FileKind;
use crate::folder::{Mode, is_within};
use crate::local::failed;
use crate::{IoError, store};

/// A folder that a write is meant for.
#[derive(Clone, Debug)]
pub(crate) struct DiskTarget {
    /// As the user spelt it.
    pub(super) shown: String,
    /// Its one path.
    pub(super) folder: PathBuf,
    pub(super) kind: FileKind,
    pub(super) mode: Mode,
}

impl DiskTarget {
    pub(in crate::folder) fn new(path: &Path, kind: FileKind, mode: Mode) -> Result<Self, IoError> {
        Ok(Self {
            shown: path.display().to_string(),
            folder: system::resolve(path).map_err(failed("find", path))?,
            kind,
            mode,
        })
    }

    pub(in crate::folder) fn shown(&self) -> &str {
        &self.shown
    }

    /// See [`WriteTarget::check`](crate::WriteTarget::check).
    pub(in crate::folder) fn check(&self) -> Result<(), IoError> {
        if self.mode != Mode::New {
            return Ok(());
        }
        match self.visible()?.files.len() {
            0 => Ok(()),
            files => Err(self.kind.exists(&self.shown, files)),
        }
    }

    /// See [`WriteTarget::first_replaced`](crate::WriteTarget::first_replaced).
    pub(in crate::folder) fn first_replaced<'a>(
        &self,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Result<Option<&'a str>, IoError> {
        if self.mode == Mode::Append {
            return Ok(None);
        }
        let local = files.into_iter().filter_map(store::local_path);
        let found = self.visible()?.first_of(local);
        Ok(found.and_then(Path::to_str))
    }

    /// See [`WriteTarget::overlaps`](crate::WriteTarget::overlaps).
    pub(in crate::folder) fn overlaps(&self, other: &Self) -> bool {
        is_within(&self.folder, &other.folder)
            || is_within(&other.folder, &self.folder)
            || system::identity(&self.folder)
                .is_some_and(|identity| system::identity(&other.folder) == Some(identity))
    }

    /// Why the folder could not be made.
    pub(super) fn unmade(&self, source: io::Error) -> IoError {
        // The system says that something exists, or is no folder, and not what.
        match Path::new(&self.shown)
            .ancestors()
            .find(|part| part.is_file())
        {
            Some(file) => IoError::NotAFolder {
                path: file.display().to_string(),
            },
            None => failed("make the folder", Path::new(&self.shown))(source),
        }
    }

    fn visible(&self) -> Result<Visible, IoError> {
        Visible::of(&self.folder, &self.kind.extensions)
    }
}
