//! What authors of plugins write: functions that declare what they return.
//!
//! A plugin is an ordinary library crate that lists its functions in [`plugin!`]. `swath plugin build` makes a dynamic library of
//! it, which every swath program can load, whatever compiler and Arrow built either; `cargo test` tests it like any crate, and a
//! program may link it statically.
//!
//! ```
//! use swath_plugin::prelude::*;
//!
//! /// Great-circle distance in km; null if an argument is null.
//! #[scalar]
//! fn haversine_km(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
//!     let (lat1, lon1, lat2, lon2) = (lat1.to_radians(), lon1.to_radians(), lat2.to_radians(), lon2.to_radians());
//!     let half = |x: f64| (x / 2.0).sin().powi(2);
//!     12_742.0 * (half(lat2 - lat1) + lat1.cos() * lat2.cos() * half(lon2 - lon1)).sqrt().asin()
//! }
//!
//! plugin! { functions: [haversine_km] }
//!
//! # fn main() {
//! assert!((haversine_km(52.52, 13.40, 48.86, 2.35) - 878.0).abs() < 2.0);
//! # }
//! ```
//!
//! | write | for |
//! |---|---|
//! | [`#[scalar]`](scalar) on a function of values, or [`Scalar`] over columns | what an expression calls |
//! | [`PartitionFn`] | what `map_partitions` takes |
//! | [`FramesFn`] | the same of several frames side by side |
//! | [`Aggregate`] | what `groupby(..).agg(..)` and reductions use |
//! | [`Partitioner`] | what says where rows go in a `shuffle` |
//! | [`Source`] | what `session.read` reads |
//! | [`Sink`] | where `df.write` and `df.sink` have rows go |
//!
//! Each says what it returns for which columns *before any data is read*, and what it returns is checked against that. Parameters
//! are the fields of its type ([`Params`]). Functions must be synchronous, and give the same for the same rows.
//!
//! This crate refuses to know the engine.

#![expect(
    unsafe_code,
    reason = "the plugin's side of the boundary: pointers that come back from the host are turned into what they point to"
)]

// `plugin!`, `#[scalar]` and `derive(Params)` write paths that begin with the name of this crate, here too.
extern crate self as swath_plugin;

mod contract;
mod error;
mod example;
mod params;
mod span;

mod aggregate;
mod frames;
mod partition;
mod partitioner;
mod scalar;
mod sink;
mod source;

mod shim;

#[doc(hidden)]
pub mod export;

pub mod testing;

pub use aggregate::{Aggregate, Grouped, GroupedRows};
pub use contract::{Contract, Halo, IntoMeta};
pub use error::{Error, Result};
pub use example::Example;
pub use frames::FramesFn;
pub use params::{Param, Params, Ranged};
pub use partition::PartitionFn;
pub use partitioner::Partitioner;
pub use scalar::{Returns, Scalar};
pub use sink::{Attempt, Sink};
pub use source::{Comparison, Filter, Part, Parts, Source, Wanted};
pub use span::Span;

pub use swath_plugin_macros::{Params, plugin, scalar};

pub use arrow_array;
pub use arrow_schema;
pub use log;
pub use swath_batch::{Batch, Cx, Elapsed, NoRoom, Reserved, Stopped, Timestamp, Value};
pub use swath_meta::{DType, Field, Index, Meta};

/// What macros write.
#[doc(hidden)]
pub mod made {
    pub use crate::params::{Given, Written, absent, in_range, type_name};
    pub use crate::scalar::{bind_rows, call_rows};
}

/// What a plugin's file begins with: `use swath_plugin::prelude::*;`.
pub mod prelude {
    pub use crate::testing;
    pub use crate::{
        Aggregate, Attempt, Batch, Contract, Cx, DType, Error, Example, Field, FramesFn, Grouped,
        GroupedRows, Halo, Meta, Params, Part, PartitionFn, Partitioner, Parts, Result, Returns,
        Scalar, Sink, Source, Span, Timestamp, Value, Wanted, plugin, scalar,
    };
}
