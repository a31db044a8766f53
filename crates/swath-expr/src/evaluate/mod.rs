//! Evaluation on whole batches: one file a family of operations.
//!
//! Every kernel takes [`Input`]s (an array, or a scalar that is never blown up to one), at least one of them an array, and the
//! [`Rows`] that count, and gives an array with a value a row. Rows that are not active get any value and cause no error.

mod input;
mod kernel;
mod load;
mod mask;
mod side;

mod compare;
mod dictionary;
mod isin;
mod text;

pub(crate) mod logic;

mod decimal;
mod float;
mod integer;
mod promote;
mod temporal;

mod cast;
mod choose;
mod fill;

pub(crate) use choose::{either, extreme};
pub(crate) use compare::compare;
pub(crate) use dictionary::{EntryCache, by_entry};
pub use input::{Input, Rows};
pub(crate) use isin::Members;
pub(crate) use kernel::{Kernel, run};
pub(crate) use load::load;
pub(crate) use side::for_primitive;
