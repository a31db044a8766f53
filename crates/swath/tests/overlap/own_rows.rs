//! Which of the rows that a function sees are its own.

use std::sync::{Arc, Mutex};

use swath::prelude::*;
use swath::{BatchError, MapOverlap, Meta};

use super::{MADE, Row, by_rows, frame, ragged, rows_of, session, sums_in};

/// What a function is told of its halo, beside how many rows it sees of which partition.
#[test]
fn a_function_is_told_which_rows_are_its_own() -> swath::Result<()> {
    for made in MADE {
        let df = frame(&session(2), &ragged(), made)?;
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let overlap = MapOverlap::new(move |part: Batch, cx: &Cx| {
            let at = cx.partition();
            let mut told = tell.lock().expect("no panic");
            told.push((at.number(), part.num_rows(), at.halo()));
            part
        });
        let overlap = overlap.meta(|meta: &Meta| Ok(meta.clone()));
        let whole = df.map_overlap(overlap.clone().before(4).after(2))?;
        assert_eq!(whole.compute()?.num_rows(), 13);
        let mut told = std::mem::take(&mut *told.lock().expect("no panic"));
        told.sort_unstable();
        let expected = [
            (0, 0, (0, 0)),
            (1, 4, (0, 2)),
            (2, 0, (0, 0)),
            (3, 0, (0, 0)),
            (4, 5, (2, 2)),
            (5, 10, (3, 2)),
            (6, 7, (4, 2)),
            (7, 7, (4, 2)),
            (8, 0, (0, 0)),
            (9, 7, (4, 0)),
            (10, 0, (0, 0)),
        ];
        assert_eq!(told, expected, "{made:?}");
    }
    Ok(())
}

#[test]
fn a_function_that_trims_itself_returns_what_it_likes() -> swath::Result<()> {
    let rows: Vec<Row> = ragged().concat();
    for made in MADE {
        let df = frame(&session(2), &ragged(), made)?;
        // The largest sum of each partition, if it has rows.
        let largest = |part: Batch, cx: &Cx| -> Result<Batch, BatchError> {
            let rows = rows_of(&part)?;
            let (front, behind) = cx.partition().halo();
            let own = &by_rows(&rows, 3, 0)[front..rows.len() - behind];
            let largest: Vec<i64> = own.iter().max().copied().into_iter().collect();
            Batch::from_columns([("sum", largest)])
        };
        let overlap = MapOverlap::new(largest).before(3).after("1h").along("t");
        let found = sums_in(&df.map_overlap(overlap.trims_itself())?)?;
        let all = by_rows(&rows, 3, 0);
        let ends = [2, 3, 8, 9, 10, 13];
        assert_eq!(found, ends.map(|end: usize| all[end - 1]), "{made:?}");
    }
    Ok(())
}
