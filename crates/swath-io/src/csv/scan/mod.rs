//! From bytes to the places of fields.
//!
//! ```text
//! bytes ─ Scanner ─► marks (ends of fields and records) ─ Records ─► fields, as many a record
//! ```

mod dialect;
mod scanner;

#[cfg(target_arch = "x86_64")]
mod avx2;
mod masks;

mod count;
mod marks;
mod records;

mod guess;

pub(super) use dialect::Dialect;
pub(super) use guess::guess;
pub(super) use marks::{COMMENT, Marks, POSITION, RECORD, ends_line};
pub(super) use records::{Gathered, Records};
pub(super) use scanner::{Scanner, State};
