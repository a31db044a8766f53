//! Computes what does not depend on a row, and drops filters that keep every row.

use swath_batch::Value;
use swath_expr::Expr;
use swath_ops::Env;

use crate::walk::{rewrite_bottom_up, with_inputs};
use crate::{Node, Plan, PlanError};

pub(super) fn apply(roots: &[Plan], env: &Env) -> Result<Vec<Plan>, PlanError> {
    rewrite_bottom_up(roots, |plan, mut inputs| {
        if plan.node().expressions().is_empty() {
            return with_inputs(plan, inputs, env);
        }
        let folded = plan.node().clone().map_expressions(Expr::fold);
        if let Node::Filter(predicate) = &folded
            && predicate.as_literal() == Some(&Value::Bool(true))
        {
            return Ok(inputs.pop().expect("a filter has one input"));
        }
        Ok(folded.over(inputs, env)?.keep_location(plan))
    })
}
