//! What happens to chunks on their way.

mod beside;
mod drop_duplicates;
mod explode;
mod filter;
mod gathered;
mod group;
mod in_order;
mod limit;
mod map;
mod melt;
mod memory_usage;
#[cfg(feature = "plugins")]
mod plugin;
mod project;
mod reach;
mod sample;
mod shared;
mod tail;
mod top_k;

use std::fmt::Debug;
use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::Encoder;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output, TaskInputs};

pub(crate) use beside::{Beside, Others};
pub use drop_duplicates::DropDuplicates;
pub use explode::Explode;
pub use filter::Filter;
pub(crate) use gathered::Gathered;
pub use group::{AggCall, AggInput, AggregateError, GroupMerge, GroupPartial, made_up_prefix};
pub use in_order::{InOrder, OrderedCall};
pub use limit::Limit;
pub use map::{ClosureError, MapPartitions, PartitionFunction, Place, Promise, RowsSeen};
pub(crate) use map::{InTask, check_divisions, checked, slices_of};
pub use melt::Melt;
pub use memory_usage::MemoryUsage;
#[cfg(feature = "plugins")]
pub use plugin::MapPlugin;
pub use project::Project;
pub(crate) use reach::counts_of;
pub use reach::{OrderError, Reach};
pub use sample::Sample;
pub(crate) use sample::mixed;
pub use tail::Tail;
pub use top_k::TopK;

/// A step as data.
pub trait StepSpec: Debug + Send + Sync {
    /// The columns that leave the step, given those that reach it.
    fn infer(&self, input: &Meta, env: &Env) -> Result<Arc<Meta>, OpError>;

    /// Opens the step for one task.
    fn open(&self, input: &Meta, env: &Env) -> Result<Box<dyn Step>, OpError>;

    /// Opens the step for one task, if it has to know which. By default it has not.
    fn open_task<'a>(
        &self,
        input: &Meta,
        task: &TaskInputs<'a>,
    ) -> Result<Box<dyn Step + 'a>, OpError> {
        self.open(input, task.env)
    }

    /// The same step where task `i` is the partition `partitions[i]` of the frame, or `None` for a step that does not ask.
    fn of_partitions(&self, partitions: &[u32]) -> Option<Arc<dyn StepSpec>> {
        let _ = partitions;
        None
    }

    /// What the step is expected to keep and to hand on, given what reaches it. By default it keeps nothing and may drop rows.
    fn expected(&self, input: Expected) -> (Kept, Expected) {
        (Kept::default(), input.or_fewer())
    }

    /// Whether a function of a plugin runs in it, whose error may ask for another attempt: what such a task reads is kept until it is
    /// done. By default not.
    fn may_ask_again(&self) -> bool {
        false
    }

    /// Writes kind, version and parameters.
    fn encode(&self, out: &mut Encoder);
}

/// A step while a task runs. A step that keeps rows back reserves their memory from the task.
pub trait Step {
    /// Takes a chunk and pushes what comes of it to `out`.
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError>;

    /// Emits what was kept back, after the last chunk.
    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        let _ = (cx, out);
        Ok(())
    }
}
