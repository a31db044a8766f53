//! What a format is to plans and tasks: data sets, their parts, readers of those, and writers.

use arrow_array::RecordBatch;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;
use swath_batch::Chunk;
use swath_divisions::Divisions;
use swath_expr::ColumnBounds;
use swath_graph::{DecodeError, Decoder, Encoder, Fingerprint};
use swath_memory::Reservation;
use swath_meta::{Meta, nearest};

use crate::{
    CsvPart, FileIdentity, FileSet, IoContext, IoError, IpcPart, JsonPart, ParquetPart,
    ScanRequest, ScanStats, Staged, ToCsv, ToIpc, ToJson, ToParquet, WriteTarget, WrittenFile,
};

/// Files of one format as one table, in the state that they were listed in: what a plan reads from.
///
/// A data set is cut into *units*, in row order: the smallest that is read on its own (a row group, a range of bytes). A
/// visible partition is some neighbouring units, and so is what a task reads. Its fingerprint says which rows it has: files,
/// their states, and every option that changes rows.
pub trait Dataset: Fingerprint + Debug + Send + Sync {
    /// What reading it is called, for names of plans: `read-parquet`.
    fn kind(&self) -> &'static str;

    /// The files, and the table that they are.
    fn set(&self) -> &FileSet;

    /// Columns, dtypes and the index.
    fn meta(&self) -> &Arc<Meta> {
        self.set().meta()
    }

    /// What is known of the index labels in each visible partition.
    fn divisions(&self) -> &Divisions {
        self.set().divisions()
    }

    /// The files, in order.
    fn files(&self) -> &[FileIdentity] {
        self.set().files()
    }

    /// The units that each visible partition reads, consecutive ones; at least one partition.
    ///
    /// Together they are all units in order. Where [`shares_units`](Self::shares_units), the last units of a partition may be
    /// the first of the next.
    fn partitions(&self) -> &[Range<usize>] {
        self.set().partitions()
    }

    /// Whether some units have rows of two partitions. Then one alone is read by [`partition_parts`](Self::partition_parts).
    fn shares_units(&self) -> bool {
        false
    }

    /// The units, in order.
    fn all_units(&self) -> Range<usize> {
        let ends = self.partitions().iter().map(|units| units.end);
        0..ends.max().unwrap_or(0)
    }

    /// What the tasks of one scan read that read one visible partition each: its units, and of those that it shares, its own
    /// rows.
    fn partition_parts(&self, partitions: &[usize]) -> Vec<Arc<dyn Part>> {
        let all = self.partitions();
        let units = partitions.iter().map(|&at| all[at].clone().collect());
        self.parts(&units.collect::<Vec<_>>())
    }

    /// Bytes that some columns of a unit take as arrays, estimated.
    fn unit_bytes(&self, unit: usize, columns: &[Arc<str>]) -> u64;

    /// What is known about the rows before they are read; `None` for a format that says nothing about them.
    fn statistics(&self) -> Option<&dyn Statistics> {
        None
    }

    /// What the tasks of one scan read that read these units each, ascending, with all their rows; units that are in none are not
    /// read.
    fn parts(&self, units: &[Vec<usize>]) -> Vec<Arc<dyn Part>>;

    /// The source in few words, for plans that are printed: `sales/ (50 files, 200 row groups)`.
    fn label(&self) -> String {
        self.set().label()
    }
}

/// What files say about their rows.
pub trait Statistics {
    /// Rows of all files.
    fn rows(&self) -> u64;

    /// Rows of a unit.
    fn unit_rows(&self, unit: usize) -> u64;

    /// What is known about the values of a column of a unit; nothing about a nested one.
    fn unit_bounds(&self, unit: usize, column: &str) -> Option<ColumnBounds>;

    /// What is known about all values of a column.
    fn column_bounds(&self, column: &str) -> Option<ColumnBounds>;
}

/// What one task reads: plain data, for any machine that has the files.
pub trait Part: Debug + Send + Sync {
    /// The format that decodes what [`Part::encode`] writes, by name.
    fn format(&self) -> &'static str;

