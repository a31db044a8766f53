//! The other side: a process that runs functions of one plugin for another.
//!
//! One thread reads what the host says, so that a function that is busy is told to stop, and the process ends with the connection,
//! whatever it is doing; the thread that the process began with does the work.

mod start;

mod line;

mod instances;

mod binding;
mod instance;

mod rows;

mod calls;
mod groups;
mod runs;

pub use start::run_worker_if_asked;
