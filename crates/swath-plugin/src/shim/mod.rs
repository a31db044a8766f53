//! The plugin's side of the boundary: C functions around an author's traits. Checks what goes out, catches what panics.

mod aggregate;
mod bind;
mod guard;
mod hosted;
mod instance;
mod partition;
mod scalar;

pub(crate) use aggregate::bind_aggregate;
pub(crate) use bind::Request;
pub(crate) use guard::{guard, take_over_panics};
pub(crate) use hosted::{nobody, take_over_logs};
pub(crate) use partition::bind_partition;
pub(crate) use scalar::bind_scalar;
