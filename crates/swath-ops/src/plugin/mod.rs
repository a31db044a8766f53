//! Functions of plugins as what pipelines are made of.
//!
//! ```text
//!  risk@2.var95 ─find─► Plugins ─► settled: version and hash ─bind─► a scalar function of expressions,
//!  as a user names it   of a session                                 an aggregate, or a step over partitions
//! ```
//!
//! What is settled goes into names of results and into encoded tasks: a plugin that was built anew is another one, and a process
//! that has another one says so.

mod again;
mod error;
mod plugins;
mod values;

mod aggregate;
mod partition;
mod partitioner;
mod remembered;
mod scalar;
mod sink;
mod source;

pub use error::{PluginError, Use};
pub use partition::{PluginHalo, PluginPartition};
pub use partitioner::PluginPartitioner;
pub use plugins::Plugins;
pub use sink::PluginSink;
pub(crate) use source::FORMAT as SOURCE_FORMAT;
pub use source::{PluginFormat, PluginRows};
pub use values::{params_of, unreadable};

pub(crate) use again::asks_again;
pub(crate) use aggregate::PluginAggregate;
