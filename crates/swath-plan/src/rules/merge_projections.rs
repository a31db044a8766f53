//! Two projections in a row become one, unless a computed column would then be computed twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use swath_expr::Expr;
use swath_ops::Env;

use crate::node::Project;
use crate::walk::{rewrite_bottom_up, with_inputs};
use crate::{Node, Plan, PlanError};

pub(super) fn apply(roots: &[Plan], env: &Env) -> Result<Vec<Plan>, PlanError> {
    rewrite_bottom_up(roots, |plan, inputs| {
        let plan = with_inputs(plan, inputs, env)?;
        let Node::Project(outer) = plan.node() else {
            return Ok(plan);
        };
        let below = plan.input();
        let Node::Project(inner) = below.node() else {
            return Ok(plan);
        };
        if !each_computed_once(outer, inner) {
            return Ok(plan);
        }
        let merged = Project {
            columns: composed(outer, inner),
            index: outer.index,
        };
        Ok(merged
            .plan(below.input().clone(), env)?
            .keep_location(&plan))
    })
}

/// Whether no computed column of `inner` is used more than once by `outer`.
fn each_computed_once(outer: &Project, inner: &Project) -> bool {
    let mut uses: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for (_, expr) in &outer.columns {
        for column in expr.columns() {
            // A column that stands twice in one expression counts as two uses.
            *uses.entry(column).or_default() += if expr.as_column().is_some() { 1 } else { 2 };
        }
    }
    inner
        .columns
        .iter()
        .all(|(name, expr)| expr.as_column().is_some() || uses.get(name).copied().unwrap_or(0) <= 1)
}

fn composed(outer: &Project, inner: &Project) -> Vec<(Arc<str>, Expr)> {
    let by_name: BTreeMap<&str, &Expr> = inner
        .columns
        .iter()
        .map(|(name, expr)| (&**name, expr))
        .collect();
    outer
        .columns
        .iter()
        .map(|(name, expr)| {
            (
                Arc::clone(name),
                expr.substitute(&|column| by_name.get(column).map(|&expr| expr.clone())),
            )
        })
        .collect()
}
