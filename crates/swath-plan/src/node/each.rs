//! Operations that make the rows of each partition out of those of the same partition of their input: an open set.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::Expr;
use swath_graph::Canon;
use swath_meta::Meta;
use swath_ops::{Env, StepSpec};

use crate::{Node, Plan, PlanError};

/// An operation on each partition alone, which streams: one step of a pipeline.
pub trait EachPartition: Debug + Send + Sync {
    /// Its name in keys and in `explain`.
    fn kind(&self) -> &'static str;

    /// Checks it against its input and says what its result is like.
    fn result(&self, input: &Plan, env: &Env) -> Result<(Arc<Meta>, Divisions), PlanError>;

    /// The step that does it; `output` is the meta of its result.
    fn step(&self, input: &Plan, output: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError>;

    /// The input's columns that it reads if these columns of its result are wanted. By default all.
    fn reads(&self, input: &Meta, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let _ = wanted;
        input
            .fields()
            .iter()
            .map(|field| Arc::clone(&field.name))
            .collect()
    }

    /// Whether rows that such a filter drops from its result may as well be dropped before. By default not.
    fn lets_pass(&self, predicate: &Expr) -> bool {
        let _ = predicate;
        false
    }

    /// Whether its answer depends on which rows are in which partition: each then has a task of its own.
    fn sees_partitions(&self) -> bool {
        false
    }

    /// Whether rows come out in the order in which those they are made of came in.
    fn keeps_order(&self) -> bool {
        true
    }

    /// Whether one row comes out for each that comes in. By default nobody knows.
    fn keeps_rows(&self) -> bool {
        false
    }

    /// What stands behind its kind in `explain`.
    fn describe(&self) -> String;

    /// Feeds what makes it what it is, its kind excepted.
    fn feed(&self, out: &mut Canon);
}

impl Plan {
    /// The result of an operation on each partition.
    pub fn each_partition(
        &self,
        operation: Arc<dyn EachPartition>,
        env: &Env,
    ) -> Result<Plan, PlanError> {
        let (meta, divisions) = operation.result(self, env)?;
        Ok(Plan::assemble(
            Node::Each(operation),
            vec![self.clone()],
            meta,
            divisions,
        ))
    }
}
