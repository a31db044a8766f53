//! Columns turned into rows.

use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::{Expr, ExprNode};
use swath_graph::Canon;
use swath_meta::{DType, DTypeSpec, Meta, common_supertype};
use swath_ops::{Env, StepSpec, step};

use super::{EachPartition, Project};
use crate::{Plan, PlanError};

/// A row for each of the columns behind the first few, which must have one dtype. Filters on the first few pass through.
#[derive(Clone, Debug)]
struct Melt {
    ids: usize,
    variable: Arc<str>,
    value: Arc<str>,
}

impl Melt {
    fn spec(&self) -> step::Melt {
        step::Melt::new(
            self.ids,
            Arc::clone(&self.variable),
            Arc::clone(&self.value),
        )
    }
}

impl EachPartition for Melt {
    fn kind(&self) -> &'static str {
        "melt"
    }

    fn result(&self, input: &Plan, env: &Env) -> Result<(Arc<Meta>, Divisions), PlanError> {
        let meta = self.spec().infer(input.meta(), env)?;
        Ok((meta, input.divisions().clear()))
    }

    fn step(&self, _: &Plan, _: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError> {
        Ok(Arc::new(self.spec()))
    }

    fn lets_pass(&self, predicate: &Expr) -> bool {
        let made = [&self.variable, &self.value];
        !predicate
            .columns()
            .iter()
            .any(|column| made.contains(&column))
    }

    fn describe(&self) -> String {
        format!("into `{}` and `{}`", self.variable, self.value)
    }

    fn feed(&self, out: &mut Canon) {
        out.u64(self.ids as u64);
        out.str(&self.variable);
        out.str(&self.value);
    }
}

impl Plan {
    /// Keeps the columns `ids` and makes of each row one for each of the columns `values`: its name under `variable`, and under `value`
    /// what it holds, in the dtype that all of them have in common. There is no index afterwards.
    pub fn melt(
        &self,
        ids: &[Arc<str>],
        values: &[Arc<str>],
        variable: Arc<str>,
        value: Arc<str>,
        env: &Env,
    ) -> Result<Plan, PlanError> {
        if values.is_empty() {
            return Err(PlanError::NoColumns { operation: "melt" });
        }
        let mut common: Option<(&Arc<str>, DType)> = None;
        for name in values {
            let dtype = self.meta().dtype(name)?;
            common = Some(match common {
                None => (name, dtype.clone()),
                Some((first, so_far)) => match common_supertype(&so_far, dtype) {
                    Some(dtype) => (first, dtype),
                    None => {
                        return Err(PlanError::NothingInCommon {
                            operation: "melt",
                            left: first.to_string(),
                            left_dtype: so_far,
                            right: name.to_string(),
                            right_dtype: dtype.clone(),
                        });
                    }
                },
            });
        }
        let dtype = common.map_or(DType::Null, |(_, dtype)| dtype);
        let column = |name: &Arc<str>| Expr::new(ExprNode::Column(Arc::clone(name)));
        let mut columns = Vec::with_capacity(ids.len() + values.len());
        for name in ids {
            columns.push((Arc::clone(name), column(name)));
        }
        for name in values {
            let as_it_is = *self.meta().dtype(name)? == dtype;
            let cast = || ExprNode::Cast {
                input: column(name),
                dtype: DTypeSpec::from(dtype.clone()),
            };
            let expr = if as_it_is {
                column(name)
            } else {
                Expr::new(cast())
            };
            columns.push((Arc::clone(name), expr));
        }
        let chosen = Project { columns, index: 0 }.plan(self.clone(), env)?;
        let melt = Melt {
            ids: ids.len(),
            variable,
            value,
        };
        chosen.each_partition(Arc::new(melt), env)
    }
}
