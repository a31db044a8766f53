//! Keeping rows.

use swath_expr::Expr;
use swath_ops::Env;

use crate::{Node, Plan, PlanError};

impl Plan {
    /// Keeps the rows for which `predicate` is true; false and null drop the row.
    ///
    /// Partitions, their order and their divisions stay.
    pub fn filter(&self, predicate: Expr, env: &Env) -> Result<Plan, PlanError> {
        predicate.bind_predicate(self.meta(), &env.functions)?;
        let (meta, divisions) = (std::sync::Arc::clone(self.meta()), self.divisions().clone());
        Ok(Plan::assemble(
            Node::Filter(predicate),
            vec![self.clone()],
            meta,
            divisions,
        ))
    }
}
