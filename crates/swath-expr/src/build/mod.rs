//! How users write expressions: methods, operators, and what may stand in a value or a column position.

mod columns;
mod convert;
mod methods;
mod operators;

pub use columns::{Columns, IntoColumn, IntoColumns};
