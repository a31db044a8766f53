//! Fixed-width values as plain slices, whatever the logical dtype above them.
//!
//! Dates, times, timestamps and durations are integers to every kernel here, and a boolean is a
//! byte, so kernels are written once per machine type and not once per Arrow type.

mod column;
mod dispatch;
mod number;

pub(crate) use column::{column, values};
pub(crate) use dispatch::{with_integer, with_native};
pub(crate) use number::Native;
