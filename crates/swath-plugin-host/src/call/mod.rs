//! Functions bound and called.

mod aggregate;
mod bind;
mod callee;
mod error;
mod partition;
mod partitioner;
mod scalar;
mod services;
mod sink;
mod source;
mod watch;

pub use aggregate::{BoundAggregate, Groups};
pub use bind::{Bound, Function};
pub use error::{CallError, Failure};
pub use partition::{BoundPartition, PartitionRun};
pub use partitioner::BoundPartitioner;
pub use scalar::BoundScalar;
pub use sink::{BoundSink, SinkRun};
pub use source::{BoundSource, Listing, SourceRun};

pub(crate) use callee::Callee;
pub(crate) use error::CRASHED;
pub(crate) use services::{Services, place, process};
