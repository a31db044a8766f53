//! Visits: events of a user with no long silence between them.
//!
//! | function | marks |
//! |---|---|
//! | `sessionize.visit_starts` | the first event of each visit: none of the same user within `gap` before it |
//! | `sessionize.visit_ends` | the last event of each visit: none of the same user within `gap` after it |
//!
//! Both are for `map_overlap`, keep every row, and read two columns of however many there are. Rows have to be in the order of time,
//! which is declared: the engine looks. A visit may begin in one partition and end many partitions later: a mark depends on what is
//! less than `gap` away and on nothing else, and that much of its neighbours a partition is shown.
//!
//! What is *not* here is a number for each visit. It would depend on everything before it, however far away, which no partition
//! sees; count marks instead, after rows of a user were brought together.
//!
//! ```
//! use sessionize::VisitStarts;
//! use swath_plugin::prelude::*;
//!
//! let part = Batch::from_csv("u,t\na,2026-01-01T00:00\na,2026-01-01T00:10\na,2026-01-01T01:00\n")?;
//! let visits = VisitStarts { user: "u".into(), time: "t".into(), gap: "30min".parse()? };
//! let out = testing::run(visits, &part)?;
//! assert_eq!(out.rows1::<bool>("visit_start")?.collect::<Vec<_>>(), [true, false, true]);
//! # Ok::<(), swath_plugin::Error>(())
//! ```

mod mark;
mod visit_ends;
mod visit_starts;

pub use visit_ends::VisitEnds;
pub use visit_starts::VisitStarts;

swath_plugin::plugin! { functions: [VisitStarts, VisitEnds] }

#[cfg(test)]
mod tests;
