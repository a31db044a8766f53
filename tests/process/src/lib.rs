//! What a program of this project is to its system: an allocator, and how much memory it has.
//!
//! A program that names this crate allocates with mimalloc, which keeps freed memory for a second before the system gets it back:
//! pages of a scan are used again instead of being faulted in anew. [`purge`] gives it back at once, as one does after a release.
//!
//! What it refuses to be: a part of the engine. Libraries set no allocator; the demo and the benchmarks are programs.
//!
//! ```
//! let rows = vec![1_u8; 64 << 20];
//! let with = swath_process::resident();
//! drop(rows);
//! swath_process::purge();
//! // Nothing is known on a system without `/proc`.
//! assert!(with.is_none() || swath_process::resident() < with);
//! ```

mod allocator;
mod memory;

pub use allocator::purge;
pub use memory::{peak, reset_peak, resident};
