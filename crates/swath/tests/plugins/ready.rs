//! How often functions are made ready.

use std::sync::atomic::Ordering;

use swath::prelude::*;

use crate::other::READIED;
use crate::scene::{in_parts, linked};

/// How often functions are made ready while this computes.
fn readied(compute: impl FnOnce() -> swath::Result<()>) -> swath::Result<usize> {
    let before = READIED.load(Ordering::Relaxed);
    compute()?;
    Ok(READIED.load(Ordering::Relaxed) - before)
}

/// A frame made of a frame.
type Frame = fn(&DataFrame) -> swath::Result<DataFrame>;

/// Once for an operator, however many tasks it has. One thread: of tasks that begin at the same time each may do it.
#[test]
fn more_partitions_do_not_make_functions_ready_more_often() -> swath::Result<()> {
    let session = linked();
    let frames: [(&str, Frame); 4] = [
        ("a column", |df| {
            df.assign("y", plugin("other.same").call([col("x")]))
        }),
        ("a filter", |df| {
            df.filter(plugin("other.same").call([col("x")]).gt(10.0))
        }),
        ("partitions", |df| {
            df.map_partitions(plugin("other.counted"))
        }),
        ("groups", |df| {
            let moment = plugin("other.moment").param("is_variance", false);
            df.groupby("k").agg([("mean", moment.agg(col("x")))])
        }),
    ];
    for (what, frame) in frames {
        let run = |parts: usize| {
            let df = frame(&in_parts(&session, parts)?)?;
            // A persisted frame has a task for each partition.
            readied(|| df.persist()?.compute().map(drop))
        };
        let once = run(2)?;
        assert!(once > 0, "{what}");
        assert_eq!(run(50)?, once, "{what}");
    }
    Ok(())
}
