//! Rows brought together by what a partitioner says of their keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint};
use swath_shuffle::Partitioner;

use crate::{Node, Plan, PlanError};

/// Sends every row to the partition that a partitioner gives its keys. Rows keep their order inside each partition: that of the partitions
/// they came from, one after another.
#[derive(Clone, Debug)]
pub struct Shuffle {
    by: Arc<dyn Partitioner>,
    /// What `explain` calls it.
    label: Arc<str>,
    /// Calls a user's function: it is told which partition it works on, and is not called more often than it has to.
    is_function: bool,
}

impl Shuffle {
    /// By one of the engine's partitioners.
    pub fn new(by: Arc<dyn Partitioner>) -> Self {
        Self {
            label: Arc::from(by.kind()),
            by,
            is_function: false,
        }
    }

    /// By a partitioner that calls a user's function, under this name in `explain`.
    pub fn by_function(by: Arc<dyn Partitioner>, label: impl Into<Arc<str>>) -> Self {
        Self {
            by,
            label: label.into(),
            is_function: true,
        }
    }

    pub(crate) fn partitioner(&self) -> &Arc<dyn Partitioner> {
        &self.by
    }

    pub(crate) fn is_function(&self) -> bool {
        self.is_function
    }

    /// The input's columns that it reads for some of its result.
    pub(crate) fn reads(&self, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        wanted.iter().chain(self.by.columns()).cloned().collect()
    }

    pub(crate) fn describe(&self) -> String {
        format!("by {} of [{}]", self.label, self.by.columns().join(", "))
    }

    pub(crate) fn plan(self, input: Plan) -> Result<Plan, PlanError> {
        for column in self.by.columns() {
            let field = input.meta().field(column)?;
            if field.dtype.is_nested() && !self.is_function {
                return Err(PlanError::NotComparable {
                    operation: "shuffle",
                    column: column.to_string(),
                    dtype: field.dtype.clone(),
                });
            }
        }
        let divisions = Divisions::unknown(self.by.n_targets());
        let meta = Arc::clone(input.meta());
        Ok(Plan::assemble(
            Node::Shuffle(self),
            vec![input],
            meta,
            divisions,
        ))
    }
}

impl Fingerprint for Shuffle {
    fn feed(&self, out: &mut Canon) {
        out.str(self.by.kind()).feed(&self.by);
    }
}

impl Plan {
    /// The rows in the partitions that their keys belong to; the index stays, divisions are unknown.
    ///
    /// # Errors
    /// A key column that does not exist, or whose values are not compared.
    pub fn shuffle(&self, shuffle: Shuffle) -> Result<Plan, PlanError> {
        shuffle.plan(self.clone())
    }
}
