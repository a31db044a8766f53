//! The one stable hash of rows.
//!
//! Equal values have equal hashes on every machine, in every version of swath, in every encoding and
//! integer width; tests pin values. Whoever needs bits takes them from different places, because a
//! table over rows that were partitioned by the same bits would degenerate: **the high bits choose
//! the partition, the low bits the slot of a table, the middle bits belong to filters.**

mod columns;
mod mix;

pub use columns::hash_columns;
pub(crate) use mix::{mix, mix_pair};
