//! Libraries opened, and their roots found.

mod error;
mod exit_guard;
mod library;

pub(crate) use exit_guard::{Guarded, Inside};
pub(crate) use library::open;

pub use error::LoadError;
