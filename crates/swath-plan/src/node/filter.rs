//! Keeping rows.

use swath_expr::Expr;
use swath_ops::Env;

use super::Project;
use crate::{Node, Plan, PlanError};

impl Plan {
    /// Keeps the rows for which `predicate` is true; false and null drop the row.
    ///
    /// Partitions, their order and their divisions stay. A predicate that reads other rows than its own sees all of them, also
    /// those that it drops.
    pub fn filter(&self, predicate: Expr, env: &Env) -> Result<Plan, PlanError> {
        if predicate.needs_order() {
            let (plan, mut exprs) = self.in_order(vec![predicate], env)?;
            let predicate = exprs.pop().expect("one came back for the one that went in");
            let kept = plan.filter(predicate, env)?;
            return Project::identity(self.meta()).plan(kept, env);
        }
        let predicate = predicate.pin_plugins(&env.functions)?;
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
