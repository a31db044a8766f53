//! Rows that calls of users' functions return.

use std::sync::Arc;

use swath_batch::ClosureSite;
use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint};
use swath_meta::Meta;
use swath_ops::source;

use super::Declared;
use crate::{Node, Plan, PlanError};

/// The batches that calls return, one partition each. They are checked when they are read: columns, and divisions where such were
/// declared.
#[derive(Clone, Debug)]
pub struct Returned {
    meta: Arc<Meta>,
    divisions: Divisions,
    /// The function of each call.
    functions: Arc<[ClosureSite]>,
}

impl Returned {
    /// What reads these partitions, one a task.
    pub(crate) fn source(&self, partitions: &[usize]) -> source::Returned {
        let functions = partitions
            .iter()
            .map(|&at| (self.functions[at].clone(), at));
        source::Returned::new(Arc::clone(&self.meta), self.divisions.clone(), functions)
    }

    pub(crate) fn plan(self, calls: Vec<Plan>) -> Plan {
        let (meta, divisions) = (Arc::clone(&self.meta), self.divisions.clone());
        Plan::assemble(Node::Returned(self), calls, meta, divisions)
    }

    pub(crate) fn describe(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for function in &*self.functions {
            if !names.contains(&function.name()) {
                names.push(function.name());
            }
        }
        names.join(", ")
    }
}

impl Plan {
    /// The batches that [calls](Plan::call) of these functions return, each with the columns of `meta`, as partitions in order.
    ///
    /// # Errors
    /// No call; an index or divisions that do not fit.
    pub fn returned(
        calls: impl IntoIterator<Item = (ClosureSite, Plan)>,
        meta: Meta,
        declared: Declared,
    ) -> Result<Plan, PlanError> {
        let (functions, calls): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        if calls.is_empty() {
            return Err(PlanError::TooSmall {
                what: "the number of inputs",
                least: 1,
                found: 0,
            });
        }
        let (meta, divisions) = declared.resolve(meta, calls.len())?;
        Ok(Returned {
            meta,
            divisions,
            functions: functions.into(),
        }
        .plan(calls))
    }
}

impl Fingerprint for Returned {
    fn feed(&self, out: &mut Canon) {
        self.meta.feed(out);
        self.divisions.feed(out);
    }
}
