//! From bytes to the places of fields.
//!
//! ```text
//! bytes ─ Scanner ─► marks (ends of fields and records) ─ Records ─► fields, as many a record
//! ```

mod dialect;
mod guess;
mod marks;
mod records;

pub(super) use dialect::Dialect;
pub(super) use guess::guess;
pub(super) use marks::{COMMENT, Marks, POSITION, RECORD, Scanner, State, ends_line};
pub(super) use records::Records;
