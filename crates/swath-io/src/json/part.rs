//! What one task reads.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{DecodeError, Decoder, Encoder};

use super::layout::Layout;
use super::reader::JsonReader;
use crate::fit::{Fit, FittedReader, Piece};
use crate::text::Compression;
use crate::{FileIdentity, IoContext, IoError, Part, Reader, ScanRequest};

/// Ranges of bytes of some files: plain data, to be read on any machine that has the files.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonPart {
    pub(super) layout: Arc<Layout>,
    pub(super) ranges: Vec<PartRange>,
}

/// The lines of one file that begin from `start` to before `end`; all of a compressed one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PartRange {
    pub(super) identity: FileIdentity,
    /// What the file has instead of some columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fit: Option<Arc<Fit>>,
    pub(super) compression: Compression,
    pub(super) start: u64,
    pub(super) end: u64,
}

impl JsonPart {
    /// Writes one object that [`JsonPart::decode`] reads.
    pub fn encode(&self, out: &mut Encoder) {
        out.object("json-part", 1, |object| {
            object.serde("layout", &*self.layout);
            object.serde("ranges", &self.ranges);
        });
    }

    /// Reads what [`JsonPart::encode`] wrote.
    ///
    /// # Errors
    /// For anything else.
    pub fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("json-part", 1)?;
        let ranges: Vec<PartRange> = object.serde("ranges")?;
        let within =
            |range: &PartRange| range.start <= range.end && range.end <= range.identity.len;
        if !ranges.iter().all(within) {
            return Err(object.invalid("ranges", "they are not within their files".to_owned()));
        }
        Ok(Self {
            layout: Arc::new(object.serde("layout")?),
            ranges,
        })
    }
}

impl Part for JsonPart {
    fn format(&self) -> &'static str {
        "json"
    }

    fn open(&self, request: &ScanRequest, context: &IoContext) -> Result<Box<dyn Reader>, IoError> {
        let is_fitted = self.ranges.iter().any(|range| range.fit.is_some());
        // Without a file, nobody knows what the files would have.
        if !is_fitted && !self.ranges.is_empty() {
            return Ok(Box::new(JsonReader::open(self, request, context)?));
        }
        let piece = |range: &PartRange| Piece {
            fit: range.fit.clone(),
            units: 1,
            part: Arc::new(Self {
                layout: Arc::clone(&self.layout),
                ranges: vec![PartRange {
                    fit: None,
                    ..range.clone()
                }],
            }),
        };
        let pieces = self.ranges.iter().map(piece).collect();
        Ok(Box::new(FittedReader::open(pieces, request, context)?))
    }

    fn encode(&self, out: &mut Encoder) {
        Self::encode(self, out);
    }
}
