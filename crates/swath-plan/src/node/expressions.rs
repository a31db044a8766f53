//! The expressions inside operations.

use swath_expr::Expr;

use super::Node;

impl Node {
    /// The expressions of the operation itself, in order.
    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        match self {
            Self::Filter(predicate) => vec![predicate],
            Self::Project(project) => project.columns.iter().map(|(_, expr)| expr).collect(),
            Self::GroupBy(group) => group.expressions().collect(),
            Self::Scan(scan) => scan.predicate.iter().collect(),
            Self::Held(_)
            | Self::Constant(_)
            | Self::DropDuplicates(_)
            | Self::TopN(_)
            | Self::Head(_)
            | Self::Tail(_)
            | Self::Partitions(_)
            | Self::Each(_)
            | Self::Overlap(_)
            | Self::Beside(_)
            | Self::Concat
            | Self::Repartition(_)
            | Self::Shuffle(_)
            | Self::Write(_)
            | Self::Deliver(_)
            | Self::Call(_)
            | Self::Returned(_) => Vec::new(),
        }
    }

    /// Whether the operation may as well run twice to save work elsewhere: not if it calls a user's function, or is not cheap.
    pub(crate) fn may_run_twice(&self) -> bool {
        let calls = |expr: &&Expr| expr.has_user_functions();
        if let Self::Shuffle(shuffle) = self {
            return !shuffle.is_function();
        }
        !matches!(
            self,
            Self::Each(_) | Self::Overlap(_) | Self::Beside(_) | Self::Call(_)
        ) && !self.expressions().iter().any(calls)
    }

    /// The same operation with what `change` makes of each of its expressions.
    pub(crate) fn map_expressions(mut self, change: impl Fn(&Expr) -> Expr) -> Self {
        let apply = |expr: &mut Expr| *expr = change(expr);
        match &mut self {
            Self::Filter(predicate) => apply(predicate),
            Self::Project(project) => project.columns.iter_mut().for_each(|(_, expr)| apply(expr)),
            Self::GroupBy(group) => {
                group.keys.iter_mut().for_each(|(_, expr)| apply(expr));
                let inputs = group.aggs.iter_mut().flat_map(|agg| &mut agg.inputs);
                inputs.for_each(apply);
            }
            Self::Scan(scan) => scan.predicate.iter_mut().for_each(apply),
            Self::Held(_)
            | Self::Constant(_)
            | Self::DropDuplicates(_)
            | Self::TopN(_)
            | Self::Head(_)
            | Self::Tail(_)
            | Self::Partitions(_)
            | Self::Each(_)
            | Self::Overlap(_)
            | Self::Beside(_)
            | Self::Concat
            | Self::Repartition(_)
            | Self::Shuffle(_)
            | Self::Write(_)
            | Self::Deliver(_)
            | Self::Call(_)
            | Self::Returned(_) => {}
        }
        self
    }
}
