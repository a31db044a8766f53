//! What any source, step and sink must do, and tasks that run in another process.
//!
//! [`Cases`] is the conformance suite: a program that registers kinds of its own adds a [`Case`] for each and calls the checks.
//! [`Elsewhere`] is a backend whose tasks are encoded, sent, decoded and run by [`serve`] at the other end of a wire.

mod case;
mod conformance;
mod watched;

mod elsewhere;
mod portable;

pub use case::{Case, Chunking, Part};
pub use conformance::Cases;
pub use elsewhere::{Elsewhere, Wire, serve};
