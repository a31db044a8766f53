//! The scheduler as a pure function of what happened: ids, counts and bytes, no value, no thread, no clock, no work.
//!
//! ```text
//!   a thread has news ──► State::handle(news, &mut actions) ──► it carries the actions out
//!   Finished, Ask, …                                            Start, Release, Wake, Ended, …
//! ```
//!
//! One lock is around it. The thread that reports a finished task asks for the next in the same call and carries that `Start`
//! out itself: a chain of tasks wakes nobody.
//!
//! What it decides: which task is next (runs take turns within a priority; inside a run the static order of the graph, which
//! frees memory early), when a result has no reader left, what happens after an error, and who starts when memory is short. It
//! never sees how much memory there is: admission is tried outside, and a refusal is news like any other.

mod ending;
mod machine;
mod news;
mod ready;
mod run;
mod shape;
mod starting;

pub use machine::State;
pub use news::{Action, Admission, Ended, News, RunCounts, RunId, TaskRef};
pub use shape::{Shape, ShapeBuilder};
