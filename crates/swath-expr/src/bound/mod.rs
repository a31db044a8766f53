//! An expression ready to run on batches.

mod demand;
mod program;
mod run;
mod runnable;

pub(crate) use program::{Column, Constant, Line, Operand, Program, Step};
pub use runnable::Bound;
