//! A store that keeps nothing in memory that nobody has pinned.

mod portable;
mod reloading;

pub use portable::Portable;
pub use reloading::Reloading;
