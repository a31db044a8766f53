//! What makes the value of a port.

mod rows;
mod split;

mod call;
#[cfg(feature = "plugins")]
mod deliver;
mod function_partitioner;
mod ongoing;
mod publish;
mod write_files;

use std::fmt::Debug;
use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::Encoder;
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{OpError, TaskInputs, TaskValue};

pub use call::{Call, CallFunction};
#[cfg(feature = "plugins")]
pub use deliver::Deliver;
pub use function_partitioner::FunctionPartitioner;
pub use ongoing::Ongoing;
pub use publish::Publish;
pub use rows::Rows;
pub use split::Split;
pub use write_files::WriteFiles;

/// A sink as data.
pub trait SinkSpec: Debug + Send + Sync {
    /// Opens the sink for one task; `meta` is what reaches it.
    fn open(&self, meta: &Arc<Meta>, task: &TaskInputs<'_>) -> Result<Box<dyn Sink>, OpError>;

    /// What the sink is expected to keep, its value included, given what reaches it. By default all of it.
    fn expected(&self, input: Expected) -> Kept {
        input.kept()
    }

    /// Whether a function of a plugin runs in it, whose error may ask for another attempt: what such a task reads is kept until it is
    /// done. By default not.
    fn may_ask_again(&self) -> bool {
        false
    }

    /// Writes kind, version and parameters.
    fn encode(&self, out: &mut Encoder);
}

/// A sink while a task runs.
pub trait Sink {
    /// Takes a chunk.
    fn push(&mut self, chunk: Chunk, cx: &TaskContext<'_>) -> Result<Flow, OpError>;

    /// Makes the value, after the last chunk.
    fn finish(self: Box<Self>, cx: &TaskContext<'_>) -> Result<Made, OpError>;
}

/// The value of a port, with the memory that was reserved for it: the reservation goes to the store with it.
#[derive(Debug)]
pub struct Made {
    /// The value.
    pub value: TaskValue,
    /// What was reserved while it was made.
    pub reserved: Option<Reservation>,
}

impl From<TaskValue> for Made {
    fn from(value: TaskValue) -> Self {
        Self {
            value,
            reserved: None,
        }
    }
}
