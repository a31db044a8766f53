//! What a user writes: sessions, lazy frames, tables and errors.
//!
//! A [`Session`] runs computations; a [`DataFrame`] is a lazy, partitioned table; calls on it give other
//! frames and check column names and dtypes at once, at the caller's line. [`DataFrame::compute`] brings the
//! answer as a [`Table`]; [`DataFrame::persist`] keeps it in the session, partition by partition.
//!
//! ```text
//!  Session ── read_parquet ──► DataFrame ── filter, groupby … ──► DataFrame ── compute ──► Table
//!                                   └──────── persist ──► DataFrame over held partitions
//! ```
//!
//! ```
//! use swath_frame::{Batch, Session, col};
//!
//! let session = Session::testing();
//! let sales = session.from_batches([Batch::from_csv("region,amount\neu,10\nus,5\neu,2\n")?])?;
//! let big = sales.filter(col("amount").gt(3))?;
//! let by_region = big.groupby("region").sum("amount")?.compute()?;
//! assert_eq!(by_region.num_rows(), 2);
//! # Ok::<(), swath_frame::Error>(())
//! ```
//!
//! Frames, expressions and sessions are handles: cheap to clone, `Send + Sync`, and their methods take
//! `&self`. What this crate refuses to be: it has no operator of its own; every call builds a plan node.

mod compute;
mod delayed;
mod engine;
mod error;
mod frame;
mod group_by;
mod outside;
mod persisted;
#[cfg(feature = "plugins")]
mod plugin;
mod readers;
mod run;
mod scalar;
mod session;
mod table;

pub use compute::{Compute, Persist, compute, persist, submit};
pub use delayed::{Delayed, DelayedFunction, DelayedInput, DelayedInputs, FromDelayed};
pub use error::{Error, ErrorKind, Result};
pub use frame::{
    AsType, Batches, DataFrame, Describe, DropDuplicates, DropNa, Halo, Head, IntoBatch, IntoCount,
    IntoDescribe, IntoDropDuplicates, IntoDropNa, IntoFillNa, IntoMapOverlap, IntoMapPartitions,
    IntoMelt, IntoPartitions, IntoPlacing, IntoShuffle, IntoTargets, IntoValueCounts, Join,
    KeepRow, MapOverlap, MapPartitions, Melt, Repartition, Sample, SelectDtypes, Shuffle, Sink,
    Tail, ValueCounts, Written, WrittenPartition, concat, map_partitions,
};
pub use group_by::{GroupBy, IntoAggs};
pub use persisted::{Holder, Persisted, PersistedFrame};
#[cfg(feature = "plugins")]
pub use plugin::{
    LoadedFunction, LoadedPlugin, LoadedPlugins, PluginFunction, WorkerProgram, plugin,
    plugin_worker,
};
pub use run::Run;
pub use scalar::{Scalar, ScalarOperand};
pub use session::{FromMap, Session, SessionBuilder};
pub use swath_batch::{Batch, BatchError, Cx, Value};
pub use swath_divisions::{Divisions, Labels};
pub use swath_expr::{
    Agg, CategoricalAccessor, DatetimeAccessor, Expr, Frequency, IntoColumn, IntoColumns,
    ListAccessor, Pattern, Rolling, RowFunction, StringAccessor, Strptime, StructAccessor, Then,
    TzLocalize, When, coalesce, col, concat_str, greatest, least, lit, udf, when,
};
pub use swath_graph::{Key, Origin};
pub use swath_io::{
    OnBadLines, ReadCsv, ReadIpc, ReadJson, ReadParquet, SplitRowGroups, ToCsv, ToIpc, ToJson,
    ToParquet,
};
pub use swath_kernels::Aggregation;
pub use swath_memory::format_bytes;
pub use swath_meta::{DType, DTypeSpec, Field, Index, Meta, MetaSpec};
pub use swath_ops::{Op, TaskValue};
pub use swath_plan::{Explain, NamedAgg};
pub use swath_scheduler::{
    Backend, CancelHandle, Event, Keep, Metrics, Observer, Progress, RunStats,
};
pub use table::Table;
