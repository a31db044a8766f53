//! Files that have not the columns of the table: what they have instead, and how they are read all the same.

mod instead;
mod reader;

pub(crate) use instead::{Fit, Instead};
pub(crate) use reader::{FittedReader, Piece};
