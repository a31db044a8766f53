//! Choosing and computing columns: `select`, `assign`, `rename`, `drop`.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::{Expr, col};
use swath_graph::{Canon, Fingerprint};
use swath_meta::{Field, Index, Meta};
use swath_ops::Env;

use crate::{Node, Plan, PlanError};

/// The columns of the result as named expressions over the input, index columns first.
#[derive(Clone, Debug)]
pub struct Project {
    /// Name and expression of each column.
    pub columns: Vec<(Arc<str>, Expr)>,
    /// How many of the first columns are the index.
    pub index: usize,
}

impl Project {
    /// All columns as they are.
    pub(crate) fn identity(meta: &Meta) -> Self {
        let columns = meta
            .fields()
            .iter()
            .map(|field| (Arc::clone(&field.name), col(&*field.name)))
            .collect();
        Self {
            columns,
            index: meta.index_fields().len(),
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        let computes = self
            .columns
            .iter()
            .any(|(name, expr)| expr.as_column() != Some(&**name));
        if computes { "assign" } else { "select" }
    }

    /// Whether the index of the result is the index of the input, perhaps renamed.
    fn keeps_index(&self, input: &Meta) -> bool {
        self.index == input.index_fields().len()
            && self.columns[..self.index]
                .iter()
                .zip(input.index_fields())
                .all(|((_, expr), field)| expr.as_column() == Some(&*field.name))
    }

    /// These columns of a plan, and none other.
    pub fn over(self, input: &Plan, env: &Env) -> Result<Plan, PlanError> {
        self.plan(input.clone(), env)
    }

    /// These columns of a plan, some of which may read other rows than their own.
    fn plan_in_order(self, input: &Plan, env: &Env) -> Result<Plan, PlanError> {
        let (names, exprs): (Vec<_>, Vec<_>) = self.columns.into_iter().unzip();
        let (input, exprs) = input.in_order(exprs, env)?;
        Self {
            columns: names.into_iter().zip(exprs).collect(),
            index: self.index,
        }
        .plan(input, env)
    }

    pub(crate) fn plan(mut self, input: Plan, env: &Env) -> Result<Plan, PlanError> {
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut names = BTreeSet::new();
        for (name, expr) in &mut self.columns {
            *expr = expr.pin_plugins(&env.functions)?;
            if !names.insert(Arc::clone(&*name)) {
                return Err(PlanError::DuplicateColumn {
                    column: name.to_string(),
                });
            }
            let field = expr.infer(input.meta(), &env.functions)?;
            fields.push(Field {
                name: Arc::clone(&*name),
                ..field
            });
        }
        let meta = Arc::new(Meta::try_new(fields, Index::leading(self.index as u32))?);
        let divisions = if self.keeps_index(input.meta()) {
            input.divisions().clone()
        } else {
            Divisions::unknown(input.npartitions())
        };
        Ok(Plan::assemble(
            Node::Project(self),
            vec![input],
            meta,
            divisions,
        ))
    }
}

impl Plan {
    /// The index and these columns, in the order given.
    pub fn select(&self, columns: Vec<(Arc<str>, Expr)>, env: &Env) -> Result<Plan, PlanError> {
        let mut project = Project::identity(self.meta());
        project.columns.truncate(project.index);
        for (name, expr) in columns {
            // The index is carried anyway; naming it again changes nothing.
            if !(self.meta().is_index(&name) && expr.as_column() == Some(&*name)) {
                project.columns.push((name, expr));
            }
        }
        project.plan_in_order(self, env)
    }

    /// All columns, one of them new or replaced.
    pub fn assign(&self, name: &str, expr: Expr, env: &Env) -> Result<Plan, PlanError> {
        let mut project = Project::identity(self.meta());
        match project
            .columns
            .iter_mut()
            .find(|(column, _)| &**column == name)
        {
            Some((_, old)) => *old = expr,
            None => project.columns.push((Arc::from(name), expr)),
        }
        project.plan_in_order(self, env)
    }

    /// All columns, some under other names.
    pub fn rename(&self, names: &[(Arc<str>, Arc<str>)], env: &Env) -> Result<Plan, PlanError> {
        let mut project = Project::identity(self.meta());
        for (old, new) in names {
            let at = self.meta().position(old)?;
            project.columns[at].0 = Arc::clone(new);
        }
        project.plan(self.clone(), env)
    }

    /// All columns but these. Index columns cannot be dropped.
    pub fn drop_columns(&self, names: &[Arc<str>], env: &Env) -> Result<Plan, PlanError> {
        for name in names {
            self.meta().field(name)?;
            if self.meta().is_index(name) {
                return Err(PlanError::DropIndex {
                    column: name.to_string(),
                });
            }
        }
        let mut project = Project::identity(self.meta());
        project.columns.retain(|(name, _)| !names.contains(name));
        project.plan(self.clone(), env)
    }

    /// Ends the index's role; its columns stay in front.
    pub fn reset_index(&self, env: &Env) -> Result<Plan, PlanError> {
        let project = Project {
            index: 0,
            ..Project::identity(self.meta())
        };
        project.plan(self.clone(), env)
    }
}

impl Fingerprint for Project {
    fn feed(&self, out: &mut Canon) {
        out.seq(self.columns.len());
        for (name, expr) in &self.columns {
            out.str(name);
            expr.feed(out);
        }
        out.u64(self.index as u64);
    }
}
