//! Reads the rows of a top-n only where they can be.
//!
//! `nlargest(10, "amount")` over files runs in two rounds. The first takes the tenth largest amount of the
//! partitions whose footers promise the largest, from that column alone. The second reads rows whose amount is
//! not smaller: their row groups and pages are few, told by statistics, and next to nothing is decoded.
//!
//! Statistics only choose where the first round looks. They need not be exact: whatever it finds bounds the
//! answer, because ten rows are known that are no smaller.

use std::cmp::Ordering;
use std::sync::Arc;

use swath_batch::Value;
use swath_expr::{Expr, col, lit};
use swath_ops::Env;

use crate::held::is_row_wise;
use crate::node::{NamedAgg, Project, Scan, SortBy, TopN};
use crate::walk::post_order;
use crate::{LateScalar, Node, Plan, PlanError};

/// The first round looks at no more than one partition in so many, if it has a choice.
const LOOKS_AT_ONE_IN: usize = 4;

/// The roots, a top-n over files in two rounds. Several roots stay as they are: they may share the scan, and
/// what is shared is read once.
pub(super) fn apply(roots: Vec<Plan>, env: &Env) -> Result<Vec<Plan>, PlanError> {
    let [root] = &roots[..] else { return Ok(roots) };
    let Node::TopN(top) = root.node() else {
        return Ok(roots);
    };
    let input = root.input();
    let may_run_twice = || {
        post_order([input])
            .iter()
            .all(|plan| plan.node().may_run_twice())
    };
    if top.n == 0 || !is_row_wise(input) || !from_files(input) || !may_run_twice() {
        return Ok(roots);
    }
    let promising = promising_partitions(input, top);
    if promising.is_none() && !has_other_columns(input, top) {
        return Ok(roots);
    }
    let candidates = input.filter(can_be_in(top, input, promising.as_deref(), env)?, env)?;
    let rows = candidates
        .keep_location(root)
        .top_n(top.n, top.by.clone())?;
    Ok(vec![rows.keep_location(root)])
}

fn from_files(input: &Plan) -> bool {
    post_order([input])
        .iter()
        .all(|plan| !matches!(plan.node(), Node::Held(_) | Node::Constant(_)))
}

fn has_other_columns(input: &Plan, top: &TopN) -> bool {
    let ordered_by = |name: &Arc<str>| top.by.iter().any(|by| by.column == *name);
    !input
        .meta()
        .fields()
        .iter()
        .all(|field| ordered_by(&field.name))
}

/// True for rows that come no later than the `n`-th by the first column; for all, if that one is null or NaN,
/// or the partitions that were looked at have not as many rows.
fn can_be_in(
    top: &TopN,
    input: &Plan,
    promising: Option<&[usize]>,
    env: &Env,
) -> Result<Expr, PlanError> {
    let first = &top.by[0];
    let looked_at = match promising {
        Some(partitions) => input.partitions(partitions.to_vec())?,
        None => input.clone(),
    };
    // The scalar is the last column, so the first of the order goes last.
    let mut keys: Vec<&Arc<str>> = Vec::new();
    for by in top.by[1..].iter().chain([first]).rev() {
        if !keys.contains(&&by.column) {
            keys.insert(0, &by.column);
        }
    }
    let keys = Project {
        columns: keys
            .into_iter()
            .map(|name| (Arc::clone(name), col(&**name)))
            .collect(),
        index: 0,
    };
    let largest = keys.plan(looked_at, env)?.top_n(top.n, top.by.clone())?;
    let bound = LateScalar::new(largest.tail(1, 1)?, 0).leaf();
    let key = col(&*first.column);
    let within = if first.descending {
        key.ge(&bound)
    } else {
        key.le(&bound)
    };
    let anything = bound.is_null().or(bound.ne(&bound));
    let can_be_in = within.or(anything);
    if promising.is_none() {
        return Ok(can_be_in);
    }
    let size = NamedAgg::size("size");
    let found = LateScalar::new(largest.reduce(vec![size], env)?, 0).leaf();
    let too_few = found.lt(lit(i64::try_from(top.n).unwrap_or(i64::MAX)));
    Ok(can_be_in.or(too_few))
}

/// The partitions whose files promise the furthest values of the first column; `None` if they promise nothing,
/// or there are too few partitions to choose from.
fn promising_partitions(input: &Plan, top: &TopN) -> Option<Vec<usize>> {
    let SortBy { column, descending } = &top.by[0];
    let mut column = Arc::clone(column);
    let mut plan = input;
    let scan = loop {
        match plan.node() {
            Node::Filter(_) => plan = plan.input(),
            Node::Project(project) => {
                let (_, expr) = project.columns.iter().find(|(name, _)| *name == column)?;
                column = Arc::from(expr.as_column()?);
                plan = plan.input();
            }
            Node::Scan(scan) => break scan,
            _ => return None,
        }
    };
    let partitions = input.npartitions();
    let enough = usize::try_from(top.n).unwrap_or(usize::MAX);
    let enough = enough.min(partitions.div_ceil(LOOKS_AT_ONE_IN));
    if enough == partitions {
        return None;
    }
    let mut ends: Vec<(usize, Value)> = (0..partitions)
        .filter_map(|partition| Some((partition, far_end(scan, partition, &column, *descending)?)))
        .collect();
    ends.sort_by(|(_, left), (_, right)| further(left, right, *descending));
    let mut chosen: Vec<usize> = ends
        .into_iter()
        .map(|(partition, _)| partition)
        .take(enough)
        .collect();
    chosen.sort_unstable();
    (!chosen.is_empty()).then_some(chosen)
}

/// The furthest value that the footers of a partition promise.
fn far_end(scan: &Scan, partition: usize, column: &str, descending: bool) -> Option<Value> {
    let statistics = scan.dataset.statistics()?;
    scan.dataset.partitions()[partition]
        .clone()
        .filter_map(|unit| {
            let bounds = statistics.unit_bounds(unit, column)?;
            if descending { bounds.max } else { bounds.min }
        })
        .min_by(|left, right| further(left, right, descending))
}

/// The order in which values come in a top-n; values that do not compare are as good as each other.
fn further(left: &Value, right: &Value, descending: bool) -> Ordering {
    let order = left.compare(right).unwrap_or(Ordering::Equal);
    if descending { order.reverse() } else { order }
}
