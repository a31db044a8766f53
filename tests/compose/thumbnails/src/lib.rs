//! A contact sheet of images, made by an engine of three crates: a graph, memory, a scheduler.
//!
//! What an engine builder brings is a value ([`Image`]), what tasks do ([`Step`]), and a graph of them ([`contact_sheet`]).
//! Everything else comes along: parallel and in a good order, within a memory limit, cancellable, with errors that name
//! their task, and results that stay for the next graph.
//!
//! ```text
//!   load 0 ──► thumb 0 ─┐
//!   load 1 ──► thumb 1 ─┼──► montage
//!   load 2 ──► thumb 2 ─┘
//! ```

mod image;
mod plan;
mod step;

pub use image::{Image, ImageError};
pub use plan::contact_sheet;
pub use step::Step;
