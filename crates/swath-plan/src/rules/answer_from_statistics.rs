//! Answers `len`, and exact `min` and `max`, from what file footers say.

use std::sync::Arc;

use swath_batch::{Chunk, Partition, Value};
use swath_meta::Meta;
use swath_ops::Env;

use crate::node::{GroupBy, NamedAgg, Scan};
use crate::walk::{rewrite_bottom_up, with_inputs};
use crate::{Node, Plan, PlanError};

pub(super) fn apply(roots: &[Plan], env: &Env) -> Result<Vec<Plan>, PlanError> {
    rewrite_bottom_up(roots, |plan, inputs| {
        let plan = with_inputs(plan, inputs, env)?;
        if let Node::GroupBy(group) = plan.node()
            && group.keys.is_empty()
            && let Some(values) = answers(group, plan.input())
        {
            let rows = one_row(plan.meta(), &values)?;
            return Ok(Plan::constant(rows)?.keep_location(&plan));
        }
        Ok(plan)
    })
}

fn answers(group: &GroupBy, input: &Plan) -> Option<Vec<Value>> {
    group.aggs.iter().map(|agg| answer(agg, input)).collect()
}

/// The value of one aggregate over all rows of a scan, if the footers of all files prove it.
fn answer(agg: &NamedAgg, input: &Plan) -> Option<Value> {
    let column = match &agg.inputs[..] {
        [] => None,
        [input] => Some(input.as_column()?),
        _ => return None,
    };
    let (scan, column) = scanned(input, column)?;
    let statistics = scan.dataset.statistics()?;
    let Some(column) = column else {
        return (&*agg.function == "size").then(|| Value::from(statistics.rows()));
    };
    let bounds = statistics.column_bounds(column)?;
    match &*agg.function {
        "count" => Some(Value::from(statistics.rows() - bounds.nulls?)),
        // Float bounds leave NaN out, and long strings are cut short: neither is exact.
        "min" if bounds.exact && !bounds.may_have_nan => bounds.min,
        "max" if bounds.exact && !bounds.may_have_nan => bounds.max,
        _ => None,
    }
}

/// The scan that a plan has the rows of, all of them, and what a column is called there.
fn scanned<'a>(plan: &'a Plan, column: Option<&'a str>) -> Option<(&'a Scan, Option<&'a str>)> {
    match plan.node() {
        Node::Scan(scan) if scan.predicate.is_none() => Some((scan, column)),
        // Choosing and computing columns leaves the rows as they are.
        Node::Project(project) => {
            let column = match column {
                None => None,
                Some(column) => {
                    let (_, expr) = project.columns.iter().find(|(name, _)| **name == *column)?;
                    Some(expr.as_column()?)
                }
            };
            scanned(plan.input(), column)
        }
        Node::Each(operation) if operation.keeps_rows() && column.is_none() => {
            scanned(plan.input(), None)
        }
        _ => None,
    }
}

fn one_row(meta: &Arc<Meta>, values: &[Value]) -> Result<Partition, PlanError> {
    let columns = meta
        .fields()
        .iter()
        .zip(values)
        .map(|(field, value)| value.to_array(&field.dtype, 1))
        .collect::<Result<Vec<_>, _>>()
        .map_err(swath_ops::OpError::from)?;
    let batch = Chunk::new(columns, 1)
        .into_batch(meta)
        .map_err(swath_ops::OpError::from)?;
    Ok(Partition::try_new(Arc::clone(meta), vec![batch]).map_err(swath_ops::OpError::from)?)
}
