//! What a scan asks of a reader.

use std::sync::Arc;
use swath_expr::{Expr, Functions};
use swath_graph::{DecodeError, Decoder, Encoder};

/// Columns, rows and the size of chunks that a scan wants.
#[derive(Clone, Debug)]
pub struct ScanRequest {
    /// Names of the columns of the chunks, in order.
    pub columns: Vec<Arc<str>>,
    /// Only rows for which this is true; it may name other columns. Exact, not a hint.
    pub predicate: Option<Expr>,
    /// Most rows of a chunk.
    pub batch_rows: usize,
}

impl ScanRequest {
    /// Every row of these columns, in chunks of 8192.
    pub fn new<N: Into<Arc<str>>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            predicate: None,
            batch_rows: 8192,
        }
    }

    /// Writes one object that [`ScanRequest::decode`] reads.
    pub fn encode(&self, out: &mut Encoder) {
        out.object("scan-request", 1, |object| {
            object.serde("columns", &self.columns);
            match &self.predicate {
                Some(predicate) => object.object("predicate", |out| predicate.encode(out)),
                None => object.none("predicate"),
            }
            object.u64("batch_rows", self.batch_rows as u64);
        });
    }

    /// Reads what [`ScanRequest::encode`] wrote; functions in the predicate are looked up in `functions`.
    ///
    /// # Errors
    /// For anything else.
    pub fn decode(from: &Decoder<'_>, functions: &Functions) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("scan-request", 1)?;
        Ok(Self {
            columns: object.serde("columns")?,
            predicate: object
                .optional("predicate")?
                .map(|from| Expr::decode(&from, functions))
                .transpose()?,
            batch_rows: object.u64("batch_rows")? as usize,
        })
    }
}
