//! Writing one partition as one file.

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_json::LineDelimitedWriter;
use arrow_json::writer::{LineDelimited, WriterBuilder};
use arrow_schema::{ArrowError, SchemaRef};
use std::fmt;
use std::io::BufWriter;
use std::sync::Arc;
use swath_batch::normalise;
use swath_meta::Meta;

use super::write_options::ToJson;
use super::written::{Floats, written_schema};
use crate::sink::Begin;
use crate::text::{TextSink, check_moments};
use crate::{IoContext, IoError, Staged, Writer, WrittenFile};

/// Bytes of text that are handed on at a time.
const STRIDE: usize = 256 << 10;

/// Writes the rows of partition `n`: what is seen as `part.n.jsonl` when the write is [published](Staged::publish).
///
/// One object a line with all columns, the index first, nulls too. Floats have as many digits as tell them from all others;
/// dates, times and timestamps are texts in ISO 8601, zoned ones on the clock of UTC; bytes are texts of hexadecimal digits; spans
/// of time are counts of their unit. Dropped before [`JsonWriter::finish`], it leaves nothing behind.
pub struct JsonWriter {
    writer: LineDelimitedWriter<BufWriter<TextSink>>,
    meta: Arc<Meta>,
    schema: SchemaRef,
    path: String,
    rows: u64,
}

impl JsonWriter {
    /// Begins the file of one partition, in the hidden place of a write that has begun.
    ///
    /// # Errors
    /// An option that says nothing known; a file that cannot be made, as when the write was given up.
    pub fn create(
        options: &ToJson,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        Self::begin(options, &Begin::of(staged, meta, partition, context))
    }

    /// Begins one of the files of a partition.
    pub(super) fn begin(options: &ToJson, begin: &Begin<'_>) -> Result<Self, IoError> {
        let codec = options.codec()?;
        let (file, path) = begin.file()?;
        let out = TextSink::new(file, codec).map_err(|error| IoError::writing(&path, error))?;
        let mut writer = WriterBuilder::new();
        if let Some(format) = &options.moments.date_format {
            writer = writer.with_date_format(format.clone());
        }
        if let Some(format) = &options.moments.timestamp_format {
            writer = writer
                .with_timestamp_format(format.clone())
                .with_timestamp_tz_format(format.clone());
        }
        let writer = writer
            .with_explicit_nulls(true)
            .with_encoder_factory(Arc::new(Floats))
            .build::<_, LineDelimited>(BufWriter::with_capacity(STRIDE, out));
        Ok(Self {
            writer,
            meta: Arc::clone(begin.meta),
            schema: written_schema(begin.meta),
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
        let written = self
            .written(&rows)
            .and_then(|rows| self.writer.write(&rows));
        written.map_err(|error| IoError::encoding(&self.path, error))?;
        self.rows += rows.num_rows() as u64;
        Ok(())
    }

    /// Makes the file whole and durable. Its path is where it will be seen.
    ///
    /// # Errors
    /// What the system refuses; then there is no file.
    pub fn finish(mut self) -> Result<WrittenFile, IoError> {
        let finished = self.writer.finish();
        finished.map_err(|error| IoError::encoding(&self.path, error))?;
        let Self {
            writer, path, rows, ..
        } = self;
        let out = writer.into_inner().into_inner();
        let file = out
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(TextSink::into_file)
            .map_err(|error| IoError::writing(&path, error))?;
        let bytes = file.finish()?;
        Ok(WrittenFile { path, rows, bytes })
    }

    /// The rows in the types that are written.
    fn written(&self, rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let options = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        let columns = (rows.columns().iter().zip(self.schema.fields()))
            .map(|(column, field)| {
                check_moments(column, field.name())?;
                cast_with_options(column, field.data_type(), &options)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let count = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &count)
    }
}

impl Writer for JsonWriter {
    fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        Self::write(self, rows)
    }

    fn held(&self) -> u64 {
        let out = self.writer.get_ref();
        out.capacity() as u64 + out.get_ref().held()
    }

    fn finish(self: Box<Self>) -> Result<Vec<WrittenFile>, IoError> {
        Ok(vec![Self::finish(*self)?])
    }
}

impl fmt::Debug for JsonWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonWriter")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
