//! Columns in shared memory: written by one side, and looked at or copied out by the other.
//!
//! Only what a column uses is copied: of a slice, its rows. Dtypes are not said, both sides know them since the function was bound;
//! all columns are in border encodings, so there are few.

mod layout;

mod packing;
mod views;

mod lying;

#[cfg(test)]
mod tests;

pub(super) use layout::{ALIGNED, Packed};
pub(super) use lying::Lying;
pub(super) use packing::Packing;
