//! The batch that user functions, plugins and tests see: columns by name, encodings hidden.

mod column;
mod csv;
mod frame;
mod rows;
mod tuples;

pub use column::{Bools, IntoColumn, Numbers, Strings};
pub use frame::Batch;
pub use tuples::Cell;
