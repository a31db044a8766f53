//! What a user says about writing newline-delimited JSON.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::Meta;

use super::writer::JsonWriter;
use crate::paths::from_folder;
use crate::text::Compression;
use crate::{IoContext, IoError, Staged, WriteOptions, WriteTarget, Writer};

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
    folder: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compression: Option<String>,
    #[serde(default)]
    overwrite: bool,
}

impl ToJson {
    /// Writes into this folder, which is made where it is not there.
    pub fn new(folder: impl Into<Self>) -> Self {
        folder.into()
    }

    /// `none` (where nothing is said), `gzip` or `zstd`; files are then named `part.0.jsonl.gz` or `part.0.jsonl.zst`.
    pub fn compression(self, codec: impl Into<String>) -> Self {
        Self {
            compression: Some(codec.into()),
            ..self
        }
    }

    /// Replaces the JSON files that a reader of the folder sees, those in folders below included; without it they are an
    /// error.
    pub fn overwrite(self) -> Self {
        Self {
            overwrite: true,
            ..self
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("to-json", 1)?;
        object.serde("options")
    }

    pub(super) fn codec(&self) -> Result<Compression, IoError> {
        Compression::to_write(self.compression.as_deref())
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
        &self.folder
    }

    fn check(&self, _: &Meta) -> Result<(), IoError> {
        self.codec().map(drop)
    }

    fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError> {
        let first = match self.codec()? {
            Compression::None => "jsonl",
            Compression::Gzip => "jsonl.gz",
            Compression::Zstd => "jsonl.zst",
        };
        let others = super::dataset::EXTENSIONS
            .into_iter()
            .filter(|end| *end != first);
        let extensions: Vec<&str> = std::iter::once(first).chain(others).collect();
        WriteTarget::new(&self.folder, &extensions, self.overwrite, context)
    }

    fn create(
        &self,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Box<dyn Writer>, IoError> {
        let writer = JsonWriter::create(self, staged, meta, partition, context)?;
        Ok(Box::new(writer))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("to-json", 1, |object| object.serde("options", self));
    }
}

impl Fingerprint for ToJson {
    fn feed(&self, out: &mut Canon) {
        out.object("to-json", 1)
            .str(&self.folder)
            .feed(&self.compression)
            .bool(self.overwrite);
    }
}

impl From<String> for ToJson {
    fn from(folder: String) -> Self {
        Self {
            folder,
            compression: None,
            overwrite: false,
        }
    }
}

from_folder!(ToJson);
