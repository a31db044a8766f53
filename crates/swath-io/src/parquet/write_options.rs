//! What a user says about writing Parquet.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_divisions::Divisions;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::{Meta, nearest};

use super::dataset::EXTENSIONS;
use super::writer::ParquetWriter;
use crate::paths::from_folder;
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
    pub(super) folder: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) compression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) row_group_rows: Option<usize>,
    #[serde(default)]
    pub(super) overwrite: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) divisions: Option<Divisions>,
}

/// Names of the codecs.
const CODECS: [&str; 4] = ["snappy", "zstd", "lz4", "none"];

impl ToParquet {
    /// Writes into this folder, which is made where it is not there.
    pub fn new(folder: impl Into<Self>) -> Self {
        folder.into()
    }

    /// `snappy` (where nothing is said), `zstd`, `lz4` or `none`.
    pub fn compression(self, codec: impl Into<String>) -> Self {
        Self {
            compression: Some(codec.into()),
            ..self
        }
    }

    /// Most rows of a row group; 1,048,576 where nothing is said.
    pub fn row_group_rows(self, rows: usize) -> Self {
        Self {
            row_group_rows: Some(rows),
            ..self
        }
    }

    /// Replaces the Parquet files that a reader of the folder sees, those in folders below included; without it they
    /// are an error.
    pub fn overwrite(self) -> Self {
        Self {
            overwrite: true,
            ..self
        }
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
        WriteTarget::new(&self.folder, &EXTENSIONS, self.overwrite, context)
    }

    /// Reads what was written by [`WriteOptions::encode`].
    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("to-parquet", 1)?;
        object.serde("options")
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
        match self.compression.as_deref() {
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
        &self.folder
    }

    fn check(&self, _: &Meta) -> Result<(), IoError> {
        self.check_options()
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
        let writer = ParquetWriter::create(self, staged, meta, partition, context)?;
        Ok(Box::new(writer))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("to-parquet", 1, |object| object.serde("options", self));
    }
}

impl Fingerprint for ToParquet {
    fn feed(&self, out: &mut Canon) {
        let divisions = self
            .divisions
            .as_ref()
            .map(|divisions| serde_json::to_string(divisions).unwrap_or_default());
        out.object("to-parquet", 1)
            .str(&self.folder)
            .feed(&self.compression)
            .feed(&self.row_group_rows.map(|rows| rows as u64))
            .bool(self.overwrite)
            .feed(&divisions);
    }
}

impl From<String> for ToParquet {
    fn from(folder: String) -> Self {
        Self {
            folder,
            compression: None,
            row_group_rows: None,
            overwrite: false,
            divisions: None,
        }
    }
}

from_folder!(ToParquet);
