//! Functions bound and called.

mod aggregate;
mod bind;
mod callee;
mod entries;
mod error;
mod partition;
mod partitioner;
mod scalar;
mod services;
mod sink;
mod source;
mod watch;

#[cfg(test)]
mod tests;

pub use aggregate::{BoundAggregate, Groups};
pub use bind::{Bound, Function};
pub use error::{CallError, Failure};
pub use partition::{BoundPartition, PartitionRun};
pub use partitioner::BoundPartitioner;
pub use scalar::BoundScalar;
pub use sink::{BoundSink, SinkRun};
pub use source::{BoundSource, Listing, SourceRun};

pub(crate) use callee::Callee;
pub(crate) use entries::{Entries, SinkEntries, SourceEntries};
pub(crate) use error::{CRASHED, CUT_OFF};
pub(crate) use services::{Services, place, process};
