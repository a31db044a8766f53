//! Single values, typed as the columns they come from.

mod scalar;
mod text;
mod convert;
mod cast;
mod array;
mod fingerprint;

pub use scalar::Value;
pub(crate) use text::{write_float, write_float32};
