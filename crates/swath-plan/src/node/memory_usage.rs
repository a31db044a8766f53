//! The bytes of each column.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::{Expr, ExprNode};
use swath_graph::Canon;
use swath_meta::Meta;
use swath_ops::{Env, StepSpec, step};

use super::{EachPartition, NamedAgg};
use crate::{Plan, PlanError};

/// One row a partition: the bytes of each column.
#[derive(Clone, Copy, Debug)]
struct MemoryUsage;

impl EachPartition for MemoryUsage {
    fn kind(&self) -> &'static str {
        "memory-usage"
    }

    fn result(&self, input: &Plan, env: &Env) -> Result<(Arc<Meta>, Divisions), PlanError> {
        let meta = step::MemoryUsage.infer(input.meta(), env)?;
        Ok((meta, input.divisions().clear()))
    }

    fn step(&self, _: &Plan, _: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError> {
        Ok(Arc::new(step::MemoryUsage))
    }

    fn reads(&self, _: &Meta, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        wanted.clone()
    }

    fn sees_partitions(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        String::new()
    }

    fn feed(&self, _: &mut Canon) {}
}

impl Plan {
    /// One row a partition with the bytes of each column, index columns too.
    pub fn memory_usage(&self, env: &Env) -> Result<Plan, PlanError> {
        self.each_partition(Arc::new(MemoryUsage), env)
    }

    /// The sum of each column in one row, under the columns' names.
    pub fn sum_of_each(&self, env: &Env) -> Result<Plan, PlanError> {
        let names = self.meta().fields().iter().map(|field| &field.name);
        let sums = names.map(|name| {
            let column = Expr::new(ExprNode::Column(Arc::clone(name)));
            NamedAgg::new("sum", column, Arc::clone(name))
        });
        self.reduce(sums.collect(), env)
    }
}
