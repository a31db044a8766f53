//! Any rows in any partitions, with neighbours of any reach.

use std::time::Duration;

use proptest::prelude::*;
use swath::MapOverlap;
use swath::prelude::*;

use super::{MADE, Row, adding, by_rows, by_time, cut, frame, session, sums_in};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_cut_gives_the_same_rows(
        steps in prop::collection::vec((0_i64..5, 0_i64..100), 0..60),
        cuts in prop::collection::vec(0_usize..60, 0..12),
        (before, after) in (0_usize..12, 0_usize..12),
        (past, future) in (0_i64..12, 0_i64..12),
        made in prop::sample::select(&MADE[..]),
        threads in 1_usize..4,
    ) {
        let mut second = 0;
        let rows: Vec<Row> = steps
            .iter()
            .map(|(step, v)| {
                second += step;
                (second, *v)
            })
            .collect();
        let session = session(threads);
        let df = frame(&session, &cut(&rows, &cuts), made).expect("a frame");

        let of = move |rows: &[Row]| by_rows(rows, before, after);
        let overlap = adding(of).before(before).after(after);
        let found = df.map_overlap(overlap).and_then(|df| sums_in(&df)).expect("sums");
        prop_assert_eq!(found, by_rows(&rows, before, after));

        let of = move |rows: &[Row]| by_time(rows, past, future);
        let overlap = adding(of)
            .before(format!("{past}s"))
            .after(Duration::from_secs(future as u64))
            .along("t");
        let found = df.map_overlap(overlap).and_then(|df| sums_in(&df)).expect("sums");
        prop_assert_eq!(found, by_time(&rows, past, future));

        // What comes after it sees its rows alone, each time it is the next step of the same task.
        let of = move |rows: &[Row]| by_rows(rows, before, after);
        let sums = df.map_overlap(adding(of).before(before).after(after)).expect("sums");
        let expected = by_rows(&rows, before, after);
        let found = sums.map_overlap(alone()).and_then(|df| sums_in(&df)).expect("sums");
        prop_assert_eq!(&found, &expected);
        let some = sums.filter(col("sum").ge(100)).expect("some of the rows");
        let found = some.map_overlap(alone()).and_then(|df| sums_in(&df)).expect("sums");
        let large = expected.iter().copied().filter(|sum| *sum >= 100);
        prop_assert_eq!(&found, &large.collect::<Vec<_>>());
        let mapped = sums.map_partitions(alone_in_partition).and_then(|df| df.map_batches(alone_in_partition));
        let found = mapped.and_then(|df| sums_in(&df)).expect("sums");
        prop_assert_eq!(&found, &expected);

        // Over what another has made, the sums of which are its numbers.
        let again = sums.assign("v", col("sum")).expect("sums");
        let of = move |rows: &[Row]| by_time(rows, past, future);
        let overlap = adding(of)
            .before(format!("{past}s"))
            .after(format!("{future}s"))
            .along("t");
        let found = again.map_overlap(overlap).and_then(|df| sums_in(&df)).expect("sums");
        let rows: Vec<Row> = rows.iter().zip(expected).map(|(row, sum)| (row.0, sum)).collect();
        prop_assert_eq!(found, by_time(&rows, past, future));
    }
}

/// The rows as they are, of which none is a neighbour's.
fn alone_in_partition(part: Batch, cx: &Cx) -> Result<Batch, String> {
    match cx.partition().halo() {
        (0, 0) => Ok(part),
        halo => Err(format!(
            "{halo:?} of {} rows are said to be others'",
            part.num_rows()
        )),
    }
}

/// The same, where neighbours could be seen.
fn alone() -> MapOverlap {
    MapOverlap::new(alone_in_partition)
}
