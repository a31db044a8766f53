//! The rows that a query starts from.

use crate::options::From;
use std::path::{Path, PathBuf};
use swath::{DataFrame, Result, Session};

/// Opens the files of a suite.
pub(crate) type Read = fn(&Session, &Path) -> Result<DataFrame>;

/// A suite's table: files that each run opens, or partitions held since before the first run.
pub(crate) struct Source {
    session: Session,
    files: PathBuf,
    read: Read,
    loaded: Option<DataFrame>,
}

impl Source {
    /// Gets the table ready; from memory, that reads all of it.
    ///
    /// # Errors
    /// Whatever reading the files meets.
    pub(crate) fn open(session: Session, files: PathBuf, read: Read, from: From) -> Result<Self> {
        let loaded = match from {
            From::File => None,
            From::Memory => Some(read(&session, &files)?.persist()?),
        };
        Ok(Self {
            session,
            files,
            read,
            loaded,
        })
    }

    /// A frame over the table. From files this lists them and reads their footers.
    ///
    /// # Errors
    /// Whatever opening the files meets.
    pub(crate) fn frame(&self) -> Result<DataFrame> {
        match &self.loaded {
            Some(loaded) => Ok(loaded.clone()),
            None => (self.read)(&self.session, &self.files),
        }
    }

    /// The files and the session, for a query that opens them in its own way.
    pub(crate) fn files(&self) -> (&Session, &Path) {
        (&self.session, &self.files)
    }
}
