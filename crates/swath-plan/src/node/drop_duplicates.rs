//! The first or last rows of those that are equal in some columns.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_meta::DType;

use super::partition_count;
use crate::{Node, Plan, PlanError};

/// Keeps the first, or the last, of the rows that are equal in some columns, one or several. Filters on those columns pass through.
#[derive(Clone, Debug)]
pub struct DropDuplicates {
    /// The columns that are compared.
    pub subset: Vec<Arc<str>>,
    /// Whether the last row is kept instead of the first.
    pub last: bool,
    /// How many of equal rows are kept.
    pub rows: u64,
    /// Partitions of the result; rows come to them by the hash of what is compared. As many as the input's if `None`.
    pub split_out: Option<usize>,
}

impl DropDuplicates {
    /// The input's columns that it reads for some of its result.
    pub(crate) fn reads(&self, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        wanted.iter().chain(&self.subset).cloned().collect()
    }

    /// Whether a filter may as well come before: it must not tell rows apart that are compared as equal, as `1 / x` does `0.0` and `-0.0`.
    pub(crate) fn lets_pass(&self, predicate: &Expr, result: &Plan) -> bool {
        let is_float = |column: &Arc<str>| {
            let dtype = result.meta().dtype(column);
            dtype.is_ok_and(DType::is_float)
        };
        predicate
            .columns()
            .iter()
            .all(|column| self.subset.contains(column) && !is_float(column))
    }

    pub(crate) fn plan(self, input: Plan) -> Result<Plan, PlanError> {
        if self.subset.is_empty() {
            return Err(PlanError::NoColumns {
                operation: "drop_duplicates",
            });
        }
        if let Some(asked) = self.split_out {
            partition_count("`split_out`", asked)?;
        }
        for column in &self.subset {
            let field = input.meta().field(column)?;
            if field.dtype.is_nested() {
                return Err(PlanError::NotComparable {
                    operation: "drop_duplicates",
                    column: column.to_string(),
                    dtype: field.dtype.clone(),
                });
            }
        }
        let npartitions = self.split_out.unwrap_or_else(|| input.npartitions());
        let meta = Arc::clone(input.meta());
        Ok(Plan::assemble(
            Node::DropDuplicates(self),
            vec![input],
            meta,
            Divisions::unknown(npartitions),
        ))
    }
}

impl Plan {
    /// The rows that are kept of those that are equal in some columns, in as many partitions as the input's or `split_out`.
    pub fn drop_duplicates(&self, rows: DropDuplicates) -> Result<Plan, PlanError> {
        rows.plan(self.clone())
    }
}

impl Fingerprint for DropDuplicates {
    fn feed(&self, out: &mut Canon) {
        out.seq(self.subset.len());
        for column in &self.subset {
            out.str(column);
        }
        out.bool(self.last);
        out.u64(self.rows);
        self.split_out.map(|n| n as u64).feed(out);
    }
}
