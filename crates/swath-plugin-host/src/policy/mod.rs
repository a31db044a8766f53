//! Which plugins may be used here.

mod pins;

mod checks;
mod writers;

mod error;

#[cfg(test)]
mod tests;

pub use checks::Policy;
pub use error::PolicyError;
pub use pins::{Isolate, Pin, Pins};
