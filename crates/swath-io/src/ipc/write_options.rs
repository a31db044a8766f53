//! What a user says about writing Arrow IPC files.

use arrow_ipc::CompressionType;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::Meta;

use super::dataset::EXTENSIONS;
use super::writer::IpcWriter;
use crate::folder::Mode;
use crate::list::Wanted;
use crate::paths::{from_folder, storage_options};
use crate::range::open_file;
use crate::sink::{
    Begin, BeginFile, Existing, IntoPartitionOn, WriteTo, begin, recorded_difference,
};
use crate::{IoContext, IoError, Staged, WriteOptions, WriteTarget, Writer};

/// Rows of a record batch where the options do not say.
const BATCH_ROWS: usize = 1 << 17;

/// What the options are called in messages.
const OPTIONS: &str = "ToIpc";

/// Options of `to_ipc` and `sink_ipc`: the bare argument is the default option.
///
/// One file a partition, `part.0.arrow` and so on, in a folder. They are seen when all of them are whole.
///
/// ```
/// use swath_io::ToIpc;
///
/// let write = ToIpc::new("out/").compression("zstd").overwrite();
/// assert_ne!(write, ToIpc::from("out/"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToIpc {
    #[serde(flatten)]
    to: WriteTo,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch_rows: Option<usize>,
}

impl ToIpc {
    /// Writes into this folder, which is made where it is not there.
    pub fn new(folder: impl Into<Self>) -> Self {
        folder.into()
    }

    /// `lz4` (where nothing is said), `zstd` or `none`. Other programs map files into memory only where they are not compressed.
    pub fn compression(mut self, codec: impl Into<String>) -> Self {
        self.to.compression = Some(codec.into());
        self
    }

    /// Most rows of a record batch, which is what a reader reads at once; 131,072 where nothing is said.
    pub fn batch_rows(self, rows: usize) -> Self {
        Self {
            batch_rows: Some(rows),
            ..self
        }
    }

    /// Writes rows into folders named `column=value` by the values of these columns, one below the other, and leaves the columns
    /// out of the files: see [`ToParquet::partition_on`](crate::ToParquet::partition_on). A reader gets the columns back, last, in the dtypes that they have now.
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

    /// Replaces the Arrow files that a reader of the folder sees, those in folders below included.
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

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("to-ipc", 2)?;
        object.serde("options")
    }

    pub(super) fn rows(&self) -> Result<usize, IoError> {
        match self.batch_rows {
            Some(0) => Err(IoError::OptionValue {
                name: "batch_rows".to_owned(),
                value: "0".to_owned(),
                expected: "at least one row",
            }),
            rows => Ok(rows.unwrap_or(BATCH_ROWS)),
        }
    }

    pub(super) fn codec(&self) -> Result<Option<CompressionType>, IoError> {
        match self.to.compression.as_deref() {
            None | Some("lz4") => Ok(Some(CompressionType::LZ4_FRAME)),
            Some("zstd" | "zst") => Ok(Some(CompressionType::ZSTD)),
            Some("none") => Ok(None),
            Some(other) => Err(IoError::OptionValue {
                name: "compression".into(),
                value: other.to_owned(),
                expected: "`lz4`, `zstd` or `none`",
            }),
        }
    }
}

impl WriteOptions for ToIpc {
    fn format(&self) -> &'static str {
        "ipc"
    }

    fn verb(&self) -> &'static str {
        "to_ipc"
    }

    fn folder(&self) -> &str {
        &self.to.folder
    }

    fn check(&self, meta: &Meta) -> Result<(), IoError> {
        self.to.check(meta, OPTIONS)?;
        self.rows()?;
        self.codec().map(drop)
    }

    fn held_rows(&self) -> u64 {
        if self.to.partition_on.is_empty() {
            self.batch_rows.unwrap_or(BATCH_ROWS) as u64
        } else {
            // A record batch in each of the folders.
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
                option: "ReadIpc::file_extension",
            },
            reader: "ReadIpc",
        };
        existing.check(context, |file, own| {
            let footer = context
                .footers
                .ipc(file, open_file(file, context)?.as_ref())?;
            let (keys, path) = (footer.keys(), file.path.as_str());
            Ok(recorded_difference(&footer.meta, &keys, path, meta, own))
        })
    }

    fn partition_on(&self) -> &[String] {
        &self.to.partition_on
    }

    fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError> {
        self.to.target(&EXTENSIONS, OPTIONS, context)
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
        out.object("to-ipc", 2, |object| object.serde("options", self));
    }
}

impl BeginFile for ToIpc {
    fn begin_file(&self, begin: &Begin<'_>) -> Result<Box<dyn Writer>, IoError> {
        Ok(Box::new(IpcWriter::begin(self, begin)?))
    }
}

impl Fingerprint for ToIpc {
    fn feed(&self, out: &mut Canon) {
        out.object("to-ipc", 2)
            .feed(&self.to)
            .feed(&self.batch_rows.map(|rows| rows as u64));
    }
}

impl From<String> for ToIpc {
    fn from(folder: String) -> Self {
        Self {
            to: WriteTo::new(&folder),
            batch_rows: None,
        }
    }
}

from_folder!(ToIpc);
storage_options!(ToIpc, to.storage);
