//! What a user says about writing Arrow IPC files.

use arrow_ipc::CompressionType;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::Meta;

use super::dataset::EXTENSIONS;
use super::writer::IpcWriter;
use crate::paths::from_folder;
use crate::{IoContext, IoError, Staged, WriteOptions, WriteTarget, Writer};

/// Rows of a record batch where the options do not say.
const BATCH_ROWS: usize = 1 << 17;

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
    folder: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch_rows: Option<usize>,
    #[serde(default)]
    overwrite: bool,
}

impl ToIpc {
    /// Writes into this folder, which is made where it is not there.
    pub fn new(folder: impl Into<Self>) -> Self {
        folder.into()
    }

    /// `lz4` (where nothing is said), `zstd` or `none`. Other programs map files into memory only where they are not compressed.
    pub fn compression(self, codec: impl Into<String>) -> Self {
        Self {
            compression: Some(codec.into()),
            ..self
        }
    }

    /// Most rows of a record batch, which is what a reader reads at once; 131,072 where nothing is said.
    pub fn batch_rows(self, rows: usize) -> Self {
        Self {
            batch_rows: Some(rows),
            ..self
        }
    }

    /// Replaces the Arrow files that a reader of the folder sees, those in folders below included; without it they are an
    /// error.
    pub fn overwrite(self) -> Self {
        Self {
            overwrite: true,
            ..self
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("to-ipc", 1)?;
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
        match self.compression.as_deref() {
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
        &self.folder
    }

    fn check(&self, _: &Meta) -> Result<(), IoError> {
        self.rows()?;
        self.codec().map(drop)
    }

    fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError> {
        WriteTarget::new(&self.folder, &EXTENSIONS, self.overwrite, context)
    }

    fn create(
        &self,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Box<dyn Writer>, IoError> {
        let writer = IpcWriter::create(self, staged, meta, partition, context)?;
        Ok(Box::new(writer))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("to-ipc", 1, |object| object.serde("options", self));
    }
}

impl Fingerprint for ToIpc {
    fn feed(&self, out: &mut Canon) {
        out.object("to-ipc", 1)
            .str(&self.folder)
            .feed(&self.compression)
            .feed(&self.batch_rows.map(|rows| rows as u64))
            .bool(self.overwrite);
    }
}

impl From<String> for ToIpc {
    fn from(folder: String) -> Self {
        Self {
            folder,
            compression: None,
            batch_rows: None,
            overwrite: false,
        }
    }
}

from_folder!(ToIpc);
