//! Where the chunks of a pipeline come from.

mod constant;
mod files;
mod gather;
mod inputs;
mod overlap;
mod returned;

use std::fmt::Debug;
use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::Encoder;
use swath_meta::Meta;
use swath_scheduler::{Inputs, TaskContext};

use crate::estimate::Expected;
use crate::{Env, OpError, TaskValue};

pub use constant::Constant;
pub use files::FileScan;
pub use gather::Gather;
pub use inputs::InputRows;
pub use overlap::Overlap;
pub use returned::Returned;

/// What a task is given: its place in the stage, the values it reads, the session's services.
#[derive(Clone, Copy)]
pub struct TaskInputs<'a> {
    /// Position of the task in its stage.
    pub index: usize,
    /// The values it depends on, in the order of its dependencies.
    pub values: &'a dyn Inputs<TaskValue>,
    /// Function tables and caches.
    pub env: &'a Env,
    /// How many of the rows that its source hands on are those of neighbouring partitions: in front, and behind. Known once the source
    /// is open; steps see it.
    pub halo: (usize, usize),
}

/// A source as data.
pub trait SourceSpec: Debug + Send + Sync {
    /// The logical columns of every chunk.
    fn meta(&self) -> &Arc<Meta>;

    /// Opens the part of one task.
    fn open<'a>(&'a self, task: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError>;

    /// What the task of this index is expected to read, whose dependencies have these bytes.
    fn expected(&self, index: usize, inputs: &[u64]) -> Expected;

    /// Whether a function of a plugin runs in it, whose error may ask for another attempt: what such a task reads is kept until it is
    /// done. By default not.
    fn may_ask_again(&self) -> bool {
        false
    }

    /// Writes kind, version and parameters.
    fn encode(&self, out: &mut Encoder);
}

/// A source while it is read.
pub trait Source {
    /// The next chunk, or `None` at the end. Chunks come in row order.
    ///
    /// What a task depends on stays pinned while chunks of it are handed on, until the next call: a step that keeps a chunk for
    /// longer reserves it.
    fn next(&mut self, cx: &TaskContext<'_>) -> Result<Option<Chunk>, OpError>;

    /// How many of its rows are those of neighbouring partitions: the first, and the last.
    fn halo(&self) -> (usize, usize) {
        (0, 0)
    }

    /// Called once after the last chunk that was wanted: reports counters.
    fn finish(&mut self, cx: &TaskContext<'_>) -> Result<(), OpError> {
        let _ = cx;
        Ok(())
    }
}
