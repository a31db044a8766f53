//! `map_partitions` of several frames.

use std::panic::Location;
use std::sync::Arc;

use swath_ops::step::RowsSeen;
#[cfg(feature = "plugins")]
use swath_plan::MapPlugin;
use swath_plan::{Plan, align};

use super::DataFrame;
use super::map_partitions::{IntoMapPartitions, Mapped};
use super::several::of_one_session;
use crate::Result;

/// What a function makes of the partitions of several frames side by side: it sees one [`Batch`](crate::Batch) of each frame, an array of
/// them, in the order of the frames, and its result has a partition for each of the first frame.
///
/// Partitions go together
/// * by their number, where the frames are made from one frame, partition by partition, or were
///   [shuffled](DataFrame::shuffle) by as many keys of the same dtypes into as many partitions;
/// * by their divisions, where those of all are known: every frame is then cut at all boundaries of all of them, so that a row of one frame
///   and those of the others between the same boundaries meet;
/// * where all frames have one;
/// * with [`whole`](crate::MapPartitions::whole) every call sees all rows of that frame instead, which are brought together for it: a table to
///   look things up in.
///
/// For the rest it is as [`DataFrame::map_partitions`], of the first frame: `reads` are its columns (of the others, choose them with
/// [`select`](DataFrame::select)), `keeps_divisions` keeps its index, and inference calls the function with two made-up rows of each frame.
///
/// A function of a plugin stands in the place of a closure. It says itself which frames it has to see whole.
///
/// Cost: a partition of each frame is in memory whole. Cutting at boundaries reads each partition once more; a frame that is seen whole
/// is in memory once, while partitions wait for it.
///
/// # Errors
/// Frames whose partitions do not go together; frames of different sessions; those of [`DataFrame::map_partitions`].
///
/// ```
/// # use swath_frame::{Batch, MapPartitions, Session, map_partitions};
/// # let session = Session::testing();
/// let sales = session.from_batches([Batch::from_csv("region,gross\n0,119\n1,238\n")?, Batch::from_csv("region,gross\n1,50\n")?])?;
/// let rates = session.from_batches([Batch::from_csv("region,rate\n0,19\n1,7\n")?])?;
/// let taxed = MapPartitions::new(|[sales, rates]: [Batch; 2]| {
///     let rates: Vec<Option<i64>> = rates.i64("rate")?.iter().collect();
///     let of = |region: Option<i64>| rates[region? as usize];
///     let rate: Vec<Option<i64>> = sales.i64("region")?.iter().map(of).collect();
///     sales.with("rate", rate)
/// });
/// let taxed = map_partitions([&sales, &rates], taxed.whole(1))?;
/// assert_eq!(taxed.npartitions(), 2);
/// assert_eq!(taxed.sum("rate")?.get::<i64>()?, 19 + 7 + 7);
/// # Ok::<(), swath_frame::Error>(())
/// ```
#[track_caller]
pub fn map_partitions<M, const N: usize>(
    frames: [&DataFrame; N],
    function: impl IntoMapPartitions<M, N>,
) -> Result<DataFrame> {
    let location = Location::caller();
    let options = function.into_map_partitions();
    let (first, plans) = of_one_session("map_partitions", &frames, location)?;
    first.next("map_partitions", location, |_, env| {
        match &options.function {
            Mapped::Local(function) => {
                let whole: Vec<usize> = options.whole.iter().copied().collect();
                let plans = align(plans, &whole)?;
                let (first, others) = (&plans[0], &plans[1..]);
                let rows = RowsSeen::Partition;
                let (first, node) = options.over(function, first, others, None, rows, env)?;
                let plans = std::iter::once(first).chain(others.iter().cloned());
                Plan::each_beside(plans.collect(), Arc::new(node), env)
            }
            #[cfg(feature = "plugins")]
            Mapped::Plugin(function) => {
                function.says(options.said())?;
                MapPlugin::of_frames(function.name(), function.all_params(), plans, env)
            }
        }
    })
}
