//! A user's function on the rows of each partition.

mod check;
mod error;
mod function;
mod in_task;
mod running;

use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::Encoder;
use swath_meta::Meta;

use super::{Beside, Others, Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::{Env, OpError, TaskInputs};

pub use check::Promise;
pub(crate) use check::{check_divisions, checked, slices_of};
pub use error::ClosureError;
pub use function::{PartitionFunction, Place};
pub(crate) use in_task::InTask;

/// Calls a function of this process with the rows of a task, all at once or chunk by chunk, and hands on what it returns, which
/// must be of the declared meta.
///
/// It is the one step that is no data: encoding a task that has it is an error that names the function.
#[derive(Clone, Debug)]
pub struct MapPartitions {
    function: PartitionFunction,
    output: Arc<Meta>,
    /// Of the frame whose partitions the function sees, or makes.
    divisions: Divisions,
    rows: RowsSeen,
    promise: Promise,
    keeps_rows: bool,
    /// What it sees beside its rows.
    others: Others,
    /// The partition that each task is; without them, every task is the first.
    partitions: Arc<[u32]>,
}

/// How much of a partition the function sees at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsSeen {
    /// All of it, in one batch: it is called once a partition, empty ones too.
    Partition,
    /// Some thousand rows at a time, as they come: it is not called for a partition without rows.
    Chunk,
}

impl MapPartitions {
    /// A function of the partitions of a frame with these divisions, which returns batches of this meta.
    pub fn new(
        function: PartitionFunction,
        output: Arc<Meta>,
        divisions: Divisions,
        rows: RowsSeen,
    ) -> Self {
        Self {
            function,
            output,
            divisions,
            rows,
            promise: Promise::Nothing,
            keeps_rows: false,
            others: Others::default(),
            partitions: Arc::from([]),
        }
    }

    /// Whether what is returned has to lie between the boundaries of its partition, which is then checked.
    #[must_use]
    pub fn promising(self, promise: Promise) -> Self {
        Self { promise, ..self }
    }

    /// Says that the function returns as many rows as it is given, which is then checked. Those in place of its neighbours' rows are not
    /// handed on.
    #[must_use]
    pub fn keeping_rows(self) -> Self {
        Self {
            keeps_rows: true,
            ..self
        }
    }

    /// Says that the function sees a partition of each of these frames too: the last dependencies of a task, in their order.
    #[must_use]
    pub fn beside(self, others: impl IntoIterator<Item = Arc<Meta>>) -> Self {
        Self {
            others: Others::new(others),
            ..self
        }
    }

    fn open_as<'a>(
        &self,
        input: &Meta,
        partition: usize,
        halo: (usize, usize),
        beside: Beside<'a>,
    ) -> Box<dyn Step + 'a> {
        Box::new(running::Running::new(
            self.clone(),
            Arc::new(input.clone()),
            partition,
            halo,
            beside,
        ))
    }
}

impl StepSpec for MapPartitions {
    fn infer(&self, _: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::clone(&self.output))
    }

    fn open(&self, input: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        Ok(self.open_as(input, 0, (0, 0), self.others.nowhere()))
    }

    fn open_task<'a>(
        &self,
        input: &Meta,
        task: &TaskInputs<'a>,
    ) -> Result<Box<dyn Step + 'a>, OpError> {
        let partition = self.partitions.get(task.index).copied().unwrap_or(0);
        let beside = self.others.of(task);
        Ok(self.open_as(input, partition as usize, task.halo, beside))
    }

    fn of_partitions(&self, partitions: &[u32]) -> Option<Arc<dyn StepSpec>> {
        let partitions = partitions.into();
        Some(Arc::new(Self {
            partitions,
            ..self.clone()
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        let kept = match self.rows {
            // The rows, and a second time while they become one batch.
            RowsSeen::Partition => Kept {
                least: input.least,
                most: input.bytes.saturating_mul(2),
            },
            RowsSeen::Chunk => Kept::default(),
        };
        // What a function makes of its rows nobody knows; about as much as it got is the best guess.
        (kept, input.or_fewer())
    }

    fn encode(&self, out: &mut Encoder) {
        out.refuse(self.function.site());
    }
}
