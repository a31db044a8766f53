//! A lazy scalar inside an expression.

use std::any::Any;
use std::sync::Arc;

use swath_expr::{Expr, Late};

use crate::{Plan, PlanError};

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
        let (name, dtype) = (self.plan.name().clone(), field.dtype.clone());
        Expr::late(Late {
            name,
            dtype,
            handle: Some(Arc::new(self) as Arc<dyn Any + Send + Sync>),
        })
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
