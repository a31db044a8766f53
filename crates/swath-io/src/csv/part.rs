//! What one task reads.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{DecodeError, Decoder, Encoder};

use super::layout::Layout;
use super::reader::CsvReader;
use crate::fit::{Fit, FittedReader, Piece};
use crate::text::Compression;
use crate::{FileIdentity, IoContext, IoError, Part, Reader, ScanRequest};

/// Ranges of bytes of some files: plain data, to be read on any machine that has the files.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvPart {
    pub(super) layout: Arc<Layout>,
    pub(super) ranges: Vec<PartRange>,
}

/// The records of one file that begin from `start` to before `end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PartRange {
    pub(super) identity: FileIdentity,
    /// What the file has instead of some columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fit: Option<Arc<Fit>>,
    pub(super) compression: Compression,
    /// Where the first record of the file begins, behind its header.
    pub(super) data: u64,
    pub(super) start: u64,
    pub(super) end: u64,
    /// Bytes between the places where the file is cut.
    pub(super) every: u64,
    /// Whether nobody reads up to `start` in the same scan: then it must be proven.
    pub(super) alone: bool,
    /// Whether somebody reads on from `end` in the same scan, and must hear where the records here end.
    pub(super) followed: bool,
}

impl CsvPart {
    /// Writes one object that [`CsvPart::decode`] reads.
    pub fn encode(&self, out: &mut Encoder) {
        out.object("csv-part", 1, |object| {
            object.serde("layout", &*self.layout);
            object.serde("ranges", &self.ranges);
        });
    }

    /// Reads what [`CsvPart::encode`] wrote.
    ///
    /// Whoever reads the neighbouring ranges may be in another process, where nothing is heard of them: starts are proven.
    ///
    /// # Errors
    /// For anything else.
    pub fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("csv-part", 1)?;
        let layout: Layout = object.serde("layout")?;
        if (0..layout.fields.len()).any(|column| layout.column(column).is_none()) {
            return Err(object.invalid("layout", "text is of no nested dtype".to_owned()));
        }
        if layout.fields.is_empty() {
            return Err(object.invalid("layout", "there are no columns".to_owned()));
        }
        let mut ranges: Vec<PartRange> = object.serde("ranges")?;
        if ranges.iter().any(|range| range.every == 0) {
            return Err(object.invalid("ranges", "there are no blocks".to_owned()));
        }
        for range in &mut ranges {
            range.alone = true;
        }
        Ok(Self {
            layout: Arc::new(layout),
            ranges,
        })
    }
}

impl Part for CsvPart {
    fn format(&self) -> &'static str {
        "csv"
    }

    fn open(&self, request: &ScanRequest, context: &IoContext) -> Result<Box<dyn Reader>, IoError> {
        let is_fitted = self.ranges.iter().any(|range| range.fit.is_some());
        // Without a file, nobody knows what the files would have.
        if !is_fitted && !self.ranges.is_empty() {
            return Ok(Box::new(CsvReader::open(self, request, context)?));
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
