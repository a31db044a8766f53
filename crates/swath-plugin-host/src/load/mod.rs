//! Libraries opened, and their roots found.

mod causes;
mod error;
mod inside;
mod library;
mod opened;

pub(crate) use causes::with_causes;
pub(crate) use inside::{Guarded, Inside, leave, where_inside};
pub(crate) use library::open;

pub use error::LoadError;
