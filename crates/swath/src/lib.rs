//! Lazy, partitioned data frames over Arrow: pipelines over data of any size, on all cores, under one memory limit.
//!
//! ```no_run
//! use swath::prelude::*;
//!
//! fn main() -> swath::Result<()> {
//!     let session = Session::builder().threads(2).memory_limit("4GiB").build()?;
//!     let sales = session.read_parquet("large_sales_data/*.parquet")?;
//!     println!("{sales}");
//!
//!     let big = sales.filter(col("amount").gt(5000))?.label("big sales").persist()?;
//!     println!("{}", session.persisted());
//!
//!     let by_region = big.groupby("region").sum("amount")?;
//!     let by_category = big.groupby("category").mean("amount")?;
//!     let top = big.nlargest(10, "amount")?;
//!     let (by_region, by_category, top) = swath::compute((&by_region, &by_category, &top))?;
//!     println!("{by_region}\n{by_category}\n{top}");
//!     Ok(())
//! }
//! ```
//!
//! A frame is lazy: calls on it check names and dtypes at once and compute nothing; [`compute`] and
//! [`DataFrame::persist`] run what was written as one graph. A frame is cut into *partitions* along its
//! index; *divisions* are the bounds between them, where they are known; the *meta* is the frame without its
//! rows: names, dtypes, index.
//!
//! With the feature `cloud` a URL of `https://`, `s3://`, `gs://` or `az://` may stand wherever a path may; with `object-store` one of a store
//! that the session was given. Both are off by default.
//!
//! This crate has no logic of its own. It names, in one place, what a program needs from the crates of the
//! engine, each of which can be used alone.

pub use swath_frame::{
    Agg, Aggregation, AsType, Batch, BatchError, Batches, CancelHandle, CategoricalAccessor,
    Compute, Cx, DType, DTypeSpec, DataFrame, DatetimeAccessor, Delayed, DelayedFunction,
    DelayedInput, DelayedInputs, Describe, Divisions, DropDuplicates, DropNa, Error, ErrorKind,
    Event, Explain, Expr, Field, Frequency, FromDelayed, FromMap, GroupBy, Halo, Head, Holder,
    Index, IntoAggs, IntoBatch, IntoColumn, IntoColumns, IntoCount, IntoDescribe,
    IntoDropDuplicates, IntoDropNa, IntoFillNa, IntoMapOverlap, IntoMapPartitions, IntoMelt,
    IntoPartitions, IntoPlacing, IntoShuffle, IntoTargets, IntoValueCounts, Join, KeepRow, Key,
    Labels, ListAccessor, MapOverlap, MapPartitions, Melt, Meta, MetaSpec, Metrics, NamedAgg,
    Observer, OnBadLines, Origin, Pattern, Persist, Persisted, PersistedFrame, Progress, ReadCsv,
    ReadIpc, ReadJson, ReadParquet, Repartition, Result, Rolling, RowFunction, Run, RunStats,
    Sample, Scalar, ScalarOperand, SelectDtypes, Session, SessionBuilder, Shuffle, Sink,
    SplitRowGroups, StringAccessor, Strptime, StructAccessor, Table, Tail, Then, ToCsv, ToIpc,
    ToJson, ToParquet, TzLocalize, Value, ValueCounts, When, Written, WrittenPartition, coalesce,
    col, compute, concat, concat_str, format_bytes, greatest, least, lit, map_partitions, persist,
    submit, udf, when,
};

#[cfg(feature = "plugins")]
pub use swath_frame::{
    LoadedFunction, LoadedPlugin, LoadedPlugins, PluginFunction, WorkerProgram, plugin,
    plugin_worker,
};

/// The Arrow that swath speaks: its arrays and schemas, of the version that this swath was built with.
pub mod arrow {
    pub use arrow_array as array;
    pub use arrow_schema as schema;
}

/// What a backend or a store of results of one's own is built of: see
/// [`SessionBuilder::backend`] and [`SessionBuilder::keep`].
pub mod engine {
    pub use swath_frame::{Backend, Keep, Op, TaskValue};
}

/// The object stores that swath speaks, of the version that this swath was built with; another crate's store for the
/// cloud is one where it implements this `ObjectStore`.
///
/// ```
/// use std::sync::Arc;
/// use swath::object_store::memory::InMemory;
/// use swath::prelude::*;
///
/// let session = Session::builder().store("memory://data", Arc::new(InMemory::new())).build()?;
/// let sales = session.from_batches([Batch::from_csv("region,amount\neu,10\nus,5\n")?])?;
/// sales.to_parquet("memory://data/sales")?;
/// assert_eq!(session.read_parquet("memory://data/sales")?.len().get::<i64>()?, 2);
/// # Ok::<(), swath::Error>(())
/// ```
#[cfg(feature = "object-store")]
pub use object_store;

/// What most programs name: `use swath::prelude::*`.
pub mod prelude {
    #[cfg(feature = "plugins")]
    pub use crate::plugin;
    pub use crate::{
        Agg, Batch, Cx, DataFrame, Expr, MapPartitions, ReadCsv, ReadParquet, Repartition, Scalar,
        Session, Table, ToCsv, ToParquet, Value, col, lit, udf, when,
    };
}
