//! What one task reads.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{DecodeError, Decoder, Encoder};

use super::reader::IpcReader;
use crate::fit::{Fit, FittedReader, Piece};
use crate::{FileIdentity, IoContext, IoError, Part, Reader, ScanRequest};

/// Some record batches of some files: plain data, to be read on any machine that has the files.
///
/// Footers are not in it: the reader takes them from its session's cache.
#[derive(Clone, Debug, PartialEq)]
pub struct IpcPart {
    pub(super) files: Vec<PartFile>,
}

/// Record batches of one file, ascending.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PartFile {
    pub(super) identity: FileIdentity,
    /// What it has instead of some columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fit: Option<Arc<Fit>>,
    pub(super) batches: Vec<u32>,
}

impl IpcPart {
    /// Writes one object that [`IpcPart::decode`] reads.
    pub fn encode(&self, out: &mut Encoder) {
        out.object("ipc-part", 1, |object| object.serde("files", &self.files));
    }

    /// Reads what [`IpcPart::encode`] wrote.
    ///
    /// # Errors
    /// For anything else.
    pub fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("ipc-part", 1)?;
        Ok(Self {
            files: object.serde("files")?,
        })
    }
}

impl Part for IpcPart {
    fn format(&self) -> &'static str {
        "ipc"
    }

    fn open(&self, request: &ScanRequest, context: &IoContext) -> Result<Box<dyn Reader>, IoError> {
        if self.files.iter().all(|file| file.fit.is_none()) {
            return Ok(Box::new(IpcReader::open(self, request, context)?));
        }
        let piece = |file: &PartFile| Piece {
            fit: file.fit.clone(),
            units: file.batches.len() as u64,
            part: Arc::new(Self {
                files: vec![PartFile {
                    fit: None,
                    ..file.clone()
                }],
            }),
        };
        let pieces = self.files.iter().map(piece).collect();
        Ok(Box::new(FittedReader::open(pieces, request, context)?))
    }

    fn encode(&self, out: &mut Encoder) {
        Self::encode(self, out);
    }
}
