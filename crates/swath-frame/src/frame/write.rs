//! Writing files.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swath_io::{ToCsv, ToIpc, ToJson, ToParquet, WriteOptions};
use swath_plan::Plan;

use super::DataFrame;
use crate::compute::compute;
use crate::{Error, Result, Session, Table};

/// A lazy write: joins a [`compute`](crate::compute) with other items, so that what they share is read once.
///
/// Nothing on disk is looked at or touched before it is computed. Computed again, it is another write under the same
/// rules.
#[derive(Clone, Debug)]
pub struct Sink {
    pub(crate) session: Session,
    pub(crate) plan: Plan,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    files: Vec<PathBuf>,
    partitions: Vec<WrittenPartition>,
    receipts: Vec<String>,
    rows: u64,
    bytes: u64,
}

/// What was written into one of the folders named by the values of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPartition {
    folder: String,
    files: usize,
    rows: u64,
    bytes: u64,
}

impl WrittenPartition {
    /// The folder within the target, as `year=2024/region=eu`.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Number of files.
    pub fn files(&self) -> usize {
        self.files
    }

    /// Rows in these files.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of these files.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Written {
    /// The outcome of a write whose files are listed in `table`, in folders named by so many keys.
    pub(crate) fn listed(table: &Table, keys: usize) -> Result<Self> {
        let rows: Vec<(String, u64, u64)> = table.rows()?.collect();
        let mut partitions: BTreeMap<String, WrittenPartition> = BTreeMap::new();
        for (file, rows, bytes) in &rows {
            let mut folders: Vec<&str> = file.rsplit('/').skip(1).take(keys).collect();
            if folders.is_empty() {
                break;
            }
            folders.reverse();
            let folder = folders.join("/");
            let partition = partitions
                .entry(folder.clone())
                .or_insert(WrittenPartition {
                    folder,
                    files: 0,
                    rows: 0,
                    bytes: 0,
                });
            partition.files += 1;
            partition.rows += rows;
            partition.bytes += bytes;
        }
        Ok(Self {
            partitions: partitions.into_values().collect(),
            receipts: Vec::new(),
            rows: rows.iter().map(|(_, rows, _)| rows).sum(),
            bytes: rows.iter().map(|(_, _, bytes)| bytes).sum(),
            files: rows
                .into_iter()
                .map(|(file, _, _)| PathBuf::from(file))
                .collect(),
        })
    }

    /// The outcome of a write to a sink, whose receipts are listed in `table`.
    pub(crate) fn delivered(table: &Table) -> Result<Self> {
        let (receipts, rows): (Vec<String>, Vec<u64>) = table.rows::<(String, u64)>()?.unzip();
        Ok(Self {
            files: Vec::new(),
            partitions: Vec::new(),
            receipts,
            rows: rows.iter().sum(),
            bytes: 0,
        })
    }

    /// What a sink of a plugin said of each partition, in their order, as JSON; none where files were written.
    pub fn receipts(&self) -> &[String] {
        &self.receipts
    }

    /// The folders that were written into, in order of their names; none without `partition_on`.
    pub fn partitions(&self) -> &[WrittenPartition] {
        &self.partitions
    }

