//! Aggregates: how the rows of a group become one value.
//!
//! ```text
//!  rows ──update──► states ──state──► columns ──merge──► states ──finish──► column
//!                   (one a group)     spill, ship        (of another task)
//! ```
//!
//! | aggregate | takes | gives | of nothing |
//! |---|---|---|---|
//! | `sum` | integers, booleans, floats, decimals, durations | int64, uint64, float64, decimal(38, s), duration | 0 |
//! | `mean` | the same, timestamps | float64; duration, timestamp (floor) | null |
//! | `min`, `max` | anything with an order | the same dtype | null |
//! | `count` | anything | int64: rows that are not null | 0 |
//! | `size` | rows | int64: all rows | 0 |
//! | `first`, `last` | anything but lists and structs | the same dtype: the first, last value that is not null | null |
//!
//! Integer and decimal totals are exact, and fail only if the total itself does not fit. NaN is a
//! value: it makes a sum NaN, counts, and is the largest, so `min` gives it only if there is nothing
//! else. `-0.0` and `0.0` are one value to `min` and `max`, which give `0.0`.

mod contract;
mod registry;

mod count;
mod first;
mod last;
mod max;
mod mean;
mod min;
mod size;
mod sum;

mod byte_states;
mod input;
mod kept;
mod totals;

pub use contract::{Accumulator, Aggregate, AggregateTypes};
pub use count::Count;
pub use first::First;
pub use last::Last;
pub use max::Max;
pub use mean::Mean;
pub use min::Min;
pub use registry::Aggregates;
pub use size::Size;
pub use sum::Sum;

#[cfg(test)]
mod matrix;
