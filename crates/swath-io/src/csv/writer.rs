//! Writing one partition as one file.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringViewArray};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use std::fmt;
use std::io::Write as _;
use std::sync::Arc;
use swath_batch::normalise;
use swath_graph::Shown;
use swath_meta::Meta;

use super::clocks::Clocks;
use super::nulls::{DEFAULT, Nulls};
use super::write_options::ToCsv;
use crate::sink::Begin;
use crate::text::{MomentFormats, TextSink, check_moments};
use crate::{IoContext, IoError, Staged, Writer, WrittenFile};

/// Bytes of text that are handed on at a time.
const STRIDE: usize = 256 << 10;

/// How moments are written: what pandas writes and reads.
const OPTIONS: FormatOptions<'static> = FormatOptions::new()
    .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"))
    .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S%.f%:z"));

/// Writes the rows of partition `n`: what is seen as `part.n.csv` when the write is [published](Staged::publish).
///
/// All columns, the index first. A text stands in quotes where it holds a delimiter, a quote or a line end, where it is empty,
/// and where it would read as null, so that what is read back as the same dtypes is what was written, but for NaN, which reads as
/// null. A null of the only column, which would be an empty line, is `NA` where `na_rep` is empty. Floats have as many digits as
/// tell them from all others, times as many as they need; spans of time are as in ISO 8601, `PT1.5S`.
pub struct CsvWriter {
    out: TextSink,
    meta: Arc<Meta>,
    path: String,
    rows: u64,
    text: String,
    delimiter: u8,
    na_rep: String,
    nulls: Nulls,
    moments: MomentFormats,
}

impl CsvWriter {
    /// Begins the file of one partition, in the hidden place of a write that has begun.
    ///
    /// # Errors
    /// An option that says nothing known; a nested column; a file that cannot be made, as when the write was given up.
    pub fn create(
        options: &ToCsv,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        Self::begin(options, &Begin::of(staged, meta, partition, context))
    }

    /// Begins one of the files of a partition.
    pub(super) fn begin(options: &ToCsv, begin: &Begin<'_>) -> Result<Self, IoError> {
        let (codec, delimiter) = (options.codec()?, options.delimiter_byte()?);
        let (file, path) = begin.file()?;
        let out = TextSink::new(file, codec).map_err(|source| IoError::writing(&path, source))?;
        let null_texts = DEFAULT.into_iter().chain([options.na_rep.as_str()]);
        let mut writer = Self {
            out,
            meta: Arc::clone(begin.meta),
            path,
            rows: 0,
            text: String::new(),
            delimiter,
            // A line without anything is none to a reader.
            na_rep: match (options.na_rep.as_str(), begin.meta.len()) {
                ("", 1) => "NA".to_owned(),
                (na_rep, _) => na_rep.to_owned(),
            },
            nulls: Nulls::new(null_texts),
            moments: options.moments.clone(),
        };
        if options.header {
            for (at, name) in begin.meta.names().enumerate() {
                writer.delimit(at);
                // A line without anything would be none.
                writer.quoted(name, name.is_empty());
            }
            writer.text.push('\n');
        }
        Ok(writer)
    }

