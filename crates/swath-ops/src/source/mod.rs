//! Where the chunks of a pipeline come from.

mod constant;
mod files;
mod gather;
mod inputs;

use std::fmt::Debug;
use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::Encoder;
use swath_meta::Meta;
use swath_scheduler::{Inputs, TaskContext};

use crate::{Env, OpError, TaskValue};

pub use constant::Constant;
pub use files::FileScan;
pub use gather::Gather;
pub use inputs::InputRows;

/// What a task is given: its place in the stage, the values it reads, the session's services.
#[derive(Clone, Copy)]
pub struct TaskInputs<'a> {
    /// Position of the task in its stage.
    pub index: usize,
    /// The values it depends on, in the order of its dependencies.
    pub values: &'a dyn Inputs<TaskValue>,
    /// Function tables and caches.
    pub env: &'a Env,
}

/// A source as data.
pub trait SourceSpec: Debug + Send + Sync {
    /// The logical columns of every chunk.
    fn meta(&self) -> &Arc<Meta>;

    /// Opens the part of one task.
    fn open<'a>(&'a self, task: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError>;

    /// Bytes that the task of this index is expected to decode or read; `None` where unknown.
    fn estimate(&self, index: usize) -> Option<u64>;

    /// Writes kind, version and parameters.
    fn encode(&self, out: &mut Encoder);
}

/// A source while it is read.
pub trait Source {
    /// The next chunk, or `None` at the end. Chunks come in row order.
    fn next(&mut self, cx: &TaskContext<'_>) -> Result<Option<Chunk>, OpError>;

    /// Called once after the last chunk that was wanted: reports counters.
    fn finish(&mut self, cx: &TaskContext<'_>) -> Result<(), OpError> {
        let _ = cx;
        Ok(())
    }
}
