//! A lazy scalar inside an expression.

use std::any::Any;
use std::sync::Arc;

use swath_expr::{Expr, Late, Spelling};

use crate::{Node, Plan, PlanError};

/// The handle behind an expression's late leaf: a plan whose one row and last column is the value.
#[derive(Clone, Debug)]
pub struct LateScalar {
    plan: Plan,
    owner: usize,
}

impl LateScalar {
    /// The value of a one-row plan; `owner` tells the engine it belongs to from others.
    pub fn new(plan: Plan, owner: usize) -> Self {
        Self { plan, owner }
    }

    /// What was given as the owner.
    pub fn owner(&self) -> usize {
        self.owner
    }

    /// The plan that computes the value.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The leaf to put into an expression.
    pub fn leaf(self) -> Expr {
        let field = self
            .plan
            .meta()
            .fields()
            .last()
            .expect("a scalar's plan has one column");
        let late = Late::new(self.plan.name().clone(), field.dtype.clone());
        Expr::late(Late {
            spelling: self.spelling().unwrap_or_else(|| late.spelling.clone()),
            handle: Some(Arc::new(self) as Arc<dyn Any + Send + Sync>),
            ..late
        })
    }

    /// The reduction that gives the value, in words and as a call on a frame; `None` where it is none.
    fn spelling(&self) -> Option<Spelling> {
        let Node::GroupBy(group) = self.plan.node() else {
            return None;
        };
        let [agg] = &group.aggs[..] else {
            return None;
        };
        Some(match &agg.input {
            None => Spelling {
                text: "len()".into(),
                code: "df.len()".into(),
            },
            Some(input) => {
                let spelling = input.spelling();
                let code = match input.as_column() {
                    Some(column) => format!("{column:?}"),
                    None => spelling.code.to_string(),
                };
                Spelling {
                    text: format!("{}({})", agg.function, spelling.text).into(),
                    code: format!("df.{}({code})?", agg.function).into(),
                }
            }
        })
    }

    /// The same value from an equal plan, behind the leaf `late`.
    pub(crate) fn over(&self, plan: Plan, late: &Late) -> Late {
        let owner = self.owner;
        Late {
            handle: Some(Arc::new(Self { plan, owner }) as Arc<dyn Any + Send + Sync>),
            ..late.clone()
        }
    }

    /// The scalar behind a leaf.
    pub(crate) fn of(late: &Late) -> Result<&Self, PlanError> {
        late.handle
            .as_ref()
            .and_then(|handle| handle.downcast_ref())
            .ok_or_else(|| PlanError::ForeignScalar {
                name: late.name.to_string(),
            })
    }
}
