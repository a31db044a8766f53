//! The backend of this process: an executor's threads around the state machine, and a keeper for results.
//!
//! One file a concern: `layout` turns a graph into numbers, `engine` holds the lock, `turn` is a thread's turn at it, `drive` the
//! threads' way from turn to turn, `task` runs one task, `inputs` is what it reads, `ending` completes a run, `registry` knows what is held, `control` is the run's handle,
//! `builder` and `backend` are what users see.

mod backend;
mod builder;
mod control;
mod drive;
mod ending;
mod engine;
mod inputs;
mod layout;
mod registry;
mod run;
mod task;
mod turn;

pub use backend::Local;
pub use builder::LocalBuilder;
pub(crate) use drive::Drive;
