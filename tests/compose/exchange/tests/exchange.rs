//! Rows arrive where they belong, whichever way they went.

use exchange::{Modulo, exchange, exchange_through, realign};
use std::num::NonZeroU32;
use std::path::Path;
use swath_batch::{Batch, Partition};
use swath_divisions::Divisions;
use swath_shuffle::{HashPartitioner, Partitioner, RangePartitioner, testing};

/// So many files of events, unordered: `ts` below 300, and where each came from.
fn inputs(n: usize) -> Vec<Partition> {
    let part = |input: usize| {
        let rows: String = (0..50)
            .map(|row| format!("{},{input}/{row}\n", (row * 7919 + input * 104_729) % 300))
            .collect();
        Partition::from(Batch::from_csv(&format!("ts,from\n{rows}")).unwrap())
    };
    (0..n).map(part).collect()
}

/// The rows of each partition.
fn rows(parts: &[Partition]) -> Vec<Vec<(i64, String)>> {
    let rows = |part: &Partition| {
        let batch = part.to_batch().unwrap();
        let (ts, from) = (batch.i64("ts").unwrap(), batch.str("from").unwrap());
        ts.iter()
            .zip(from.iter())
            .map(|(ts, from)| (ts.unwrap(), from.unwrap().to_owned()))
            .collect()
    };
    parts.iter().map(rows).collect()
}

fn divisions(bounds: &[i64]) -> Divisions {
    Divisions::try_new(bounds.to_vec()).unwrap()
}

#[test]
fn rows_arrive_in_their_range_in_input_order() {
    let inputs = inputs(7);
    let by = RangePartitioner::try_new(["ts"], &divisions(&[0, 100, 200, 300])).unwrap();
    let all: Vec<(i64, String)> = rows(&inputs).concat();
    let expected: Vec<Vec<(i64, String)>> = (0..3)
        .map(|part| {
            all.iter()
                .filter(|(ts, _)| ts / 100 == part)
                .cloned()
                .collect()
        })
        .collect();
    for _ in 0..5 {
        assert_eq!(rows(&exchange(&inputs, &by).unwrap()), expected);
    }
}

#[test]
fn pieces_may_lie_in_files_meanwhile() {
    let inputs = inputs(5);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pieces");
    for by in [
        &RangePartitioner::try_new(["ts"], &divisions(&[0, 10, 300])).unwrap() as &dyn Partitioner,
        &HashPartitioner::try_new(["from", "ts"], 4).unwrap(),
        &Modulo::new("ts", NonZeroU32::new(6).unwrap()),
    ] {
        assert_eq!(
            rows(&exchange_through(&folder, &inputs, by).unwrap()),
            rows(&exchange(&inputs, by).unwrap())
        );
    }
    assert!(!folder.exists(), "nothing is left behind");
}

#[test]
fn a_label_outside_of_the_divisions_is_an_error_that_names_it() {
    let by = RangePartitioner::try_new(["ts"], &divisions(&[0, 100])).unwrap();
    let late = [Partition::from(
        Batch::from_csv("ts,from\n250,x\n").unwrap(),
    )];
    let error = exchange(&late, &by).unwrap_err();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(below) = source {
        text.push_str(&format!(": {below}"));
        source = below.source();
    }
    assert!(text.contains("250"), "{text}");
}

#[test]
fn a_plan_can_be_carried_out_by_hand() {
    let old = divisions(&[0, 100, 200, 300]);
    let new = divisions(&[0, 50, 150, 300]);
    let inputs = exchange(
        &inputs(4),
        &RangePartitioner::try_new(["ts"], &old).unwrap(),
    )
    .unwrap();
    let plan = old.align(&new).unwrap();
    let moved = realign(&inputs, "ts", &plan).unwrap();
    assert_eq!(*plan.divisions(), new);
    assert_eq!(
        rows(&moved),
        rows(&exchange(&inputs, &RangePartitioner::try_new(["ts"], &new).unwrap()).unwrap())
    );
}

#[test]
fn a_partitioner_of_ones_own_keeps_the_contract() {
    for shards in [1, 2, 7] {
        testing::conforms(&Modulo::new("k", NonZeroU32::new(shards).unwrap()));
    }
}
