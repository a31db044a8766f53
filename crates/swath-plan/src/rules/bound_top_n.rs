//! Reads for a top-n only row groups that can have a row of it, told by file footers.
//!
//! A row group whose largest amount is 900 has a row of at least 900. If ten row groups say so, none of the
//! ten largest rows of all files is smaller, and row groups and pages that end below need not be read.

use std::cmp::Ordering;

use swath_batch::Value;
use swath_expr::{ColumnBounds, col, lit};
use swath_io::ParquetDataset;
use swath_ops::Env;

use crate::node::{SortBy, TopN};
use crate::walk::{rewrite_bottom_up, with_inputs};
use crate::{Node, Plan, PlanError};

pub(super) fn apply(roots: &[Plan], env: &Env) -> Result<Vec<Plan>, PlanError> {
    rewrite_bottom_up(roots, |plan, inputs| {
        let plan = with_inputs(plan, inputs, env)?;
        let Node::TopN(top) = plan.node() else {
            return Ok(plan);
        };
        let Some(bound) = bound(plan.input(), top) else {
            return Ok(plan);
        };
        let first = &top.by[0];
        let key = col(&*first.column);
        let can_be_in = if first.descending {
            key.ge(lit(bound))
        } else {
            key.le(lit(bound))
        };
        let candidates = plan
            .input()
            .filter(can_be_in, env)?
            .keep_location(plan.input());
        Ok(top.clone().plan(candidates)?.keep_location(&plan))
    })
}

/// A value that at least `n` rows of the input reach by the first column of the order, if footers prove one.
fn bound(input: &Plan, top: &TopN) -> Option<Value> {
    let SortBy { column, descending } = &top.by[0];
    let mut column = column.clone();
    let mut plan = input;
    // Rows are as many as in the files only while nothing but projections stands between.
    while let Node::Project(project) = plan.node() {
        let (_, expr) = project.columns.iter().find(|(name, _)| *name == column)?;
        column = expr.as_column()?.into();
        plan = plan.input();
    }
    let Node::Scan(scan) = plan.node() else {
        return None;
    };
    if scan.predicate.is_some() {
        return None;
    }
    reached_by(&scan.dataset, &column, *descending, top.n)
}

/// The furthest value that at least `n` rows of a data set reach.
fn reached_by(dataset: &ParquetDataset, column: &str, descending: bool, n: u64) -> Option<Value> {
    let mut reached: Vec<(Value, u64)> = Vec::new();
    for unit in 0..dataset.units().len() {
        reached.extend(reaches(dataset.unit_bounds(unit, column)?, descending));
    }
    let mut mixed = false;
    reached.sort_by(|(left, _), (right, _)| {
        let order = left.compare(right).unwrap_or_else(|| {
            mixed = true;
            Ordering::Equal
        });
        if descending { order.reverse() } else { order }
    });
    if mixed {
        return None;
    }
    let mut rows = 0_u64;
    reached.into_iter().find_map(|(value, count)| {
        rows = rows.saturating_add(count);
        (rows >= n).then_some(value)
    })
}

/// Values that so many rows of a row group reach: one row its far end, the others its near end.
fn reaches(bounds: ColumnBounds, descending: bool) -> Vec<(Value, u64)> {
    let (near, far) = if descending {
        (bounds.min, bounds.max)
    } else {
        (bounds.max, bounds.min)
    };
    let values = bounds
        .nulls
        .filter(|_| !bounds.may_have_nan)
        .map_or(0, |nulls| bounds.rows.saturating_sub(nulls));
    // A far end that was cut from a long text is no value of the column, and nobody reaches it.
    let far = far.filter(|_| bounds.exact).map(|far| (far, 1));
    let others = values.saturating_sub(u64::from(far.is_some()));
    let near = near.map(|near| (near, others));
    far.into_iter()
        .chain(near)
        .filter(|(_, rows)| *rows > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(min: i64, max: i64, rows: u64, nulls: Option<u64>, exact: bool) -> ColumnBounds {
        ColumnBounds {
            min: Some(Value::from(min)),
            max: Some(Value::from(max)),
            nulls,
            rows,
            may_have_nan: false,
            exact,
        }
    }

    #[test]
    fn what_a_row_group_reaches() {
        let value = |value: i64, rows| (Value::from(value), rows);
        let cases = [
            (
                "one at the far end, the rest at the near one",
                bounds(3, 9, 10, Some(2), true),
                true,
                vec![value(9, 1), value(3, 7)],
            ),
            (
                "smallest first",
                bounds(3, 9, 10, Some(2), true),
                false,
                vec![value(3, 1), value(9, 7)],
            ),
            (
                "nobody knows how many are null",
                bounds(3, 9, 10, None, true),
                true,
                vec![value(9, 1)],
            ),
            (
                "ends that were cut",
                bounds(3, 9, 10, Some(0), false),
                true,
                vec![value(3, 10)],
            ),
            (
                "one row",
                bounds(3, 3, 1, Some(0), true),
                true,
                vec![value(3, 1)],
            ),
            (
                "more nulls than rows",
                bounds(3, 9, 1, Some(2), false),
                true,
                vec![],
            ),
        ];
        for (case, bounds, descending, expected) in cases {
            assert_eq!(reaches(bounds, descending), expected, "{case}");
        }
    }

    #[test]
    fn rows_that_may_be_nan_reach_nothing() {
        let mut bounds = bounds(3, 9, 10, Some(0), true);
        bounds.may_have_nan = true;
        assert_eq!(reaches(bounds, true), vec![(Value::from(9_i64), 1)]);
    }
}
