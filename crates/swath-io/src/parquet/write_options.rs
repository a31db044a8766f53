//! What a user says about writing Parquet.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_divisions::Divisions;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::{Meta, nearest};

use super::dataset::EXTENSIONS;
use super::writer::ParquetWriter;
use crate::folder::Mode;
use crate::hive::{PARTITION_ON_KEY, recorded_keys};
use crate::list::Wanted;
use crate::paths::{from_folder, storage_options};
use crate::sink::{
    Begin, BeginFile, Existing, IntoPartitionOn, WriteTo, begin, recorded_difference,
};
use crate::{IoContext, IoError, Staged, WriteOptions, WriteTarget, Writer};
use parquet::basic::{Compression, ZstdLevel};

/// Options of `to_parquet` and `sink_parquet`: the bare argument is the default option.
///
/// One file a partition, `part.0.parquet` and so on, in a folder. They are seen when all of them are whole.
///
/// ```
/// use swath_io::ToParquet;
///
/// let write = ToParquet::new("out/").compression("zstd").overwrite();
/// assert_ne!(write, ToParquet::from("out/"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToParquet {
    #[serde(flatten)]
    to: WriteTo,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) row_group_rows: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) divisions: Option<Divisions>,
}

/// Rows of a row group where the options do not say.
const ROW_GROUP_ROWS: usize = 1 << 20;

/// What the options are called in messages.
const OPTIONS: &str = "ToParquet";

/// Names of the codecs.
const CODECS: [&str; 4] = ["snappy", "zstd", "lz4", "none"];

impl ToParquet {
    /// Writes into this folder, which is made where it is not there.
    pub fn new(folder: impl Into<Self>) -> Self {
        folder.into()
    }

    /// `snappy` (where nothing is said), `zstd`, `lz4` or `none`.
    pub fn compression(mut self, codec: impl Into<String>) -> Self {
        self.to.compression = Some(codec.into());
        self
    }

    /// Most rows of a row group; 1,048,576 where nothing is said.
    pub fn row_group_rows(self, rows: usize) -> Self {
        Self {
            row_group_rows: Some(rows),
            ..self
        }
    }

    /// Writes rows into folders named `column=value` by the values of these columns, one below the other, and leaves the columns
    /// out of the files. One file for each partition of the frame and each combination of values in it: a partition without rows
    /// writes none. A reader gets the columns back, last, in the dtypes that they have now.
    ///
    /// A null is `__HIVE_DEFAULT_PARTITION__`; whatever is not a letter, digit or `-_.~` is percent-encoded. Columns of text,
    /// categories, integers, decimals, truth values, dates and timestamps without a zone can name folders, and the index cannot.
    ///
    /// ```
    /// use swath_io::ToParquet;
    ///
    /// let write = ToParquet::new("sales/").partition_on(["year", "region"]).overwrite_partitions();
    /// assert_ne!(write, ToParquet::new("sales/").partition_on("year"));
    /// ```
    pub fn partition_on(mut self, columns: impl IntoPartitionOn) -> Self {
        self.to.partition_on = columns.into_partition_on();
        self
    }

    /// Adds files to those that are there, numbered on from them. Columns, dtypes, index and keys must be theirs.
    ///
    /// Of [`append`](Self::append), [`overwrite`](Self::overwrite) and [`overwrite_partitions`](Self::overwrite_partitions) the last
    /// counts; without any, files that are there are an error.
    pub fn append(mut self) -> Self {
        self.to.mode = Mode::Append;
        self
    }

    /// Replaces the Parquet files that a reader of the folder sees, those in folders below included.
    pub fn overwrite(mut self) -> Self {
        self.to.mode = Mode::Overwrite;
        self
    }

    /// Replaces the files in those folders of [`partition_on`](Self::partition_on) that the frame has rows for; the others stay.
    /// Columns, dtypes, index and keys must be theirs.
    pub fn overwrite_partitions(mut self) -> Self {
        self.to.mode = Mode::OverwritePartitions;
        self
    }

    /// Records these divisions of the frame, so that a reader knows them again.
    pub fn recording(self, divisions: Divisions) -> Self {
        Self {
            divisions: divisions.is_known().then_some(divisions),
            ..self
        }
    }

