//! A write that has begun, as data: what its tasks know of it, in whichever process they run.

use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, Hasher, RandomState};
use swath_graph::{Canon, Fingerprint};

use super::Unfinished;
use super::disk::HiddenFolder;
use super::name::PartName;
use super::prefix::HiddenPrefix;
use crate::local::NewFile;
use crate::{IoContext, IoError};

/// A write that has begun: its target, and the hidden place in it that files are written to.
///
/// Two writes are never equal, though their targets be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged(pub(super) Place);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Place {
    Disk(HiddenFolder),
    Store(HiddenPrefix),
}

/// How the names of hidden folders begin.
pub(super) const PREFIX: &str = ".swath-";

/// Tells one write from all others.
pub(super) fn new_id() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

impl Staged {
    /// Gives the files their names and takes away what they replace: what was in the folder when this begins. Returns them with
    /// the paths where they are seen; files that are added to others are numbered on from those.
    ///
    /// Either all of it happens or, with an error, nothing. Called again for the same write, it goes on where it was
    /// interrupted.
    ///
    /// # Errors
    /// [`IoError::Exists`] where files have come into the folder that may not be replaced; [`IoError::Publishing`]
    /// where another write is at the same; what the system or the store refuses; a write that was given up.
    pub fn publish(
        &self,
        files: &[WrittenFile],
        context: &IoContext,
    ) -> Result<Vec<WrittenFile>, IoError> {
        match &self.0 {
            Place::Disk(hidden) => hidden.publish(files),
            Place::Store(hidden) => hidden.publish(files, context),
        }
    }

    /// Begins a file; returns where it will be seen too.
    pub(crate) fn create_part(
        &self,
        part: &PartName<'_>,
        context: &IoContext,
    ) -> Result<(Box<dyn Unfinished>, String), IoError> {
        match &self.0 {
            Place::Disk(hidden) => {
                let path = hidden.path(part);
                let file = NewFile::create(hidden.hidden(part), path.clone())?;
                Ok((Box::new(file), path.display().to_string()))
            }
            Place::Store(hidden) => hidden.create(part, context),
        }
    }
}

impl Fingerprint for Staged {
    fn feed(&self, out: &mut Canon) {
        let id = match &self.0 {
            Place::Disk(hidden) => &hidden.id,
            Place::Store(hidden) => &hidden.id,
        };
        out.object("staged", 1).str(id);
    }
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
