//! Runs any task graph: a pure state machine, executors around it, and the [`Backend`] trait with its local implementation.
//!
//! It has never heard of Arrow, frames or files. Tasks are values of a type [`Work`] that its user defines; what they return
//! stays with the backend and is claimed by [`Held`].
//!
//! ```text
//!   Graph<W> ──submit──► Backend ──Run──► Vec<Held> ──fetch──► Pinned<Value>
//!                          │
//!            threads ──news──► State ──actions──► threads      one lock, no driver thread
//!                          │
//!                        Keep: results, until their last reader or claim is gone
//! ```
//!
//! - A task's memory is a grant; what does not fit waits, and what runs out starts again alone.
//! - A panic is its task's error; the first error stops the run; retries come from the stage's hint.
//! - Runs take turns; a task may submit runs and wait for them without blocking a thread.
//! - [`Inline`] runs the same code on one thread in an order that a seed decides.
//!
//! It refuses to be an async runtime (a [`Run`] is a future for any), to know what a value is, and to keep anything global.
//!
//! The example of [`Local`] is a whole program.

mod sync;

// What an engine builder implements.
mod context;
mod inputs;
mod outputs;
mod work;
// What a backend is.
mod backend;
mod held;
mod keep;
mod run;
// How one works.
mod executor;
mod local;
pub mod state;
// Beside it.
mod error;
mod metrics;
mod observe;
mod panics;
mod parallel;
mod random;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use backend::{Backend, RunOptions};
pub use context::{Helpers, Hints, TaskContext};
pub use error::{BuildError, RunError, TaskError, TaskErrorKind};
#[cfg(feature = "rayon")]
pub use executor::RayonPool;
pub use executor::{Executor, Inline, Threads};
pub use held::{Held, HeldStats, WeakHeld};
pub use inputs::{Inputs, Pinned, Taken, ValueInputs};
pub use keep::{InMemory, Keep, KeepStats, ResultId, Slot};
pub use local::{Local, LocalBuilder};
pub use metrics::{Metrics, Recorder};
pub use observe::{Event, Observer, RunNumber};
pub use outputs::{Outputs, OutputsIter};
pub use panics::catch_panics;
pub use run::{CancelHandle, Completer, Progress, Run, RunControl, RunStats, WeakCancelHandle};
pub use swath_memory::Demand;
pub use work::{At, Buffer, Footprint, Work};
