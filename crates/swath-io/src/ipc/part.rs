//! What one task reads.

use serde::{Deserialize, Serialize};
use swath_graph::{DecodeError, Decoder, Encoder};

use super::reader::IpcReader;
use crate::{FileIdentity, IoContext, IoError, Part, Reader, ScanRequest};

/// Some record batches of some files: plain data, to be read on any machine that has the files.
///
/// Footers are not in it: the reader reads them again.
#[derive(Clone, Debug, PartialEq)]
pub struct IpcPart {
    pub(super) files: Vec<PartFile>,
}

/// Record batches of one file, ascending.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PartFile {
    pub(super) identity: FileIdentity,
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
        Ok(Box::new(IpcReader::open(self, request, context)?))
    }

    fn encode(&self, out: &mut Encoder) {
        Self::encode(self, out);
    }
}
