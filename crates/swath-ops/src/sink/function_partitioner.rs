//! Targets by a user's function.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::ArrayRef;
use swath_batch::{Batch, Chunk, ClosureSite, Host};
use swath_graph::{Canon, Encoder, Fingerprint, Name};
use swath_meta::Meta;
use swath_shuffle::{Partitioner, Rule, ShuffleError};

use crate::step::{ClosureError, Place};

type BoxError = Box<dyn Error + Send + Sync>;
type Call = dyn Fn(Batch, usize) -> Result<Vec<usize>, BoxError> + Send + Sync;

/// Places rows where a function of this process says, given the values of some columns and the number of targets.
///
/// It is no data: encoding a task that has it is an error that names the function.
#[derive(Clone)]
pub struct FunctionPartitioner {
    site: ClosureSite,
    /// Unique to this process, or what the user's name for the function says.
    name: Name,
    call: Arc<Call>,
    keys: Arc<Meta>,
    columns: Arc<[Arc<str>]>,
    n_targets: usize,
    task: Option<Arc<Task>>,
}

/// What a task remembers, to say where something went wrong.
struct Task {
    partition: usize,
    /// Rows that have a target.
    rows: AtomicUsize,
}

impl FunctionPartitioner {
    /// A function of these columns, handed over there, into so many targets.
    pub fn new(
        site: ClosureSite,
        keys: Arc<Meta>,
        n_targets: usize,
        call: Arc<dyn Fn(Batch, usize) -> Result<Vec<usize>, BoxError> + Send + Sync>,
    ) -> Self {
        Self {
            name: Name::unique(site.name()),
            columns: keys.names().map(Arc::from).collect(),
            site,
            call,
            keys,
            n_targets,
            task: None,
        }
    }

    /// The same computation in every process that gives its function this name: the user promises that it does the same.
    #[must_use]
    pub fn known_as(self, name: &str) -> Self {
        Self {
            site: self.site.named(name),
            name: Name::of("user-function", name),
            ..self
        }
    }

    /// The function and the line that handed it over.
    pub fn site(&self) -> &ClosureSite {
        &self.site
    }

    fn targets(
        &self,
        keys: &[ArrayRef],
        rows: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), ShuffleError> {
        let first = self.task.as_ref().map_or(0, |task| {
            // Only the one task asks, one batch after the other.
            task.rows.fetch_add(rows, Ordering::Relaxed)
        });
        let place = match &self.task {
            Some(task) => Place::Partition(task.partition),
            None => Place::Whole,
        };
        let batch = Chunk::new(keys.to_vec(), rows).into_batch(&self.keys)?;
        let batch = Batch::try_new(batch, Arc::clone(&self.keys))?;
        let function = || self.site.to_string();
        let targets = self
            .site
            .call_at(place, || (self.call)(batch, self.n_targets))
            .map_err(|source| ClosureError::Failed {
                function: function(),
                place,
                source,
            })?;
        if targets.len() != rows {
            return Err(ClosureError::Placed {
                function: function(),
                place,
                given: rows,
                found: targets.len(),
            }
            .into());
        }
        for (row, target) in targets.into_iter().enumerate() {
            match u32::try_from(target) {
                Ok(fits) if target < self.n_targets => out.push(fits),
                _ => {
                    return Err(ClosureError::NoTarget {
                        function: function(),
                        place,
                        row: first + row,
                        target,
                        n_targets: self.n_targets,
                    }
                    .into());
                }
            }
        }
        Ok(())
    }
}

impl Partitioner for FunctionPartitioner {
    fn kind(&self) -> &'static str {
        "function"
    }

    fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    fn n_targets(&self) -> usize {
        self.n_targets
    }

    fn rule(&self) -> Rule {
        Rule {
            nulls: "where the function says",
            outside: "there is none",
        }
    }

    fn assign(
        &self,
        keys: &[ArrayRef],
        rows: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), ShuffleError> {
        self.targets(keys, rows, out)
    }

    fn in_task(&self, task: Arc<dyn Host>) -> Option<Arc<dyn Partitioner>> {
        let (partition, _) = task.partition();
        Some(Arc::new(Self {
            task: Some(Arc::new(Task {
                partition,
                rows: AtomicUsize::new(0),
            })),
            ..self.clone()
        }))
    }

    fn encode(&self, out: &mut Encoder) {
        out.refuse(&self.site);
    }
}

impl Fingerprint for FunctionPartitioner {
    fn feed(&self, out: &mut Canon) {
        out.object("function-partitioner", 1)
            .feed(&self.name)
            .feed(&self.columns)
            .feed(&self.n_targets);
    }
}

impl Debug for FunctionPartitioner {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionPartitioner({})", self.site)
    }
}

impl From<ClosureError> for ShuffleError {
    fn from(error: ClosureError) -> Self {
        Self::Function(Box::new(error))
    }
}
