//! Writing files.

use std::fmt;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swath_io::{Replaced, ToParquet, WrittenFile, prepare_folder};
use swath_memory::CancelToken;
use swath_plan::{Plan, PlanError};

use super::DataFrame;
use crate::compute::compute;
use crate::{Error, Result, Session, Table};

/// A lazy write: joins a [`compute`](crate::compute) with other items, so that what they share is read once.
#[derive(Clone, Debug)]
pub struct Sink {
    pub(crate) session: Session,
    pub(crate) plan: Plan,
    /// Files of the folder that are removed when all new ones are there.
    pub(crate) replaced: Arc<Replaced>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    files: Vec<PathBuf>,
    rows: u64,
    bytes: u64,
}

impl Written {
    /// The outcome of a write whose files are listed in `table`; what they replace is removed now.
    pub(crate) fn finish(table: &Table, replaced: &Replaced) -> Result<Self> {
        let rows: Vec<(String, u64, u64)> = table.rows()?.collect();
        let files = rows.iter().map(|(path, rows, bytes)| WrittenFile {
            path: path.clone(),
            rows: *rows,
            bytes: *bytes,
        });
        replaced
            .remove(&files.collect())
            .map_err(PlanError::from)
            .map_err(Error::lowering)?;
        Ok(Self {
            rows: rows.iter().map(|(_, rows, _)| rows).sum(),
            bytes: rows.iter().map(|(_, _, bytes)| bytes).sum(),
            files: rows
                .into_iter()
                .map(|(file, _, _)| PathBuf::from(file))
                .collect(),
        })
    }

    /// Number of files, one a partition.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// The files, in the order of the partitions; URLs where they are in a store.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// Rows in all files.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} files, {} rows, {}",
            self.files(),
            self.rows,
            swath_memory::format_bytes(self.bytes)
        )
    }
}

impl DataFrame {
    /// Writes the frame as Parquet now, one file a partition, named `part.N.parquet`.
    ///
    /// A file appears under its name when it is complete; the index and its divisions are recorded and
    /// [`Session::read_parquet`] restores them.
    ///
    /// # Errors
    /// A folder that cannot be written or has such files already; whatever a task meets.
    #[track_caller]
    pub fn to_parquet(&self, options: impl Into<ToParquet>) -> Result<Written> {
        compute(&self.sink_parquet(options)?)
    }

    /// Like [`to_parquet`](Self::to_parquet), but lazy: an item of a [`compute`](crate::compute).
    ///
    /// # Errors
    /// Options that are not valid.
    #[track_caller]
    pub fn sink_parquet(&self, options: impl Into<ToParquet>) -> Result<Sink> {
        let location = Location::caller();
        let options: ToParquet = options.into();
        let options = options.recording(self.divisions().clone());
        let check = || -> std::result::Result<Replaced, PlanError> {
            refuse_reading(self.plan(), options.folder())?;
            let io = self.session().env().io(CancelToken::new());
            Ok(prepare_folder(&options, &io)?)
        };
        match check() {
            Ok(replaced) => Ok(Sink {
                session: self.session().clone(),
                plan: self.plan().to_parquet(options).at(location),
                replaced: Arc::new(replaced),
            }),
            Err(error) => Err(Error::planning(error, "to_parquet", location)),
        }
    }
}

/// Refuses to replace files that the same computation reads.
fn refuse_reading(plan: &Plan, folder: &str) -> std::result::Result<(), PlanError> {
    match swath_plan::files_read(plan).find(|file| Path::new(file).starts_with(folder)) {
        Some(file) => Err(PlanError::WritesWhatItReads { file }),
        None => Ok(()),
    }
}
