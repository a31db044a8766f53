//! Partitioners, and the exchange of rows as values: split, collect, gather.
//!
//! A shuffle needs no channel. [`split`] takes one partition to [`Pieces`]: its rows grouped by target, scattered once, with
//! offsets. [`gather`] takes piece `j` of every input, in the order of the inputs, without a copy. Between the two, pieces are values
//! like any other: they can be kept, spilled, sent, or made again after a loss, and what comes out is a function of what went in,
//! never of timing. Collecting them is putting them in a list.
//!
//! ```text
//!  input 0 ──split──► │ 0 0 │ 1 │ 2 2 2 │ ─┐
//!  input 1 ──split──► │ 0 │ 1 1 1 │ 2 │ ───┼──gather(1)──► 1 · 1 1 1 · 1
//!  input 2 ──split──► │ 1 │ 2 2 2 2 │ ─────┘
//! ```
//!
//! Which target a row belongs to is said by a [`Partitioner`]: by hash, by range, or one of your own. This crate refuses to know
//! plans, tasks and files; it reserves no memory and keeps no state between calls.
//!
//! ```
//! use swath_batch::{Batch, Partition, Pieces};
//! use swath_divisions::Divisions;
//! use swath_shuffle::{Partitioner, RangePartitioner, gather, split};
//!
//! let inputs = [
//!     Partition::from(Batch::from_csv("ts,v\n250,a\n0,b\n100,c\n")?),
//!     Partition::from(Batch::from_csv("ts,v\n300,d\n99,e\n")?),
//! ];
//! let divs = Divisions::try_new([0_i64, 100, 200, 300])?;
//! let by = RangePartitioner::try_new(["ts"], &divs)?;
//! let pieces: Vec<Pieces> = inputs.iter().map(|part| split(part, &by)).collect::<Result<_, _>>()?;
//! let mut made = Vec::new();
//! for to in 0..by.n_targets() {
//!     let part: Partition = gather(&pieces, to)?;
//!     made.push(part.to_batch()?.str("v")?.iter().flatten().collect::<String>());
//! }
//! assert_eq!(made, ["be", "c", "ad"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod partitioner;

mod hash;
mod range;
mod registry;

mod gather;
mod split;

mod error;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use error::ShuffleError;
pub use gather::gather;
pub use hash::HashPartitioner;
pub use partitioner::{Partitioner, Rule};
pub use range::RangePartitioner;
pub use registry::{DecodePartitioner, Partitioners};
pub use split::{group_by_target, split, split_checked};
pub use swath_batch::Pieces;
