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
//! | `prod` | numbers, booleans | int64, uint64, float64 | 1 |
//! | `mean` | as `sum`, timestamps | float64; duration, timestamp (floor) | null |
//! | `var`, `std`, `sem` (`ddof`) | numbers, booleans | float64 | null |
//! | `skew`, `kurtosis` (`bias`) | numbers, booleans | float64 | null |
//! | `cov` (`ddof`), `corr` | two of them | float64 | null |
//! | `min`, `max` | anything with an order | the same dtype | null |
//! | `idxmin`, `idxmax` | anything with an order, and a label | the label | null |
//! | `median`, `quantile` (`q`) | numbers, durations, timestamps | float64; duration, timestamp (floor) | null |
//! | `mode` | anything with an order | the same dtype | null |
//! | `any`, `all` | booleans | bool | false, true |
//! | `count` | anything | int64: rows that are not null | 0 |
//! | `size` | rows | int64: all rows | 0 |
//! | `nunique` | anything with an order | int64 | 0 |
//! | `nunique_approx` | anything with an order | int64, 1.6 % off beyond 512 | 0 |
//! | `first`, `last` | anything but lists and structs | the same dtype: the first, last value that is not null | null |
//! | `list` | anything | list: all rows, nulls too | an empty list |
//!
//! Integer and decimal totals are exact, and fail only if the total itself does not fit. NaN is a
//! value: it makes a sum NaN, counts, and is the largest, so `min` gives it only if there is nothing
//! else. `-0.0` and `0.0` are one value to `min` and `max`, which give `0.0`. Moments are merged, not
//! subtracted from each other, so that variances are stable.

mod contract;
mod params;
mod registry;

mod count;
mod extreme;
mod extreme_text;
mod mean;
mod position;
mod product;
mod size;
mod sum;
mod truth;

mod comoments;
mod shape;
mod spread;

mod custom;
mod list;
mod located;
mod mode;
mod nunique;
mod nunique_approx;
mod quantile;
mod quantiles;

mod byte_states;
mod collected;
mod distinct;
mod input;
mod kept;
mod lists;
mod moments;
mod sketch;
mod totals;

pub use comoments::Together;
pub use contract::{Accumulator, Aggregate, AggregateTypes};
pub use count::Count;
pub use custom::{Aggregation, Custom};
pub use extreme::Extreme;
pub use list::Lists;
pub use located::Located;
pub use mean::Mean;
pub use mode::Mode;
pub use nunique::NUnique;
pub use nunique_approx::NUniqueApprox;
pub use params::Parameters;
pub use position::Position;
pub use product::Product;
pub use quantile::Quantile;
pub use quantiles::Quantiles;
pub use registry::Aggregates;
pub use shape::Shape;
pub use size::Size;
pub use spread::Spread;
pub use sum::Sum;
pub use truth::Truth;

pub(crate) use input::{check_number, floats};
pub(crate) use moments::Moments;

#[cfg(test)]
mod matrix;
