//! What can be wrong with files, and what to do about it.

mod io_error;
mod words;

mod about;
mod fix;

mod made;

pub use io_error::IoError;
