//! One lazy value.

mod operators;
mod value;

pub use operators::ScalarOperand;
pub use value::Scalar;
