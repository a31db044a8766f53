//! Logical dtypes: what a column *means*, apart from how a batch encodes it.

mod logical;
mod parse;
mod physical;
mod spec;
mod supertype;
mod text;

pub use logical::DType;
pub use spec::DTypeSpec;
pub use supertype::{arithmetic_supertype, common_supertype};
