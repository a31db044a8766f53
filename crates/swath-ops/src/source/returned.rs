//! Batches that users' functions returned, one dependency a partition.

use std::sync::Arc;

use swath_batch::{Batch, Chunk, ClosureSite};
use swath_divisions::Divisions;
use swath_graph::Encoder;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Source, SourceSpec, TaskInputs};
use crate::estimate::Expected;
use crate::step::{Place, Promise, check_divisions, checked, slices_of};
use crate::{OpError, TaskValue};

/// Reads the [`Batch`] that each dependency of a task is, after checking that it is of the declared meta.
///
/// The functions say in its place what a wrong batch came from; so it is no data: encoding a task that has it is an error that
/// names the first of them.
#[derive(Clone, Debug)]
pub struct Returned {
    meta: Arc<Meta>,
    /// Of the partitions of the whole frame; known ones are checked.
    divisions: Divisions,
    /// The function of each task, and which partition of the frame it made.
    functions: Arc<[(ClosureSite, usize)]>,
}

impl Returned {
    /// Batches of this meta, between these divisions where they are known. Task `i` reads what `functions[i]` returned for a
    /// partition of the frame.
    pub fn new(
        meta: Arc<Meta>,
        divisions: Divisions,
        functions: impl IntoIterator<Item = (ClosureSite, usize)>,
    ) -> Self {
        Self {
            meta,
            divisions,
            functions: functions.into_iter().collect(),
        }
    }
}

impl SourceSpec for Returned {
    fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    fn open<'a>(&'a self, task: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError> {
        let (function, partition) = &self.functions[task.index];
        let place = Place::Partition(*partition);
        let pinned = task.values.open(0).map_err(OpError::Input)?;
        let batch = match &*pinned {
            TaskValue::User(value) => value.get::<Batch>(),
            _ => None,
        };
        let batch = batch.ok_or_else(|| OpError::ValueKind {
            input: 0,
            expected: "a batch",
            found: pinned.kind(),
        })?;
        let rows = checked(Batch::clone(&batch), &self.meta, function, place)?;
        if let Some(bounds) = self.divisions.bounds() {
            check_divisions(&rows, bounds, *partition, Promise::Declared, function)?;
        }
        Ok(Box::new(Reading {
            chunks: Box::new(slices_of(rows)),
            _pinned: pinned,
        }))
    }

    fn expected(&self, _: usize, inputs: &[u64]) -> Expected {
        Expected::all(inputs.iter().sum(), &self.meta)
    }

    fn encode(&self, out: &mut Encoder) {
        let (function, _) = &self.functions[0];
        out.refuse(function);
    }
}

struct Reading<'a> {
    chunks: Box<dyn Iterator<Item = Chunk> + 'a>,
    /// The value counts for as long as its rows are read.
    _pinned: swath_scheduler::Pinned<'a, TaskValue>,
}

impl Source for Reading<'_> {
    fn next(&mut self, _: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        Ok(self.chunks.next())
    }
}
