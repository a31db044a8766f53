//! Functions bound and called.

mod aggregate;
mod bind;
mod error;
mod partition;
mod scalar;
mod services;

pub use aggregate::{BoundAggregate, Groups};
pub use bind::{Bound, Function};
pub use error::{CallError, Failure};
pub use partition::{BoundPartition, PartitionRun};
pub use scalar::BoundScalar;

pub(crate) use error::settle;
pub(crate) use services::{Services, process};
