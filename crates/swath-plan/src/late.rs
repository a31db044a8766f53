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
        let group = match self.plan.node() {
            Node::GroupBy(group) => group,
            // Arithmetic of lazy scalars.
            Node::Project(project) => return project.columns.last().map(|(_, of)| of.spelling()),
            _ => return None,
        };
        let [agg] = &group.aggs[..] else {
            return None;
        };
        if agg.inputs.is_empty() {
            return Some(Spelling {
                text: "len()".into(),
                code: "df.len()".into(),
            });
        }
        let params = || agg.params.iter().map(|(_, value)| value.to_string());
        let code = agg.inputs.iter().map(|input| match input.as_column() {
            Some(column) => format!("{column:?}"),
            None => input.spelling().code.to_string(),
        });
        let code: Vec<String> = code.chain(params()).collect();
        let text = agg
            .inputs
            .iter()
            .map(|input| input.spelling().text.to_string());
        let text: Vec<String> = text.chain(params()).collect();
        Some(Spelling {
            text: format!("{}({})", agg.function, text.join(", ")).into(),
            code: format!("df.{}({})?", agg.function, code.join(", ")).into(),
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
