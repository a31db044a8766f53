//! The rows that a query starts from.

use crate::options::From;
use std::path::PathBuf;
use swath::{DataFrame, Result, Session};

/// A suite's table: files that each run opens, or partitions held since before the first run.
pub(crate) struct Source {
    session: Session,
    files: PathBuf,
    loaded: Option<DataFrame>,
}

impl Source {
    /// Gets the table ready; from memory, that reads all of it.
    ///
    /// # Errors
    /// Whatever reading the files meets.
    pub(crate) fn open(session: Session, files: PathBuf, from: From) -> Result<Self> {
        let loaded = match from {
            From::File => None,
            From::Memory => Some(session.read_parquet(&*files)?.persist()?),
        };
        Ok(Self {
            session,
            files,
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
            None => self.session.read_parquet(&*self.files),
        }
    }
}
