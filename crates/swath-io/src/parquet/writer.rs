//! Writing one partition as one file.

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use std::fmt;
use std::io;
use std::sync::Arc;
use swath_batch::normalise;
use swath_meta::Meta;

use super::partitions::{DIVISIONS_KEY, Recorded};
use super::write_options::ToParquet;
use crate::folder::Unfinished;
use crate::hive::{PARTITION_ON_KEY, record_of_keys};
use crate::sink::Begin;
use crate::{IoContext, IoError, Staged, Writer, WrittenFile};

/// Writes the rows of partition `n`: what is seen as `part.n.parquet` when the write is
/// [published](Staged::publish).
///
/// Dtypes, the index and, where the options have them, the partition's divisions are recorded and restored by a
/// reader. Categories stay categories. The file has statistics of row groups and of pages. Dropped before
/// [`ParquetWriter::finish`], it leaves nothing behind; written again, also at the same time, it is the same file.
pub struct ParquetWriter {
    writer: ArrowWriter<Box<dyn Unfinished>>,
    meta: Arc<Meta>,
    path: String,
    rows: u64,
}

impl ParquetWriter {
    /// Begins the file of one partition, in the hidden place of a write that has begun.
    ///
    /// # Errors
    /// An option that says nothing known; a file that cannot be made, as when the write was given up.
    pub fn create(
        options: &ToParquet,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        Self::begin(options, &Begin::of(staged, meta, partition, context))
    }

    /// Begins one of the files of a partition.
    pub(super) fn begin(options: &ToParquet, begin: &Begin<'_>) -> Result<Self, IoError> {
        options.check_options()?;
        let codec = options.codec()?;
        let recorded = if begin.keys.is_empty() {
            recorded(options, begin.part.partition).map(|recorded| {
                let text = serde_json::to_string(&recorded).expect("labels are plain data");
                KeyValue::new(DIVISIONS_KEY.to_owned(), text)
            })
        } else {
            let text = record_of_keys(begin.keys);
            Some(KeyValue::new(PARTITION_ON_KEY.to_owned(), text))
        };
        let properties = WriterProperties::builder()
            .set_compression(codec)
            .set_max_row_group_row_count(Some(options.rows_of_row_groups()))
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_created_by(format!("swath {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(recorded.map(|recorded| vec![recorded]))
            .build();
        let (file, path) = begin.file()?;
        let writer = ArrowWriter::try_new(file, begin.meta.to_arrow(), Some(properties))
            .map_err(|source| encode_error(&path, source))?;
        Ok(Self {
            writer,
            meta: Arc::clone(begin.meta),
            path,
            rows: 0,
        })
    }

    /// Appends rows, in any encoding that the meta admits.
    ///
    /// # Errors
    /// Columns that are not those of the meta; what the system refuses.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        let rows = normalise(rows, &self.meta)?;
        self.writer
            .write(&rows)
            .map_err(|source| encode_error(&self.path, source))?;
        self.rows += rows.num_rows() as u64;
        Ok(())
    }

    /// Makes the file whole and durable. Its path is where it will be seen.
    ///
    /// # Errors
    /// What the system refuses; then there is no file.
    pub fn finish(self) -> Result<WrittenFile, IoError> {
        let Self {
            writer, path, rows, ..
        } = self;
        let file = writer
            .into_inner()
            .map_err(|source| encode_error(&path, source))?;
        let bytes = file.finish()?;
        Ok(WrittenFile { path, rows, bytes })
    }
}

impl Writer for ParquetWriter {
    fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        Self::write(self, rows)
    }

    fn held(&self) -> u64 {
        self.writer.memory_size() as u64 + self.writer.inner().held()
    }

    fn write_held(&mut self) -> Result<(), IoError> {
        self.writer
            .flush()
            .map_err(|source| encode_error(&self.path, source))
    }

    fn finish(self: Box<Self>) -> Result<Vec<WrittenFile>, IoError> {
        Ok(vec![Self::finish(*self)?])
    }
}

impl fmt::Debug for ParquetWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetWriter")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// What the divisions say about the rows of one partition.
fn recorded(options: &ToParquet, partition: usize) -> Option<Recorded> {
    let divisions = options.divisions.as_ref()?;
    let bounds = divisions.bounds()?;
    Some(Recorded {
        partition,
        npartitions: divisions.npartitions(),
        from: bounds.labels().get(partition)?.clone(),
        to: bounds.labels().get(partition + 1)?.clone(),
        nulls: bounds.nulls(),
    })
}

/// The account of the encoder, or what the system or a store refused where that is what it carries.
fn encode_error(path: &str, source: ParquetError) -> IoError {
    let path = path.to_owned();
    let ParquetError::External(source) = source else {
        return IoError::Encode {
            path,
            source: Box::new(source),
        };
    };
    match source.downcast::<io::Error>() {
        Ok(source) => IoError::writing(&path, *source),
        Err(source) => IoError::Encode { path, source },
    }
}
