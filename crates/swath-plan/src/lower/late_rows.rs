//! Reads the other columns of a top-n only for rows that can be in it.
//!
//! `nlargest(10, "amount")` of a wide file needs every amount, and ten rows of the rest. A first round takes
//! the last of the ten largest amounts from that column alone; the second reads rows whose amount is not
//! smaller, which prunes row groups and pages and decodes next to nothing.

use std::sync::Arc;

use swath_expr::{Expr, col};
use swath_ops::Env;

use crate::held::is_row_wise;
use crate::node::{Project, TopN};
use crate::walk::post_order;
use crate::{LateScalar, Node, Plan, PlanError};

/// The roots, a top-n over files in two rounds. Several roots stay as they are: they may share the scan, and
/// what is shared is read once.
pub(super) fn apply(roots: Vec<Plan>, env: &Env) -> Result<Vec<Plan>, PlanError> {
    let [root] = &roots[..] else { return Ok(roots) };
    match root.node() {
        Node::TopN(top) if pays(root.input(), top) => {
            let input = root.input();
            let candidates = input.filter(can_be_in(top, input, env)?, env)?;
            let rows = candidates
                .keep_location(root)
                .top_n(top.n, top.by.clone())?;
            Ok(vec![rows.keep_location(root)])
        }
        _ => Ok(roots),
    }
}

/// Whether the rows come from files and have columns beside those that order them.
fn pays(input: &Plan, top: &TopN) -> bool {
    let from_files = post_order([input])
        .iter()
        .all(|plan| !matches!(plan.node(), Node::Held(_) | Node::Constant(_)));
    from_files && is_row_wise(input) && input.meta().fields().len() > top.by.len()
}

/// True for rows that come no later than the `n`-th by the first column; for all, if that one is null or NaN.
fn can_be_in(top: &TopN, input: &Plan, env: &Env) -> Result<Expr, PlanError> {
    let first = &top.by[0];
    // The scalar is the last column, so the first of the order goes last.
    let columns = top.by[1..].iter().chain([first]);
    let keys = Project {
        columns: columns
            .map(|by| (Arc::clone(&by.column), col(&*by.column)))
            .collect(),
        index: 0,
    };
    let last = keys
        .plan(input.clone(), env)?
        .top_n(top.n, top.by.clone())?
        .tail(1);
    let bound = LateScalar::new(last, 0).leaf();
    let key = col(&*first.column);
    let within = if first.descending {
        key.ge(&bound)
    } else {
        key.le(&bound)
    };
    Ok(within.or(bound.is_null()).or(bound.ne(&bound)))
}
