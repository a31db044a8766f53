//! Rows that neighbouring partitions divide between them by their labels.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_batch::Value;
use swath_divisions::{Cut, LabelRange};
use swath_expr::{ColumnBounds, Expr, col, lit};

/// The labels that a partition keeps of the units it reads; the other rows of a unit are its neighbour's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Within {
    /// The index, which has one column.
    pub(super) column: Arc<str>,
    pub(super) range: LabelRange,
}

/// The one value of a label, as a literal.
fn label(cut: &Cut) -> Option<&Value> {
    match cut.label().values() {
        [value] => Some(value),
        _ => None,
    }
}

impl Within {
    /// True for the rows of the partition, and with an answer for every row; `None` for labels of several columns.
    pub(super) fn predicate(&self) -> Option<Expr> {
        let index = col(&*self.column);
        let begin = match self.range.from() {
            None => None,
            Some(from) if from.is_after() => Some(index.gt(lit(label(from)?.clone()))),
            Some(from) => Some(index.ge(lit(label(from)?.clone()))),
        };
        let end = match self.range.to() {
            // Nulls come last.
            None => return Some(begin.map_or_else(|| lit(true), |begin| begin.or(index.isna()))),
            Some(to) if to.is_after() => index.le(lit(label(to)?.clone())),
            Some(to) => index.lt(lit(label(to)?.clone())),
        };
        Expr::conjunction(begin.into_iter().chain([end]))
    }

    /// Whether a unit, of whose labels this is known, can have a row of the partition.
    pub(super) fn may_be_in(&self, unit: &ColumnBounds) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let side = |bound: &Option<Value>, cut: Option<&Cut>| bound.as_ref()?.compare(label(cut?)?);
        let has_nulls = unit.nulls != Some(0) && self.range.to().is_none();
        let ends_before = match side(&unit.max, self.range.from()) {
            Some(Less) => true,
            Some(Equal) => self.range.from().is_some_and(Cut::is_after),
            _ => false,
        };
        let begins_after = match side(&unit.min, self.range.to()) {
            Some(Greater) => true,
            Some(Equal) => !self.range.to().is_some_and(Cut::is_after),
            _ => false,
        };
        has_nulls || !(ends_before || begins_after)
    }
}
