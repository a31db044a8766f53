//! The target of a write before it begins: which folder it is, and what is in it.

use super::disk::DiskTarget;
use super::kind::FileKind;
use super::mode::Mode;
use super::prefix::PrefixTarget;
use super::write::FolderWrite;
use crate::{IoContext, IoError, store};

/// A folder, or a prefix of a store, that a write is meant for. Nothing is touched before the write
/// [begins](Self::begin).
#[derive(Clone, Debug)]
pub struct WriteTarget(Place);

#[derive(Clone, Debug)]
enum Place {
    Disk(DiskTarget),
    Store(PrefixTarget),
}

impl WriteTarget {
    /// The folder of this name, for files with these extensions, of which new ones get the first; `options` is what a user says
    /// about writing them.
    ///
    /// # Errors
    /// A URL without a store; a path that is none.
    pub(crate) fn new(
        path: &str,
        extensions: &[&str],
        options: &'static str,
        mode: Mode,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        let kind = FileKind {
            extensions: extensions.iter().map(ToString::to_string).collect(),
            options: options.into(),
        };
        Ok(Self(match store::local_path(path) {
            Some(path) => Place::Disk(DiskTarget::new(path, kind, mode)?),
            None => Place::Store(PrefixTarget::new(path, kind, mode, context)?),
        }))
    }

    /// The folder as the user spelt it; a URL without its query.
    pub fn folder(&self) -> &str {
        match &self.0 {
            Place::Disk(target) => target.shown(),
            Place::Store(target) => target.url(),
        }
    }

    /// Refuses a folder whose files may not be replaced.
    ///
    /// # Errors
    /// [`IoError::Exists`] where there are files and the options do not say what becomes of them; what the system or the
    /// store refuses.
    pub fn check(&self) -> Result<(), IoError> {
        match &self.0 {
            Place::Disk(target) => target.check(),
            Place::Store(target) => target.check(),
        }
    }

    /// The first of these files that is in the folder and may be replaced, however its path is spelt.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn first_replaced<'a>(
        &self,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Result<Option<&'a str>, IoError> {
        match &self.0 {
            Place::Disk(target) => target.first_replaced(files),
            Place::Store(target) => target.first_replaced(files),
        }
    }

    /// Whether the files of one write would be seen in the folder of the other, or replaced by it.
    pub fn overlaps(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Place::Disk(one), Place::Disk(other)) => one.overlaps(other),
            (Place::Store(one), Place::Store(other)) => one.overlaps(other),
            _ => false,
        }
    }

    /// Puts right what killed processes left in the folder: finishes what was getting its names, and removes the
    /// rest. In a store nobody can tell what is left from what is under way, and nothing is touched.
    ///
    /// # Errors
    /// What the system refuses while it is finished.
    pub fn put_right(&self) -> Result<(), IoError> {
        match &self.0 {
            Place::Disk(target) => target.put_right(),
            Place::Store(_) => Ok(()),
        }
    }

    /// Makes the folder where it is not there, [puts it right](Self::put_right), and makes the hidden folder of this
    /// write.
    ///
    /// # Errors
    /// A folder that cannot be made; [`IoError::Exists`] as by [`check`](Self::check).
    pub fn begin(&self) -> Result<FolderWrite, IoError> {
        match &self.0 {
            Place::Disk(target) => target.begin().map(FolderWrite::on_disk),
            Place::Store(target) => target.begin().map(FolderWrite::in_store),
        }
    }
}
