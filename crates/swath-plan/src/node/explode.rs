//! One row for each item of a list.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::Expr;
use swath_graph::Canon;
use swath_meta::{DType, Meta};
use swath_ops::{Env, StepSpec, step};

use super::EachPartition;
use crate::{Plan, PlanError};

/// A row for each item of the lists in a column; null and empty lists give one row with null. Filters on other columns pass through.
#[derive(Clone, Debug)]
struct Explode {
    /// The column of lists.
    column: Arc<str>,
}

impl Explode {
    fn spec(&self, input: &Meta) -> Result<step::Explode, PlanError> {
        Ok(step::Explode::new(input.position(&self.column)?))
    }
}

impl EachPartition for Explode {
    fn kind(&self) -> &'static str {
        "explode"
    }

    fn result(&self, input: &Plan, env: &Env) -> Result<(Arc<Meta>, Divisions), PlanError> {
        let field = input.meta().field(&self.column)?;
        if !matches!(field.dtype, DType::List(_)) {
            return Err(PlanError::NotAList {
                column: self.column.to_string(),
                dtype: field.dtype.clone(),
            });
        }
        let meta = self.spec(input.meta())?.infer(input.meta(), env)?;
        Ok((meta, input.divisions().clone()))
    }

    fn step(&self, input: &Plan, _: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError> {
        Ok(Arc::new(self.spec(input.meta())?))
    }

    fn reads(&self, _: &Meta, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let own = std::iter::once(Arc::clone(&self.column));
        wanted.iter().cloned().chain(own).collect()
    }

    fn lets_pass(&self, predicate: &Expr) -> bool {
        !predicate.columns().contains(&self.column)
    }

    fn describe(&self) -> String {
        self.column.to_string()
    }

    fn feed(&self, out: &mut Canon) {
        out.str(&self.column);
    }
}

impl Plan {
    /// A row for each item of the lists in a column.
    pub fn explode(&self, column: Arc<str>, env: &Env) -> Result<Plan, PlanError> {
        self.each_partition(Arc::new(Explode { column }), env)
    }
}
