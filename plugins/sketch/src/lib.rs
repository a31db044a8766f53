//! Distinct counts and quantiles, approximate and in little memory.
//!
//! | aggregate | gives | how wrong |
//! |---|---|---|
//! | `sketch.distinct` | how many different values there are | exact while there are few; then by about `1.04 / sqrt(2^precision)` of the count: 1.6 % by default |
//! | `sketch.quantile` | the value below which a part `q` of the values lies | by less than `error` of the value: 1 % by default |
//!
//! Both are aggregates, of groups and of whole frames. What they keep of each group is a sketch: how large it grows does not depend on how
//! many rows there are. Sketches of parts are merged into that of the whole, *exactly*: the answer is the same however rows are cut
//! into partitions, in whatever order and tree these are merged, and on every machine.
//!
//! ```
//! use sketch::{Distinct, Quantile};
//! use swath_plugin::prelude::*;
//!
//! let rows = Batch::from_columns([("x", (0..1000).map(|at| f64::from(at % 100)).collect::<Vec<_>>())])?;
//! let (columns, groups) = (rows.record_batch().columns(), vec![0; 1000]);
//! let count = testing::run_aggregate(Distinct { precision: 12 }, &[(columns, &groups)], 1)?;
//! let median = testing::run_aggregate(Quantile { q: 0.5, error: 0.01 }, &[(columns, &groups)], 1)?;
//! let found = Batch::from_columns([("count", count), ("median", median)])?;
//! let (count, median) = found.rows2::<i64, f64>("count", "median")?.next().expect("one group");
//! assert_eq!(count, 100);
//! assert!((median - 50.0).abs() < 0.5);
//! # Ok::<(), swath_plugin::Error>(())
//! ```

mod bytes;
mod groups;

mod distinct;
mod hash;
mod registers;

mod histogram;
mod quantile;

pub use distinct::Distinct;
pub use quantile::Quantile;

swath_plugin::plugin! { functions: [Distinct, Quantile] }

#[cfg(test)]
mod tests;
