//! From rows to group ids: a ladder of tables, the cheapest that fits.
//!
//! ```text
//!  one text key ───────────► dictionary   a map per dictionary: code → id; text itself by views
//!  one narrow key, dense ──► direct       an array over the range of the keys
//!  one narrow key ─────────► fixed        open addressing over one word
//!  several keys ───────────► packed       codes side by side in 64 or 128 bits
//!  anything else ──────────► rows         row-encoded bytes
//! ```
//!
//! A [`Grouper`] steps from one to another while it runs, when the keys it sees no longer fit or
//! fit a cheaper one; ids stay as they are, since the next table first takes the groups of the last.

mod distinct;
mod grouper;
mod strategy;

mod dictionary;
mod direct;
mod fixed;
mod packed;
mod rows;

mod bytes;
mod codes;
mod growth;
mod slots;
mod words;

pub use distinct::DistinctTexts;
pub use grouper::Grouper;

#[cfg(test)]
mod oracle;
