//! Rows and metas on their way between host and plugin: the Arrow C data interface, checked.
//!
//! ```text
//!  Metas ─schema::give──► ArrowSchema ══► schema::take ──► Columns (Arrow types) + Meta of each  once, when a function is bound
//!  columns ──rows::give──► ArrowArray ══► rows::take ───► columns of exactly those types         for every batch, copies nothing
//! ```
//!
//! An array carries no types, so both sides agree on [`Columns`] when a function is bound, and rows travel without a schema after
//! that: some tenths of a microsecond a column. What arrives is looked at before Arrow may touch it: as many columns, rows and buffers as
//! the types have, none of them missing, no null where none was promised. What a buffer *holds* is believed: a plugin in this
//! process is trusted with its memory anyway. Where the environment has `SWATH_PLUGIN_STRICT=1`, texts, keys and offsets are looked at
//! too, value by value, on both sides.
//!
//! This crate refuses to know functions, tasks and files.

#![expect(
    unsafe_code,
    reason = "the C data interface is pointers; each is checked here before it is followed"
)]

mod columns;
mod crossing;
mod error;
mod flat;
mod loan;
mod nulls;
mod rows;
mod schema;
mod shape;
mod strict;

pub use columns::Columns;
pub use crossing::Crossing;
pub use error::DataError;
pub use loan::{Kept, Loan};

pub use rows::{give_batch, give_columns, take_columns};
pub use schema::{give_metas, take_metas};