    /// The folder to write into.
    ///
    /// # Errors
    /// A URL without a store; a path that is none.
    pub fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError> {
        self.to.target(&EXTENSIONS, OPTIONS, context)
    }

    /// Reads what was written by [`WriteOptions::encode`].
    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("to-parquet", 2)?;
        object.serde("options")
    }

    pub(super) fn rows_of_row_groups(&self) -> usize {
        self.row_group_rows.unwrap_or(ROW_GROUP_ROWS)
    }

    pub(super) fn check_options(&self) -> Result<(), IoError> {
        if self.row_group_rows == Some(0) {
            return Err(IoError::OptionValue {
                name: "row_group_rows".to_owned(),
                value: "0".to_owned(),
                expected: "at least one row",
            });
        }
        self.codec().map(drop)
    }

    pub(super) fn codec(&self) -> Result<Compression, IoError> {
        match self.to.compression.as_deref() {
            None | Some("snappy") => Ok(Compression::SNAPPY),
            Some("zstd") => Ok(Compression::ZSTD(ZstdLevel::default())),
            Some("lz4") => Ok(Compression::LZ4_RAW),
            Some("none") => Ok(Compression::UNCOMPRESSED),
            Some(other) => {
                if let Some(nearest) = nearest(other, CODECS) {
                    return Err(IoError::UnknownOption {
                        name: format!("compression = {other}"),
                        nearest: Some(nearest.to_owned()),
                    });
                }
                Err(IoError::OptionValue {
                    name: "compression".into(),
                    value: other.to_owned(),
                    expected: "`snappy`, `zstd`, `lz4` or `none`",
                })
            }
        }
    }
}

impl WriteOptions for ToParquet {
    fn format(&self) -> &'static str {
        "parquet"
    }

    fn verb(&self) -> &'static str {
        "to_parquet"
    }

    fn folder(&self) -> &str {
        &self.to.folder
    }

    fn check(&self, meta: &Meta) -> Result<(), IoError> {
        self.to.check(meta, OPTIONS)?;
        self.check_options()
    }

    fn held_rows(&self) -> u64 {
        if self.to.partition_on.is_empty() {
            self.rows_of_row_groups() as u64
        } else {
            // A row group in each of the folders.
            u64::MAX
        }
    }

    fn check_existing(&self, meta: &Meta, context: &IoContext) -> Result<(), IoError> {
        let existing = Existing {
            to: &self.to,
            meta,
            wanted: Wanted {
                verb: self.verb(),
                extensions: &EXTENSIONS,
                option: "ReadParquet::file_extension",
            },
            reader: "ReadParquet",
        };
        existing.check(context, |file, own| {
            let first = &context
                .footers
                .open_all(std::slice::from_ref(file), context)?[0];
            let keys = recorded_keys(first.recorded(PARTITION_ON_KEY));
            let (there, path) = (&first.meta, file.path.as_str());
            Ok(recorded_difference(there, &keys, path, meta, own))
        })
    }

    fn partition_on(&self) -> &[String] {
        &self.to.partition_on
    }

    fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError> {
        Self::target(self, context)
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
        out.object("to-parquet", 2, |object| object.serde("options", self));
    }
}

impl BeginFile for ToParquet {
    fn begin_file(&self, begin: &Begin<'_>) -> Result<Box<dyn Writer>, IoError> {
        Ok(Box::new(ParquetWriter::begin(self, begin)?))
    }
}

impl Fingerprint for ToParquet {
    fn feed(&self, out: &mut Canon) {
        let divisions = self
            .divisions
            .as_ref()
            .map(|divisions| serde_json::to_string(divisions).unwrap_or_default());
        out.object("to-parquet", 3)
            .feed(&self.to)
            .feed(&self.row_group_rows.map(|rows| rows as u64))
            .feed(&divisions);
    }
}

impl From<String> for ToParquet {
    fn from(folder: String) -> Self {
        Self {
            to: WriteTo::new(&folder),
            row_group_rows: None,
            divisions: None,
        }
    }
}

from_folder!(ToParquet);
storage_options!(ToParquet, to.storage);
