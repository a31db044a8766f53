//! Which plugins may be used here.

mod pins;

mod checks;
mod folders;
mod writers;

mod error;

#[cfg(test)]
mod tests;

pub use checks::Policy;
pub use error::PolicyError;
pub use folders::plugin_folders;
pub use pins::{Isolate, Pin, Pins};
