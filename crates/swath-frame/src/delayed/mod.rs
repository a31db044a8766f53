//! Calls of functions that are put off, and frames made of them.

mod call;
mod from_delayed;
mod function;
mod inputs;

pub use call::Delayed;
pub(crate) use call::value_of;
pub use from_delayed::FromDelayed;
pub use function::DelayedFunction;
pub use inputs::{DelayedInput, DelayedInputs};