    /// Appends rows, in any encoding that the meta admits.
    ///
    /// # Errors
    /// Columns that are not those of the meta; what the system refuses.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        let rows = normalise(rows, &self.meta)?;
        let failed = |error| IoError::encoding(&self.path, error);
        let texts: Vec<Option<StringViewArray>> = (rows.columns().iter())
            .zip(self.meta.names())
            .map(|(column, name)| {
                check_moments(column, name)?;
                check_span(column, name)?;
                text_of(column, name)
            })
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        let moments = self.moments.clone();
        let options = moments.options(&OPTIONS);
        let clocks: Vec<Clocks> = (rows.columns().iter().map(Clocks::of))
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        let formatters: Vec<Vec<ArrayFormatter<'_>>> = (clocks.iter())
            .map(|clocks| {
                let columns = clocks.columns.iter();
                columns
                    .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
                    .collect()
            })
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        let mut shown = String::new();
        for row in 0..rows.num_rows() {
            for (at, column) in rows.columns().iter().enumerate() {
                self.delimit(at);
                if column.is_null(row) {
                    let nothing = std::mem::take(&mut self.na_rep);
                    self.quoted(&nothing, false);
                    self.na_rep = nothing;
                } else if let Some(texts) = &texts[at] {
                    self.quoted(texts.value(row), true);
                } else {
                    shown.clear();
                    let formatter = &formatters[at][clocks[at].at(row)];
                    let written = formatter.value(row).write(&mut shown);
                    written.map_err(|error| IoError::encoding(&self.path, error))?;
                    self.quoted(&shown, false);
                }
            }
            self.text.push('\n');
            if self.text.len() >= STRIDE {
                self.flush()?;
            }
        }
        self.rows += rows.num_rows() as u64;
        Ok(())
    }

    /// Makes the file whole and durable. Its path is where it will be seen.
    ///
    /// # Errors
    /// What the system refuses; then there is no file.
    pub fn finish(mut self) -> Result<WrittenFile, IoError> {
        self.flush()?;
        let Self {
            out, path, rows, ..
        } = self;
        let file = out
            .into_file()
            .map_err(|source| IoError::writing(&path, source))?;
        let bytes = file.finish()?;
        Ok(WrittenFile { path, rows, bytes })
    }

    fn flush(&mut self) -> Result<(), IoError> {
        let written = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(|source| IoError::writing(&self.path, source))
    }

    fn delimit(&mut self, at: usize) {
        if at > 0 {
            self.text.push(self.delimiter.into());
        }
    }

    /// Writes a text, in quotes where it needs them; with `is_value` also where it would read as null.
    fn quoted(&mut self, text: &str, is_value: bool) {
        let special = |byte: &u8| matches!(byte, b'"' | b'\n' | b'\r') || *byte == self.delimiter;
        let needs = text.as_bytes().iter().any(special)
            || (is_value && (text.is_empty() || self.nulls.contains(text.as_bytes())));
        if !needs {
            self.text.push_str(text);
            return;
        }
        self.text.push('"');
        for (at, piece) in text.split('"').enumerate() {
            if at > 0 {
                self.text.push_str("\"\"");
            }
            self.text.push_str(piece);
        }
        self.text.push('"');
    }
}

/// Refuses spans of time beyond the milliseconds that 64 bits count, for which the formatter has no text.
fn check_span(column: &ArrayRef, name: &str) -> Result<(), ArrowError> {
    let most = match column.data_type() {
        DataType::Duration(TimeUnit::Second) => i64::MAX / 1_000,
        DataType::Duration(TimeUnit::Millisecond) => i64::MAX,
        _ => return Ok(()),
    };
    let counts = cast(column, &DataType::Int64)?;
    let mut counts = counts.as_primitive::<Int64Type>().iter().flatten();
    match counts.find(|count| !(-most..=most).contains(count)) {
        None => Ok(()),
        Some(count) => Err(ArrowError::InvalidArgumentError(format!(
            "column `{name}` holds {} as {}, which is too long to be written as text",
            Shown(count),
            column.data_type()
        ))),
    }
}

/// The texts of a column of text, categories or bytes.
fn text_of(column: &ArrayRef, name: &str) -> Result<Option<StringViewArray>, ArrowError> {
    Ok(match column.data_type() {
        DataType::Utf8View => Some(column.as_string_view().clone()),
        DataType::Dictionary(..) => {
            Some(cast(column, &DataType::Utf8View)?.as_string_view().clone())
        }
        DataType::BinaryView => {
            let texts = column.as_binary_view().clone().to_string_view();
            Some(texts.map_err(|_| {
                ArrowError::InvalidArgumentError(format!(
                    "column `{name}` holds bytes that are no text"
                ))
            })?)
        }
        _ => None,
    })
}

impl Writer for CsvWriter {
    fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        Self::write(self, rows)
    }

    fn held(&self) -> u64 {
        self.text.capacity() as u64 + self.out.held()
    }

    fn finish(self: Box<Self>) -> Result<Vec<WrittenFile>, IoError> {
        Ok(vec![Self::finish(*self)?])
    }
}

impl fmt::Debug for CsvWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvWriter")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
