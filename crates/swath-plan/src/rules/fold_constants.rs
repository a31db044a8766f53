//! Computes what does not depend on a row, and drops filters that keep every row.

use std::sync::Arc;

use swath_batch::Value;
use swath_ops::Env;

use crate::node::{GroupBy, Project};
use crate::walk::{rewrite_bottom_up, with_inputs};
use crate::{Node, Plan, PlanError};

pub(super) fn apply(roots: &[Plan], env: &Env) -> Result<Vec<Plan>, PlanError> {
    rewrite_bottom_up(roots, |plan, mut inputs| match plan.node() {
        Node::Filter(predicate) => {
            let input = inputs.pop().expect("a filter has one input");
            let folded = predicate.fold();
            if folded.as_literal() == Some(&Value::Bool(true)) {
                return Ok(input);
            }
            Ok(input.filter(folded, env)?.keep_location(plan))
        }
        Node::Project(project) => {
            let input = inputs.pop().expect("a projection has one input");
            let columns = project
                .columns
                .iter()
                .map(|(name, expr)| (Arc::clone(name), expr.fold()))
                .collect();
            Ok(Project {
                columns,
                index: project.index,
            }
            .plan(input, env)?
            .keep_location(plan))
        }
        Node::GroupBy(group) => {
            let input = inputs.pop().expect("a group-by has one input");
            let mut folded: GroupBy = group.clone();
            for (_, expr) in &mut folded.keys {
                *expr = expr.fold();
            }
            for agg in &mut folded.aggs {
                agg.input = agg.input.as_ref().map(swath_expr::Expr::fold);
            }
            Ok(folded.plan(input, env)?.keep_location(plan))
        }
        _ => with_inputs(plan, inputs, env),
    })
}
