//! Functions that never end are told to, and do.

use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{ErrorKind, Run, Shuffle};

use crate::scene::{behave, in_parts, linked, loaded};

/// How long a computation takes to end after it was cancelled, a while after it began. The machine may be busy: what takes too long is
/// tried again.
#[track_caller]
fn ends_soon<T: Send + 'static>(
    what: &str,
    submit: impl Fn() -> swath::Result<Run<T>>,
) -> swath::Result<()> {
    let mut shortest = Duration::MAX;
    for _ in 0..3 {
        let run = submit()?;
        std::thread::sleep(Duration::from_millis(50));
        assert!(!run.is_done(), "{what} ended by itself");
        let asked = Instant::now();
        run.cancel();
        let error = run.wait().err().expect(what);
        shortest = shortest.min(asked.elapsed());
        assert_eq!(error.kind(), &ErrorKind::Cancelled, "{what}: {error}");
        if shortest <= Duration::from_millis(100) {
            return Ok(());
        }
    }
    unreachable!("{what} went on for {shortest:?}");
}

#[test]
fn endless_ones_are_cancelled() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        let df = in_parts(&session, 2)?;
        let rows = df.map_partitions(behave("endless"))?;
        ends_soon("a partition function", || rows.submit())?;
        let source = session.read(plugin("tried.numbers").param("how", "endless"))?;
        ends_soon("a source", || source.submit())?;
        let folder = tempfile::tempdir().expect("a folder");
        let table = plugin("tried.table").param("how", "endless");
        let table = table.param("folder", folder.path().to_str().expect("a text"));
        let sink = df.sink(table)?;
        ends_soon("a sink", || swath::submit(&sink))?;
    }
    let df = in_parts(&linked(), 2)?;
    let scalar = df.assign("y", plugin("other.endless_rows").call("x"))?;
    ends_soon("a scalar", || scalar.submit())?;
    let aggregate = df.agg([plugin("other.endless_groups").agg("x")])?;
    ends_soon("an aggregate", || aggregate.submit())?;
    let places = Shuffle::on("z").by(plugin("other.endless_places"));
    let partitioner = df.shuffle(places.npartitions(3))?;
    ends_soon("a partitioner", || partitioner.submit())
}
