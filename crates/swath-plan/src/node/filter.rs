//! Keeping rows.

use swath_expr::Expr;
use swath_meta::DType;
use swath_ops::Env;

use crate::{Node, Plan, PlanError};

impl Plan {
    /// Keeps the rows for which `predicate` is true; false and null drop the row.
    ///
    /// Partitions, their order and their divisions stay.
    pub fn filter(&self, predicate: Expr, env: &Env) -> Result<Plan, PlanError> {
        let field = predicate.infer(self.meta(), &env.functions)?;
        if !matches!(field.dtype, DType::Bool | DType::Null) {
            return Err(PlanError::NotBoolean {
                predicate: predicate.to_string(),
                dtype: field.dtype.to_string(),
            });
        }
        let (meta, divisions) = (std::sync::Arc::clone(self.meta()), self.divisions().clone());
        Ok(Plan::assemble(
            Node::Filter(predicate),
            vec![self.clone()],
            meta,
            divisions,
        ))
    }
}
