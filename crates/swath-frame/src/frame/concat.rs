//! Frames put together.

use std::panic::Location;

use swath_plan::Plan;

use super::DataFrame;
use super::several::of_one_session;
use crate::Result;

/// Which columns a [`concat()`] keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Join {
    /// Those that any frame has, null where a frame has them not.
    #[default]
    Outer,
    /// Those that all frames have.
    Inner,
}

/// The partitions of frames one after another, columns by name: with [`Join::Outer`] those of any frame, null where one has them not;
/// with [`Join::Inner`] those that all have.
///
/// Columns stand in the order in which they are first seen, and meet in the dtype that holds the values of all. The index stays where all
/// frames have the same index columns, and divisions stay known where each frame ends before the next begins; otherwise index columns
/// become data. Filters and choices of columns go through to the frames; each partition is in memory whole for a moment.
///
/// # Errors
/// No frame; frames of different sessions; a column whose dtypes have none in common.
///
/// ```
/// # use swath_frame::{Batch, Join, Session, concat};
/// # let session = Session::testing();
/// let a = session.from_batches([Batch::from_csv("k,v\na,1\n")?])?;
/// let b = session.from_batches([Batch::from_csv("k,w\nb,2\n")?])?;
/// let both = concat([&a, &b], Join::Outer)?;
/// assert_eq!((both.columns(), both.npartitions()), (vec!["k", "v", "w"], 2));
/// assert_eq!(concat([&a, &b], Join::Inner)?.columns(), ["k"]);
/// # Ok::<(), swath_frame::Error>(())
/// ```
#[track_caller]
pub fn concat<'a>(
    frames: impl IntoIterator<Item = &'a DataFrame>,
    join: Join,
) -> Result<DataFrame> {
    let location = Location::caller();
    let frames: Vec<&DataFrame> = frames.into_iter().collect();
    let (first, plans) = of_one_session("concat", &frames, location)?;
    first.next("concat", location, |_, env| {
        Plan::concat(&plans, join == Join::Outer, env)
    })
}
