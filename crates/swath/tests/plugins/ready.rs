//! How often functions are made ready.

use std::sync::atomic::Ordering;

use swath::prelude::*;

use crate::other::READIED;
use crate::scene::{in_parts, linked, said};

/// How often functions are made ready while this computes.
fn readied(compute: impl FnOnce() -> swath::Result<()>) -> swath::Result<usize> {
    let before = READIED.load(Ordering::Relaxed);
    compute()?;
    Ok(READIED.load(Ordering::Relaxed) - before)
}

/// A frame made of a frame.
type Frame = fn(&DataFrame) -> swath::Result<DataFrame>;

/// A column and a filter once, for the operator that runs and not for what plans ask; all of them however many tasks there are. One
/// thread: of tasks that begin at the same time each may do it.
#[test]
fn more_partitions_do_not_make_functions_ready_more_often() -> swath::Result<()> {
    let session = linked();
    let frames: [(&str, usize, Frame); 4] = [
        ("a column", 1, |df| {
            df.assign("y", plugin("other.same").call([col("x")]))
        }),
        ("a filter", 1, |df| {
            df.filter(plugin("other.same").call([col("x")]).gt(10.0))
        }),
        ("partitions", 2, |df| {
            df.map_partitions(plugin("other.counted"))
        }),
        ("groups", 4, |df| {
            let moment = plugin("other.moment").param("is_variance", false);
            df.groupby("k").agg([("mean", moment.agg(col("x")))])
        }),
    ];
    for (what, often, frame) in frames {
        let run = |parts: usize| {
            let df = frame(&in_parts(&session, parts)?)?;
            // A persisted frame has a task for each partition.
            readied(|| df.persist()?.compute().map(drop))
        };
        let once = run(2)?;
        assert_eq!(once, often, "{what}");
        assert_eq!(run(50)?, once, "{what}");
    }
    Ok(())
}

/// What was planned with is what has to come: a function that declares something else by then is found out before it is called.
#[test]
fn functions_may_not_change_their_mind() -> swath::Result<()> {
    let df = in_parts(&linked(), 2)?;
    let with_y = || df.assign("y", plugin("other.fickle").call([col("x")]));
    insta::assert_snapshot!(said(with_y()?.compute()), @r#"
    error[E0110]: `other.fickle` declared that it returns float32?, and now declares float64? for the same arguments
      at      crates/swath/tests/plugins/ready.rs:[line]
      task    assign
      in      other@0.1.0.fickle(x)
      stage   assign
      fix     of its author: let `bind` say the same for the same arguments and parameters, whatever is read meanwhile
    "#);
    // What it says now is what a frame that is made now is planned with.
    assert_eq!(with_y()?.compute()?.num_rows(), df.compute()?.num_rows());
    Ok(())
}
