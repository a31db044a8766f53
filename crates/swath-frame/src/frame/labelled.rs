//! Small frames whose rows are made of one row of aggregates, each under a label.

use std::sync::Arc;

use swath_batch::Value;
use swath_expr::{Expr, ExprNode, lit};
use swath_ops::Env;
use swath_plan::{NamedAgg, Plan, PlanError, Project};

/// A label, and the columns of its row.
pub(super) type LabelledRow = (Value, Vec<(Arc<str>, Expr)>);

/// One row of aggregates, named by their places.
pub(super) struct Aggregates(Vec<NamedAgg>);

impl Aggregates {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// One aggregate more, as the column that it will be.
    pub(super) fn column(&mut self, agg: &swath_expr::Agg) -> Expr {
        let name: Arc<str> = format!("#{}", self.0.len()).into();
        self.0.push(NamedAgg::of(agg, Some(Arc::clone(&name))));
        Expr::new(ExprNode::Column(name))
    }

    /// The rows made of the aggregates of a plan, in one partition; the labels are the index. Everything is computed in one pass.
    pub(super) fn rows(
        self,
        plan: &Plan,
        index: &str,
        rows: Vec<LabelledRow>,
        env: &Env,
    ) -> Result<Plan, PlanError> {
        let one = plan.reduce(self.0, env)?;
        let rows = rows.into_iter().map(|(label, columns)| {
            let label = (Arc::from(index), lit(label));
            let columns = std::iter::once(label).chain(columns).collect();
            Project { columns, index: 1 }.over(&one, env)
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Plan::concat(&rows, true, env)?.repartition(1)
    }
}
