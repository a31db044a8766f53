//! The task shapes and the steps of a pipeline, one file each.
//!
//! A task of the engine is *data*: an [`Op`] that can be printed, encoded, sent to another process and
//! run there. Almost every task is a [`Pipeline`]: one source, steps, and one or more branches that end
//! in a sink; a branch is a port of the task.
//!
//! ```text
//!              ┌ trunk ────────────────┐   ┌ branch = port 0 ──────┐
//!  source ──►  │ filter ──► project … │ ─►│ group partial ► rows │ ──► TaskValue::Rows
//!  (chunks)    └───────────────────────┘ │ └───────────────────────┘
//!                                        └►  top-k ► rows  (port 1)
//! ```
//!
//! Chunks of some thousand rows are *pulled* from the source and *pushed* through the steps, so that
//! several branches and an early end ([`Flow::Enough`]) are natural, and nothing is materialised
//! between two breakers.
//!
//! What this crate refuses to be: it plans nothing (that is `swath-plan`) and starts no thread (that
//! is `swath-scheduler`). New sources, steps and sinks enter by a visible `register` call on
//! [`Registry`].

mod env;
mod error;
mod estimate;
mod op;
pub mod pipeline;
#[cfg(feature = "plugins")]
pub mod plugin;
mod registry;
pub mod sink;
pub mod source;
pub mod step;
#[cfg(feature = "testing")]
pub mod testing;
mod user_value;
mod value;

pub use env::Env;
pub use error::OpError;
pub use estimate::{Expected, Kept};
pub use op::Op;
pub use pipeline::{Branch, Flow, Output, Pipeline};
pub use registry::Registry;
pub use sink::{Sink, SinkSpec};
pub use source::{Source, SourceSpec, TaskInputs};
pub use step::{Step, StepSpec};
pub use user_value::UserValue;
pub use value::TaskValue;
