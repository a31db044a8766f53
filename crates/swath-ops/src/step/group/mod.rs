//! Grouping in two phases: partial states per task, then their merge.
//!
//! Rows that reach [`GroupPartial`] have their keys and inputs as plain columns (a projection before it
//! computes them). What leaves it is rows again: the keys of each group, then the state columns of each
//! aggregate; [`GroupMerge`] merges such rows and, at the end, finishes them. Without keys there is one
//! group and always one row: that is a reduction.

mod call;
mod error;
mod names;
mod partial;

mod merge;
mod sorted;
mod wave;

mod counted;
mod states;

pub use call::{AggCall, AggInput};
pub use error::AggregateError;
pub use merge::GroupMerge;
pub use names::made_up_prefix;
pub use partial::GroupPartial;
