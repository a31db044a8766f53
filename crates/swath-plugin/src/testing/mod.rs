//! Functions of plugins in tests: without a host, and still through everything that stands between it and them.
//!
//! What is run goes through the same C functions, checks and guards as in a loaded plugin, so a test finds a contract that is not
//! kept as well as a wrong answer.

mod calls;
mod sink;

pub use calls::{
    manifest, read, read_wanted, run, run_aggregate, run_frames, run_partitioner, run_scalar,
};
pub use sink::{write, write_retried};
