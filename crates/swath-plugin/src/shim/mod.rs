//! The plugin's side of the boundary: C functions around an author's traits. Checks what goes out, catches what panics.

mod aggregate;
mod bind;
mod columnar;
mod fits;
mod guard;
mod hosted;
mod instance;
mod logs;
mod nobody;
mod partition;
mod partitioner;
mod scalar;
mod sink;
mod source;

pub(crate) use aggregate::bind_aggregate;
pub(crate) use guard::{guard, take_over_panics};
pub(crate) use logs::take_over_logs;
pub(crate) use nobody::nobody;
pub(crate) use partition::{bind_frames, bind_partition};
pub(crate) use partitioner::bind_partitioner;
pub(crate) use scalar::bind_scalar;
pub(crate) use sink::bind_sink;
pub(crate) use source::bind_source;