    /// Opens a reader of the rows and columns that are asked for; reads nothing yet.
    ///
    /// # Errors
    /// A request that says nothing sensible.
    fn open(&self, request: &ScanRequest, context: &IoContext) -> Result<Box<dyn Reader>, IoError>;

    /// Writes one object that [`Format::decode_part`] reads.
    fn encode(&self, out: &mut Encoder);
}

/// Pulls the chunks of a part.
pub trait Reader: Send {
    /// The next chunk with at least one live row, in row order, or `None` after the last.
    ///
    /// Chunks have the columns of the request in its order, in any encoding that the dtypes admit, and only rows that pass
    /// its predicate.
    ///
    /// # Errors
    /// A file that changed since it was planned, is damaged or cannot be read; a predicate that fails on a row; cancellation.
    /// After an error there is nothing more.
    fn next(&mut self) -> Result<Option<Chunk>, IoError>;

    /// Ends the reading, before the last chunk too: what could not be known before is checked now.
    ///
    /// # Errors
    /// Rows that were given were not those of the files.
    fn finish(&mut self) -> Result<(), IoError> {
        Ok(())
    }

    /// What was read and skipped so far.
    fn stats(&self) -> &ScanStats;
}

/// What a user says about writing files of one format into a folder: plain data, for any machine that can write there.
///
/// One file a partition; they are seen when all of them are whole. See [`WriteTarget`].
pub trait WriteOptions: Fingerprint + Debug + Send + Sync {
    /// The format that decodes what [`WriteOptions::encode`] writes, by name.
    fn format(&self) -> &'static str;

    /// The call that a user makes.
    fn verb(&self) -> &'static str;

    /// The folder, as given.
    fn folder(&self) -> &str;

    /// Checks what can be checked without looking at a disk or store.
    ///
    /// # Errors
    /// An option that says nothing known; columns that the format cannot hold.
    fn check(&self, meta: &Meta) -> Result<(), IoError>;

    /// Checks what is written against the files that stay in the folder.
    ///
    /// # Errors
    /// Columns that are not theirs; what the system refuses.
    fn check_existing(&self, _meta: &Meta, _context: &IoContext) -> Result<(), IoError> {
        Ok(())
    }

    /// The columns whose values name folders below the target.
    fn partition_on(&self) -> &[String] {
        &[]
    }

    /// The most rows of a file that its [`Writer`] holds until it can write them; 0 where it writes them as they come.
    fn held_rows(&self) -> u64 {
        0
    }

    /// The folder to write into.
    ///
    /// # Errors
    /// A URL without a store; a path that is none.
    fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError>;

    /// Begins the file of one partition, in the hidden place of a write that has begun.
    ///
    /// # Errors
    /// As [`check`](Self::check); a file that cannot be made, as when the write was given up.
    fn create(
        &self,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Box<dyn Writer>, IoError>;

    /// Writes one object that [`Format::decode_write`] reads.
    fn encode(&self, out: &mut Encoder);
}

/// Takes the rows of one partition. Dropped before [`Writer::finish`], it leaves nothing behind; written again, also at the same
/// time, it gives files of the same names and rows.
pub trait Writer {
    /// Appends rows, in any encoding that the meta admits.
    ///
    /// # Errors
    /// Columns that are not those of the meta; what the system refuses.
    fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError>;

    /// Bytes of rows that it holds until it can write them.
    fn held(&self) -> u64 {
        0
    }

    /// Writes what it holds, though the file becomes worse by it: of many small row groups.
    ///
    /// # Errors
    /// What the system refuses.
    fn write_held(&mut self) -> Result<(), IoError> {
        Ok(())
    }

    /// As [`write`](Self::write), with `memory` for what is held; where there is no more of it, that is written.
    ///
    /// # Errors
    /// Too little memory for what cannot be written yet.
    fn write_within(
        &mut self,
        rows: &RecordBatch,
        memory: &mut Reservation,
    ) -> Result<(), IoError> {
        self.write(rows)?;
        if memory.try_resize(self.held()).is_err() {
            self.write_held()?;
            memory.try_resize(self.held())?;
        }
        Ok(())
    }

