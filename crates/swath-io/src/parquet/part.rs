//! What one task reads.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_expr::Expr;
use swath_graph::{DecodeError, Decoder, Encoder};

use super::options::Tuning;
use super::reader::ParquetReader;
use super::within::Within;
use crate::fit::{Fit, FittedReader, Piece};
use crate::{FileIdentity, IoContext, IoError, Part, Reader, ScanRequest};

/// Some row groups of some files: plain data, to be read on any machine that has the files.
///
/// Footers are not in it: the reader takes them from its session's cache.
#[derive(Clone, Debug, PartialEq)]
pub struct ParquetPart {
    pub(super) files: Vec<PartFile>,
    pub(super) tuning: Tuning,
    /// Which rows are read, where a neighbouring part reads the others of the same row groups.
    pub(super) within: Option<Within>,
    pub(super) rows: u64,
}

/// Row groups of one file, ascending.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PartFile {
    pub(super) identity: FileIdentity,
    pub(super) row_groups: Vec<u32>,
    /// What it has instead of some columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fit: Option<Arc<Fit>>,
}

impl ParquetPart {
    /// Rows of the row groups, before any predicate.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The files, in the state that they must be in.
    pub fn files(&self) -> impl Iterator<Item = &FileIdentity> {
        self.files.iter().map(|file| &file.identity)
    }

    /// Whether any file has not the columns of the table, which then come from elsewhere: [`Part::open`] reads such a part.
    pub fn is_fitted(&self) -> bool {
        self.files.iter().any(|file| file.fit.is_some())
    }

    /// All rows of the row groups of one file.
    fn piece(&self, file: &PartFile) -> Piece {
        let alone = Self {
            files: vec![PartFile {
                fit: None,
                ..file.clone()
            }],
            tuning: self.tuning,
            within: None,
            rows: self.rows,
        };
        Piece {
            part: Arc::new(alone),
            fit: file.fit.clone(),
            units: file.row_groups.len() as u64,
        }
    }

    /// Writes one object that [`ParquetPart::decode`] reads.
    pub fn encode(&self, out: &mut Encoder) {
        out.object("parquet-part", 2, |object| {
            object.serde("files", &self.files);
            object.serde("tuning", &self.tuning);
            object.serde("within", &self.within);
            object.u64("rows", self.rows);
        });
    }

    /// Reads what [`ParquetPart::encode`] wrote.
    ///
    /// # Errors
    /// For anything else.
    pub fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("parquet-part", 2)?;
        let within: Option<Within> = object.serde("within")?;
        if within
            .as_ref()
            .is_some_and(|within| within.predicate().is_none())
        {
            return Err(object.invalid("within", "labels of one column are needed".to_owned()));
        }
        Ok(Self {
            files: object.serde("files")?,
            tuning: object.serde("tuning")?,
            within,
            rows: object.u64("rows")?,
        })
    }
}

impl Part for ParquetPart {
    fn format(&self) -> &'static str {
        "parquet"
    }

    fn open(&self, request: &ScanRequest, context: &IoContext) -> Result<Box<dyn Reader>, IoError> {
        if !self.is_fitted() {
            return Ok(Box::new(ParquetReader::open(self, request, context)?));
        }
        let mut request = request.clone();
        // The labels are those of the table, whatever the files have instead.
        let within = self.within.as_ref().and_then(Within::predicate);
        request.predicate = Expr::conjunction(within.into_iter().chain(request.predicate));
        let pieces = self.files.iter().map(|file| self.piece(file)).collect();
        Ok(Box::new(FittedReader::open(pieces, &request, context)?))
    }

    fn encode(&self, out: &mut Encoder) {
        Self::encode(self, out);
    }
}
