//! What a user says about writing CSV.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::Meta;

use super::dataset::EXTENSIONS;
use super::existing;
use super::writer::CsvWriter;
use crate::folder::Mode;
use crate::list::Wanted;
use crate::paths::{from_folder, storage_options};
use crate::sink::{Begin, BeginFile, Existing, IntoPartitionOn, WriteTo, begin};
use crate::text::{Compression, MomentFormats};
use crate::{IoContext, IoError, Staged, WriteOptions, WriteTarget, Writer};

/// What the options are called in messages.
const OPTIONS: &str = "ToCsv";

/// Options of `to_csv` and `sink_csv`: the bare argument is the default option.
///
/// One file a partition, `part.0.csv` and so on, in a folder. They are seen when all of them are whole.
///
/// ```
/// use swath_io::ToCsv;
///
/// let write = ToCsv::new("out/").delimiter(';').compression("gzip").overwrite();
/// assert_ne!(write, ToCsv::from("out/"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToCsv {
    #[serde(flatten)]
    to: WriteTo,
    #[serde(flatten)]
    pub(super) moments: MomentFormats,
    pub(super) header: bool,
    pub(super) delimiter: char,
    pub(super) na_rep: String,
}

impl ToCsv {
    /// Writes into this folder, which is made where it is not there.
    pub fn new(folder: impl Into<Self>) -> Self {
        folder.into()
    }

    /// Whether each file begins with the names of the columns; it does by default.
    pub fn header(self, header: bool) -> Self {
        Self { header, ..self }
    }

    /// The character between fields, `,` by default.
    pub fn delimiter(self, delimiter: char) -> Self {
        Self { delimiter, ..self }
    }

    /// What stands for null, nothing by default; `NA` where that would be a blank line, in files of one column. Text that would read as null is written in quotes.
    pub fn na_rep(self, text: impl Into<String>) -> Self {
        Self {
            na_rep: text.into(),
            ..self
        }
    }

    /// `none` (where nothing is said), `gzip` or `zstd`; files are then named `part.0.csv.gz` or `part.0.csv.zst`.
    pub fn compression(mut self, codec: impl Into<String>) -> Self {
        self.to.compression = Some(codec.into());
        self
    }

    /// How dates are written, in the letters of `strftime`: `"%d.%m.%Y"`. ISO 8601 where nothing is said.
    pub fn date_format(mut self, format: impl Into<String>) -> Self {
        self.moments.date_format = Some(format.into());
        self
    }

    /// How timestamps are written, in the letters of `strftime`: `"%d.%m.%Y %H:%M:%S%.f"`, with `%z` for the offset of zoned ones. As pandas
    /// writes them where nothing is said. `ReadCsv::date_format` reads them again.
    pub fn timestamp_format(mut self, format: impl Into<String>) -> Self {
        self.moments.timestamp_format = Some(format.into());
        self
    }

    /// Writes rows into folders named `column=value` by the values of these columns, one below the other, and leaves the columns
    /// out of the files: see [`ToParquet::partition_on`](crate::ToParquet::partition_on). A reader infers the dtypes of the columns again.
    pub fn partition_on(mut self, columns: impl IntoPartitionOn) -> Self {
        self.to.partition_on = columns.into_partition_on();
        self
    }

    /// Adds files to those that are there, numbered on from them. The names and the order of the columns, and the keys, must be theirs.
    ///
    /// Of [`append`](Self::append), [`overwrite`](Self::overwrite) and [`overwrite_partitions`](Self::overwrite_partitions) the last
    /// counts; without any, files that are there are an error.
    pub fn append(mut self) -> Self {
        self.to.mode = Mode::Append;
        self
    }

    /// Replaces the CSV files that a reader of the folder sees, those in folders below included.
    pub fn overwrite(mut self) -> Self {
        self.to.mode = Mode::Overwrite;
        self
    }

    /// Replaces the files in those folders of [`partition_on`](Self::partition_on) that the frame has rows for; the others stay.
    /// The names and the order of the columns, and the keys, must be theirs.
    pub fn overwrite_partitions(mut self) -> Self {
        self.to.mode = Mode::OverwritePartitions;
        self
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("to-csv", 2)?;
        object.serde("options")
    }

    pub(super) fn codec(&self) -> Result<Compression, IoError> {
        Compression::to_write(self.to.compression.as_deref())
    }

    pub(super) fn delimiter_byte(&self) -> Result<u8, IoError> {
        let byte = u8::try_from(self.delimiter).ok();
        byte.filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0))
            .ok_or_else(|| IoError::OptionValue {
                name: "delimiter".into(),
                value: self.delimiter.escape_default().to_string(),
                expected: "one ASCII character, other than a line end and a quote",
            })
    }
}

impl WriteOptions for ToCsv {
    fn format(&self) -> &'static str {
        "csv"
    }

    fn verb(&self) -> &'static str {
        "to_csv"
    }

    fn folder(&self) -> &str {
        &self.to.folder
    }

    fn check(&self, meta: &Meta) -> Result<(), IoError> {
        self.to.check(meta, OPTIONS)?;
        self.moments.check(meta)?;
        self.codec()?;
        self.delimiter_byte()?;
        match meta.fields().iter().find(|field| field.dtype.is_nested()) {
            Some(field) => Err(IoError::NoField {
                column: field.name.to_string(),
                dtype: field.dtype.to_string(),
            }),
            None => Ok(()),
        }
    }

    fn check_existing(&self, meta: &Meta, context: &IoContext) -> Result<(), IoError> {
        let existing = Existing {
            to: &self.to,
            meta,
            wanted: Wanted {
                verb: self.verb(),
                extensions: &EXTENSIONS,
                option: "ReadCsv::file_extension",
            },
            reader: "ReadCsv",
        };
        existing.check(context, |file, own| {
            existing::difference(self, file, own, context)
        })
    }

    fn partition_on(&self) -> &[String] {
        &self.to.partition_on
    }

    fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError> {
        let first = match self.codec()? {
            Compression::None => "csv",
            Compression::Gzip => "csv.gz",
            Compression::Zstd => "csv.zst",
        };
        let others = EXTENSIONS.into_iter().filter(|end| *end != first);
        let extensions: Vec<&str> = std::iter::once(first).chain(others).collect();
        self.to.target(&extensions, OPTIONS, context)
    }

    fn create(
        &self,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Box<dyn Writer>, IoError> {
        begin(self, &Begin::of(staged, meta, partition, context))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("to-csv", 2, |object| object.serde("options", self));
    }
}

impl BeginFile for ToCsv {
    fn begin_file(&self, begin: &Begin<'_>) -> Result<Box<dyn Writer>, IoError> {
        Ok(Box::new(CsvWriter::begin(self, begin)?))
    }
}

impl Fingerprint for ToCsv {
    fn feed(&self, out: &mut Canon) {
        out.object("to-csv", 2)
            .feed(&self.to)
            .feed(&self.moments)
            .bool(self.header)
            .str(self.delimiter.encode_utf8(&mut [0; 4]))
            .str(&self.na_rep);
    }
}

impl From<String> for ToCsv {
    fn from(folder: String) -> Self {
        Self {
            to: WriteTo::new(&folder),
            moments: MomentFormats::default(),
            header: true,
            delimiter: ',',
            na_rep: String::new(),
        }
    }
}

from_folder!(ToCsv);
storage_options!(ToCsv, to.storage);