    /// Makes the file whole and durable, or the files, where rows go into several folders. Their paths are where they will be
    /// seen, until files that are there before have their numbers.
    ///
    /// # Errors
    /// What the system refuses; then there is no file.
    fn finish(self: Box<Self>) -> Result<Vec<WrittenFile>, IoError>;
}

/// A kind of file: what a process needs that is handed parts of it.
pub trait Format: Debug + Send + Sync {
    /// The name that parts know it by.
    fn name(&self) -> &'static str;

    /// Reads what [`Part::encode`] wrote.
    ///
    /// # Errors
    /// For anything else.
    fn decode_part(&self, from: &Decoder<'_>) -> Result<Arc<dyn Part>, DecodeError>;

    /// Reads what [`WriteOptions::encode`] wrote.
    ///
    /// # Errors
    /// For anything else.
    fn decode_write(&self, from: &Decoder<'_>) -> Result<Arc<dyn WriteOptions>, DecodeError>;
}

/// Apache Parquet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parquet;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn decode_part(&self, from: &Decoder<'_>) -> Result<Arc<dyn Part>, DecodeError> {
        Ok(Arc::new(ParquetPart::decode(from)?))
    }

    fn decode_write(&self, from: &Decoder<'_>) -> Result<Arc<dyn WriteOptions>, DecodeError> {
        Ok(Arc::new(ToParquet::decode(from)?))
    }
}

/// Comma-separated values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn decode_part(&self, from: &Decoder<'_>) -> Result<Arc<dyn Part>, DecodeError> {
        Ok(Arc::new(CsvPart::decode(from)?))
    }

    fn decode_write(&self, from: &Decoder<'_>) -> Result<Arc<dyn WriteOptions>, DecodeError> {
        Ok(Arc::new(ToCsv::decode(from)?))
    }
}

/// Arrow IPC files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ipc;

impl Format for Ipc {
    fn name(&self) -> &'static str {
        "ipc"
    }

    fn decode_part(&self, from: &Decoder<'_>) -> Result<Arc<dyn Part>, DecodeError> {
        Ok(Arc::new(IpcPart::decode(from)?))
    }

    fn decode_write(&self, from: &Decoder<'_>) -> Result<Arc<dyn WriteOptions>, DecodeError> {
        Ok(Arc::new(ToIpc::decode(from)?))
    }
}

/// Newline-delimited JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn decode_part(&self, from: &Decoder<'_>) -> Result<Arc<dyn Part>, DecodeError> {
        Ok(Arc::new(JsonPart::decode(from)?))
    }

    fn decode_write(&self, from: &Decoder<'_>) -> Result<Arc<dyn WriteOptions>, DecodeError> {
        Ok(Arc::new(ToJson::decode(from)?))
    }
}

/// The formats that a session knows, by name.
///
/// ```
/// use swath_io::Formats;
///
/// let formats = Formats::standard();
/// assert_eq!(formats.get("parquet")?.name(), "parquet");
/// assert_eq!(formats.get("parket").unwrap_err().to_string(), "no format `parket`; did you mean `parquet`?");
/// # Ok::<(), swath_io::IoError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Formats {
    table: BTreeMap<&'static str, Arc<dyn Format>>,
}

impl Formats {
    /// The formats of this crate.
    pub fn standard() -> Self {
        let mut formats = Self::default();
        formats.register(Arc::new(Parquet));
        formats.register(Arc::new(Csv));
        formats.register(Arc::new(Ipc));
        formats.register(Arc::new(Json));
        formats
    }

    /// Adds a format; one of the same name is replaced.
    pub fn register(&mut self, format: Arc<dyn Format>) {
        self.table.insert(format.name(), format);
    }

    /// The format of this name.
    ///
    /// # Errors
    /// [`IoError::UnknownFormat`], with the nearest name.
    pub fn get(&self, name: &str) -> Result<&Arc<dyn Format>, IoError> {
        self.table.get(name).ok_or_else(|| IoError::UnknownFormat {
            name: name.to_owned(),
            nearest: nearest(name, self.table.keys().copied()).map(str::to_owned),
        })
    }
}
