//! Boundaries of partitions and their algebra.
//!
//! [`Divisions`] say which labels each partition of a frame may hold: `n + 1` boundaries for `n` partitions, lower bounds
//! inclusive, the last bound inclusive too. They are sorted by construction: what is not legal cannot be built. Labels are typed
//! (several key columns, dates and text included) and compared by one byte encoding, in which NaN follows all numbers and nulls
//! follow everything.
//!
//! ```text
//!  Known(0 … 300, 3 partitions)          0        100       200       300
//!                                        ├────p0───┼────p1───┼────p2───┤
//!  align to [0, 150, 300]                ├──────t0──────┼──────t1──────┤
//!
//!  RepartitionPlan     t0 = p0, p1 [.., 150)      t1 = p1 [150, ..), p2
//! ```
//!
//! Everything that changes partitions without looking at rows is a [`RepartitionPlan`]: a value that says which rows of which old
//! partition make which new one. It can be printed, stored, sent, and carried out by anyone. This crate refuses to carry it out:
//! it moves no rows, reads no file, and never trusts a promise of order; statistics are [checked](Divisions::from_statistics).
//!
//! ```
//! use swath_divisions::{Divisions, DivisionsError};
//!
//! let old = Divisions::try_new([0_i64, 100, 200, 300])?;
//! assert_eq!(old.npartitions(), 3);
//! assert_eq!(old.locate(250)?, 2);
//!
//! let plan = old.align(&Divisions::try_new([0_i64, 150, 300])?)?;
//! assert_eq!(plan.to_string(), "0 = 0, 1 [.., 150)\n1 = 1 [150, ..), 2");
//! # Ok::<(), DivisionsError>(())
//! ```

mod label;
mod order;

mod bounds;
mod divisions;

mod combine;
mod cut;
mod interpolate;
mod plan;
mod repartition;

mod loc;
mod partial;

mod assign;
mod quantiles;
mod statistics;

mod partitioning;

mod encode;
mod error;

pub use assign::Outside;
pub use bounds::Bounds;
pub use cut::{Cut, LabelRange};
pub use divisions::Divisions;
pub use error::DivisionsError;
pub use label::{Label, Labels};
pub use loc::Loc;
pub use order::KeyOrder;
pub use partitioning::Partitioning;
pub use plan::{RepartitionPlan, Selected, Slice, SliceRows};
pub use statistics::{Extent, FromStatistics};
