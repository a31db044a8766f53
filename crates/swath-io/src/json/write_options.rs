//! What a user says about writing newline-delimited JSON.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::Meta;

use super::dataset::EXTENSIONS;
use super::existing;
use super::writer::JsonWriter;
use crate::folder::Mode;
use crate::list::Wanted;
use crate::paths::{from_folder, storage_options};
use crate::sink::{Begin, BeginFile, Existing, IntoPartitionOn, WriteTo, begin};
use crate::text::{Compression, MomentFormats};
use crate::{IoContext, IoError, Staged, WriteOptions, WriteTarget, Writer};

/// What the options are called in messages.
const OPTIONS: &str = "ToJson";

/// Options of `to_json` and `sink_json`: the bare argument is the default option.
///
/// One file a partition, `part.0.jsonl` and so on, in a folder. They are seen when all of them are whole.
///
/// ```
/// use swath_io::ToJson;
///
/// let write = ToJson::new("out/").compression("gzip").overwrite();
/// assert_ne!(write, ToJson::from("out/"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToJson {
    #[serde(flatten)]
    to: WriteTo,
    #[serde(flatten)]
    pub(super) moments: MomentFormats,
}

impl ToJson {
    /// Writes into this folder, which is made where it is not there.
    pub fn new(folder: impl Into<Self>) -> Self {
        folder.into()
    }

    /// `none` (where nothing is said), `gzip` or `zstd`; files are then named `part.0.jsonl.gz` or `part.0.jsonl.zst`.
    pub fn compression(mut self, codec: impl Into<String>) -> Self {
        self.to.compression = Some(codec.into());
        self
    }

    /// How dates are written, in the letters of `strftime`: `"%d.%m.%Y"`. ISO 8601 where nothing is said.
    pub fn date_format(mut self, format: impl Into<String>) -> Self {
        self.moments.date_format = Some(format.into());
        self
    }

    /// How timestamps are written, in the letters of `strftime`: `"%d.%m.%Y %H:%M:%S%.f"`, with `%z` for the offset of zoned ones. On
    /// the clock of UTC, whatever the zone. `ReadJson::date_format` reads them again.
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

    /// Adds files to those that are there, numbered on from them. The names of the columns and of the keys must be theirs.
    ///
    /// Of [`append`](Self::append), [`overwrite`](Self::overwrite) and [`overwrite_partitions`](Self::overwrite_partitions) the last
    /// counts; without any, files that are there are an error.
    pub fn append(mut self) -> Self {
        self.to.mode = Mode::Append;
        self
    }

    /// Replaces the JSON files that a reader of the folder sees, those in folders below included.
    pub fn overwrite(mut self) -> Self {
        self.to.mode = Mode::Overwrite;
        self
    }

    /// Replaces the files in those folders of [`partition_on`](Self::partition_on) that the frame has rows for; the others stay.
    /// The names of the columns and of the keys must be theirs.
    pub fn overwrite_partitions(mut self) -> Self {
        self.to.mode = Mode::OverwritePartitions;
        self
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("to-json", 2)?;
        object.serde("options")
    }

    pub(super) fn codec(&self) -> Result<Compression, IoError> {
        Compression::to_write(self.to.compression.as_deref())
    }
}

impl WriteOptions for ToJson {
    fn format(&self) -> &'static str {
        "json"
    }

    fn verb(&self) -> &'static str {
        "to_json"
    }

    fn folder(&self) -> &str {
        &self.to.folder
    }

    fn check(&self, meta: &Meta) -> Result<(), IoError> {
        self.to.check(meta, OPTIONS)?;
        self.moments.check(meta)?;
        self.codec().map(drop)
    }

    fn check_existing(&self, meta: &Meta, context: &IoContext) -> Result<(), IoError> {
        let existing = Existing {
            to: &self.to,
            meta,
            wanted: Wanted {
                verb: self.verb(),
                extensions: &EXTENSIONS,
                option: "ReadJson::file_extension",
            },
            reader: "ReadJson",
        };
        existing.check(context, |file, own| {
            existing::difference(file, own, context)
        })
    }

    fn partition_on(&self) -> &[String] {
        &self.to.partition_on
    }

    fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError> {
        let first = match self.codec()? {
            Compression::None => "jsonl",
            Compression::Gzip => "jsonl.gz",
            Compression::Zstd => "jsonl.zst",
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
        out.object("to-json", 2, |object| object.serde("options", self));
    }
}

impl BeginFile for ToJson {
    fn begin_file(&self, begin: &Begin<'_>) -> Result<Box<dyn Writer>, IoError> {
        Ok(Box::new(JsonWriter::begin(self, begin)?))
    }
}

impl Fingerprint for ToJson {
    fn feed(&self, out: &mut Canon) {
        out.object("to-json", 2).feed(&self.to).feed(&self.moments);
    }
}

impl From<String> for ToJson {
    fn from(folder: String) -> Self {
        Self {
            to: WriteTo::new(&folder),
            moments: MomentFormats::default(),
        }
    }
}

from_folder!(ToJson);
storage_options!(ToJson, to.storage);