    /// Number of files: one a partition of the frame, or one for each folder that it has rows for; none of a sink of a plugin.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// The files, in the order of the partitions; URLs where they are in a store.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// Rows in all files, or that a sink took.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of all files; 0 of a sink, which does not say.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.receipts.is_empty() {
            return write!(f, "{} partitions, {} rows", self.receipts.len(), self.rows);
        }
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
    /// Writes the frame as Parquet now, one file a partition, named `part.N.parquet`. Options of [`ToParquet`] say what becomes of
    /// files that are there, and by which columns rows go into folders of their own.
    ///
    /// All files are seen when all are complete: until then, and for good if anything fails, the folder is as it was.
    /// The index and its divisions are recorded and [`Session::read_parquet`] restores them.
    ///
    /// # Errors
    /// A folder that cannot be written or has such files already; files that this computation reads, which
    /// [`persist`](Self::persist) frees first; whatever a task meets; columns that are not those of the files that stay.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, ToParquet};
    /// # let session = Session::testing();
    /// # let folder = tempfile::tempdir().unwrap();
    /// let df = session.from_batches([Batch::from_csv("region,amount\neu,1\nus,2\neu,3\n")?])?;
    /// let by_region = || ToParquet::new(folder.path()).partition_on("region");
    /// let written = df.to_parquet(by_region())?;
    /// assert_eq!((written.files(), written.partitions()[0].folder()), (2, "region=eu"));
    /// df.to_parquet(by_region().append())?;
    /// assert_eq!(session.read_parquet(folder.path())?.sum("amount")?.get::<i64>()?, 12);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn to_parquet(&self, options: impl Into<ToParquet>) -> Result<Written> {
        compute(&self.sink_parquet(options)?)
    }

    /// Like [`to_parquet`](Self::to_parquet), but lazy: an item of a [`compute`](crate::compute), where two writes
    /// cannot go into one folder.
    ///
    /// # Errors
    /// Options that are not valid.
    #[track_caller]
    pub fn sink_parquet(&self, options: impl Into<ToParquet>) -> Result<Sink> {
        let location = Location::caller();
        let options: ToParquet = options.into();
        self.sink_files(options.recording(self.divisions().clone()), location)
    }

    /// Writes the frame as CSV now, one file a partition, named `part.N.csv`.
    ///
    /// All files are seen when all are complete: until then, and for good if anything fails, the folder is as it was. All
    /// columns are written, the index first. Options of [`ToCsv`] say what becomes of files that are there, and by which columns rows go
    /// into folders of their own. [`Session::read_csv`] reads back the same texts and nulls: a text that would read as
    /// null is written in quotes. Dtypes are not recorded.
    ///
    /// # Errors
    /// A nested column; a folder that cannot be written or has such files already; files that this computation reads, which
    /// [`persist`](Self::persist) frees first; whatever a task meets.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let folder = tempfile::tempdir().unwrap();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\n,2\n")?])?;
    /// let written = df.to_csv(folder.path())?;
    /// assert_eq!((written.files(), written.rows()), (1, 2));
    /// assert_eq!(session.read_csv(folder.path())?.compute()?.to_string(), df.compute()?.to_string());
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn to_csv(&self, options: impl Into<ToCsv>) -> Result<Written> {
        compute(&self.sink_csv(options)?)
    }

    /// Like [`to_csv`](Self::to_csv), but lazy: an item of a [`compute`](crate::compute), where two writes cannot go into
    /// one folder.
    ///
    /// # Errors
    /// Options that are not valid; a nested column.
    #[track_caller]
    pub fn sink_csv(&self, options: impl Into<ToCsv>) -> Result<Sink> {
        self.sink_files(options.into(), Location::caller())
    }

    /// Writes the frame as Arrow IPC files now (Feather, version 2), one file a partition, named `part.N.arrow`.
    ///
    /// All files are seen when all are complete: until then, and for good if anything fails, the folder is as it was. All
    /// columns are written, the index first. Options of [`ToIpc`] say what becomes of files that are there, and by which columns rows go
    /// into folders of their own. [`Session::read_ipc`] restores dtypes and the index, not divisions. Text is written
    /// with offsets, which every reader of such files knows; categories within lists and structs become text.
    ///
    /// # Errors
    /// A folder that cannot be written or has such files already; files that this computation reads, which
    /// [`persist`](Self::persist) frees first; whatever a task meets.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, ToIpc};
    /// # let session = Session::testing();
    /// # let folder = tempfile::tempdir().unwrap();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\n,2\n")?])?;
    /// let written = df.to_ipc(ToIpc::new(folder.path()).compression("zstd"))?;
    /// assert_eq!((written.files(), written.rows()), (1, 2));
    /// assert_eq!(session.read_ipc(folder.path())?.compute()?.to_string(), df.compute()?.to_string());
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn to_ipc(&self, options: impl Into<ToIpc>) -> Result<Written> {
        compute(&self.sink_ipc(options)?)
    }

    /// Like [`to_ipc`](Self::to_ipc), but lazy: an item of a [`compute`](crate::compute), where two writes cannot go into
    /// one folder.
    ///
    /// # Errors
    /// Options that are not valid.
    #[track_caller]
    pub fn sink_ipc(&self, options: impl Into<ToIpc>) -> Result<Sink> {
        self.sink_files(options.into(), Location::caller())
    }

    /// Writes the frame as newline-delimited JSON now, one object a line and one file a partition, named `part.N.jsonl`.
    ///
    /// All files are seen when all are complete: until then, and for good if anything fails, the folder is as it was. All
    /// columns are written, the index first, nulls too. Options of [`ToJson`] say what becomes of files that are there, and by which
    /// columns rows go into folders of their own. Dates and times are texts in ISO 8601, zoned timestamps on the clock of
    /// UTC; bytes are hexadecimal digits, spans of time counts of their unit, and what is no finite number is a text such as
    /// `"NaN"`. [`Session::read_json`] reads all of that back where the dtypes are declared; they are not recorded.
    ///
    /// # Errors
    /// A folder that cannot be written or has such files already; files that this computation reads, which
    /// [`persist`](Self::persist) frees first; whatever a task meets.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let folder = tempfile::tempdir().unwrap();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\n,2\n")?])?;
    /// let written = df.to_json(folder.path())?;
    /// assert_eq!((written.files(), written.rows()), (1, 2));
    /// assert_eq!(session.read_json(folder.path())?.compute()?.to_string(), df.compute()?.to_string());
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn to_json(&self, options: impl Into<ToJson>) -> Result<Written> {
        compute(&self.sink_json(options)?)
    }

    /// Like [`to_json`](Self::to_json), but lazy: an item of a [`compute`](crate::compute), where two writes cannot go into
    /// one folder.
    ///
    /// # Errors
    /// Options that are not valid.
    #[track_caller]
    pub fn sink_json(&self, options: impl Into<ToJson>) -> Result<Sink> {
        self.sink_files(options.into(), Location::caller())
    }

    fn sink_files<W: WriteOptions + 'static>(
        &self,
        options: W,
        location: &'static Location<'static>,
    ) -> Result<Sink> {
        match options.check(self.meta()) {
            Ok(()) => Ok(Sink {
                session: self.session().clone(),
                plan: self.plan().write(Arc::new(options)).at(location),
            }),
            Err(error) => Err(Error::planning(error.into(), options.verb(), location)),
        }
    }
}
