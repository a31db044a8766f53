//! Compute on batches: hash, group, aggregate, sort, top-k, rows in their order.
//!
//! Kernels take Arrow columns and give Arrow columns, one batch at a time; what they keep between
//! batches (groups, states, the best rows so far) they keep as columns too, so that it can be
//! measured, spilled and sent. They read text as views or as dictionaries and cast anything else on
//! entry; dtypes are logical ([`DType`](swath_meta::DType)).
//!
//! This crate refuses to know partitions, plans and threads, and to be lazy.
//!
//! ```text
//!  keys ──hash_columns──► hashes          high bits: partition, low bits: table
//!  keys ──Grouper───────► group ids ─┐
//!  columns ──────────────────────────┴─► Accumulator ──► one row a group
//!  columns ──sort_to_indices──► positions ──take_columns──► columns
//!  chunks ──TopK──► the first k rows
//!  columns ──InOrder──► shifted, cumulative and rolling columns
//! ```
//!
//! ```
//! use arrow_array::{ArrayRef, Float64Array, StringViewArray, cast::AsArray, types::Float64Type};
//! use std::sync::Arc;
//! use swath_kernels::{Aggregates, Grouper};
//! use swath_meta::DType;
//!
//! let region: ArrayRef = Arc::new(StringViewArray::from(vec!["eu", "us", "eu"]));
//! let amount: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0, 3.5]));
//!
//! let mut grouper = Grouper::try_new(&[DType::String])?;
//! let mut sums = Aggregates::standard().get("sum")?.accumulator(&[DType::Float64])?;
//! let mut ids = Vec::new();
//! grouper.group(&[region], 3, &mut ids)?;
//! sums.update(&ids, grouper.groups(), &[amount])?;
//!
//! assert_eq!(grouper.keys()?[0].as_string_view().iter().flatten().collect::<Vec<_>>(), ["eu", "us"]);
//! assert_eq!(sums.finish()?.as_primitive::<Float64Type>().values(), &[4.5, 2.0]);
//! # Ok::<(), swath_kernels::KernelError>(())
//! ```

mod error;

mod aggregate;
mod group;
mod hash;
mod ordered;
mod select;
mod sort;

mod encoding;
mod native;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use aggregate::{
    Accumulator, Aggregate, AggregateTypes, Aggregates, Aggregation, Count, Custom, Extreme, Lists,
    Located, Mean, Mode, NUnique, NUniqueApprox, Parameters, Position, Product, Quantile,
    Quantiles, Shape, Size, Spread, Sum, Together, Truth,
};
pub use error::KernelError;
pub use group::{DistinctTexts, Grouper};
pub use hash::hash_columns;
pub use ordered::{Cumulative, InOrder, Ordered, RollingStatistic, Waiting};
pub use select::{concat_columns, is_worth_compacting, take_columns};
pub use sort::{SortKey, TopK, sort_to_indices};
