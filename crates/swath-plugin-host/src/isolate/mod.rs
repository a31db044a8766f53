//! Plugins in processes of their own, whose end is an error and not that of the program.
//!
//! ```text
//!  host                                                        worker: a process for one plugin
//!  Function ─bind─► BoundElsewhere ─┐ JSON over a socket ┌──► Plugin, loaded once more: the same file
//!  BoundPartition, … ─table─► RunElsewhere, … ──────────►│──► the tables of its functions
//!                       │           │ rows in memory     │      │ log, progress, room for memory
//!                       └── Pool ───┘ that both share    └──────┘
//! ```
//!
//! A function that is bound here has the same table as one in this process, so what is looked at before and after a call is the
//! same for both. Rows are copied once on each way: into memory that both processes share, where the plugin sees them as they
//! lie, and out of the memory where it answers, with a look at every value.
//!
//! A worker does one thing at a time, and there are as many as are needed at once. Where its process ends, what was asked of it is
//! tried once more in a new one; after that it is an error. The host ends one that does not stop where it was told to, and one
//! ends by itself when the connection does, so none is left over.

mod protocol;

mod frames;
mod memory;
mod packed;
mod regions;
mod shared_file;
mod travels;

mod program;
mod settings;

mod connection;
mod ending;
mod process;
mod worker_process;

mod pool;

mod attempt;
mod crash;
mod evidence;

mod bound;
mod declared;
mod fingerprint;
mod groups;
mod partition;
mod table;
mod writes;

mod worker;

#[cfg(test)]
mod tests;

pub(crate) use bound::Elsewhere;
pub(crate) use pool::Pool;

pub use program::WorkerProgram;
pub use settings::Isolation;
pub use worker::run_worker_if_asked;
