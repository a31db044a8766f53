//! Single values, typed as the columns they come from.

mod array;
mod cast;
mod convert;
mod fingerprint;
mod scalar;
mod text;

pub use scalar::Value;
pub(crate) use text::{write_float, write_float32};
