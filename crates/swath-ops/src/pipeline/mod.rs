//! A pipeline: source → trunk steps → branches, each with steps and a sink.

mod flow;
mod run;
mod spec;

pub use flow::{Flow, Output};
pub use spec::{Branch, Pipeline};
