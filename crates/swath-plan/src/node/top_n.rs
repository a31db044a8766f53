//! The first rows of an order.

use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint};

use crate::{Node, Plan, PlanError};

/// `nlargest` and `nsmallest`: the first `n` rows by some columns, sorted.
#[derive(Clone, Debug)]
pub struct TopN {
    /// Rows wanted.
    pub n: u64,
    /// The order; nulls come last whatever its direction.
    pub by: Vec<SortBy>,
}

/// One column of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortBy {
    /// The column.
    pub column: Arc<str>,
    /// Largest first.
    pub descending: bool,
}

impl TopN {
    pub(crate) fn kind(&self) -> &'static str {
        if self.by.first().is_some_and(|by| by.descending) {
            "nlargest"
        } else {
            "nsmallest"
        }
    }

    pub(crate) fn plan(self, input: Plan) -> Result<Plan, PlanError> {
        if self.by.is_empty() {
            return Err(PlanError::NoColumns { operation: "top_n" });
        }
        for by in &self.by {
            input.meta().field(&by.column)?;
        }
        let meta = Arc::clone(input.meta());
        Ok(Plan::assemble(
            Node::TopN(self),
            vec![input],
            meta,
            Divisions::unknown(1),
        ))
    }
}

impl Plan {
    /// The first `n` rows by the columns of `by`; of equal rows, those that stand first.
    pub fn top_n(&self, n: u64, by: Vec<SortBy>) -> Result<Plan, PlanError> {
        TopN { n, by }.plan(self.clone())
    }
}

impl Fingerprint for TopN {
    fn feed(&self, out: &mut Canon) {
        out.u64(self.n);
        out.seq(self.by.len());
        for by in &self.by {
            out.str(&by.column);
            out.bool(by.descending);
        }
    }
}
