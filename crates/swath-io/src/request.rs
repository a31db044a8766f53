//! What a scan asks of a reader.

use std::sync::Arc;
use swath_expr::{Expr, Functions};
use swath_graph::{DecodeError, Decoder, Encoder};

use crate::IoError;

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

    /// What to read for it.
    ///
    /// # Errors
    /// A batch size of 0 rows.
    pub(crate) fn reading(&self) -> Result<Reading, IoError> {
        if self.batch_rows == 0 {
            return Err(IoError::OptionValue {
                name: "batch_rows".into(),
                value: "0".into(),
                expected: "at least one row",
            });
        }
        let mut names: Vec<Arc<str>> = self.predicate.iter().flat_map(Expr::columns).collect();
        let filtering = names.len();
        let mut output = Vec::with_capacity(self.columns.len());
        for name in &self.columns {
            let known = names.iter().position(|known| known == name);
            output.push(known.unwrap_or(names.len()));
            if known.is_none() {
                names.push(Arc::clone(name));
            }
        }
        Ok(Reading {
            names,
            filtering,
            output,
        })
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

/// The columns that are read for a request, each once: those of its predicate first.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) names: Vec<Arc<str>>,
    /// How many of them the predicate reads.
    pub(crate) filtering: usize,
    /// Which of them a chunk has, in its order.
    pub(crate) output: Vec<usize>,
}
