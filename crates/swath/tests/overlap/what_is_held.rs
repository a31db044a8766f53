//! What is read, computed and held for it.

use std::sync::{Arc, Mutex};

use swath::prelude::*;
use swath::{FromMap, MapOverlap};

use super::{Made, Row, batch, frame, ragged, session};

#[test]
fn one_frame_is_computed_once_and_reads_what_is_read() -> swath::Result<()> {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let called = Arc::clone(&calls);
    let made = FromMap::new(ragged(), move |rows: &Vec<Row>| {
        called.lock().expect("no panic").push(rows.len());
        batch(rows)?.select(["s", "v"])
    });
    let df = session(1).from_map(made.meta([("s", "int64"), ("v", "int64")]))?;
    let df = df.assign("t", col("s") * 2)?.assign("u", lit(1))?;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let overlap = MapOverlap::new(move |part: Batch| {
        let names: Vec<String> = part.meta().names().map(str::to_owned).collect();
        told.lock().expect("no panic").push(names.join(" "));
        part
    });
    let overlap = overlap
        .named("as-it-is")
        .reads(["v", "t"])
        .before(3)
        .after(1);
    let whole = df.map_overlap(overlap.clone())?;
    assert!(whole.same_as(&df.map_overlap(overlap.clone())?));
    assert!(!whole.same_as(&df.map_overlap(overlap.clone().after(2))?));
    insta::assert_snapshot!(whole.select("v")?.explain().to_string(), @r"
    logical plan
    select [v]  [11 partitions]
    └─ map-overlap as-it-is (local function, meta inferred), sees 3 rows before, 1 row after  [11 partitions]
       └─ select [v, t]  [11 partitions]
          └─ assign [s, v, t, u = 1]  [11 partitions]
             └─ assign [s, v, t = (s * 2)]  [11 partitions]
                └─ map-partitions closure (local function)  [11 partitions]
                   └─ constant 0 rows  [11 partitions]

    optimised plan (merge-projections)
    select [v]  [11 partitions]
    └─ map-overlap as-it-is (local function, meta inferred), sees 3 rows before, 1 row after  [11 partitions]
       └─ assign [v, t = (s * 2)]  [11 partitions]
          └─ map-partitions closure (local function)  [11 partitions]
             └─ constant 0 rows  [11 partitions]
    ");
    assert_eq!(whole.compute()?.num_rows(), 13);
    assert_eq!(calls.lock().expect("no panic").len(), 11);
    let seen = seen.lock().expect("no panic");
    assert!(seen.iter().all(|names| names == "v t"), "{seen:?}");
    Ok(())
}

/// Released rows are computed again, whatever order they come in.
#[test]
fn rows_that_were_held_can_be_released() -> swath::Result<()> {
    let df = frame(&session(2), &ragged(), Made::Held)?;
    let sums = df.groupby("v").sum("s")?.persist()?;
    assert_eq!(sums.npartitions(), 1);
    let beside = sums.map_overlap(MapOverlap::new(|part: Batch| part).before(1))?;
    sums.release();
    assert_eq!(beside.compute()?.num_rows(), 13);
    Ok(())
}

/// Only what is in reach is kept of a partition that others see: 96 MiB go through 48 MiB.
#[test]
fn memory_is_that_of_some_partitions() -> swath::Result<()> {
    const ROWS: i64 = 128 << 10;
    let session = Session::builder()
        .threads(1)
        .memory_limit("48MiB")
        .build()?;
    let made = FromMap::new(0..96_i64, |at: &i64| {
        Batch::from_columns([("v", (at * ROWS..(at + 1) * ROWS).collect::<Vec<i64>>())])
    });
    let df = session.from_map(made.meta([("v", "int64")]))?;
    let gain = |part: Batch| {
        let v: Vec<Option<i64>> = part.i64("v")?.iter().collect();
        let gain = |row: usize| Some(v[row]? - v[row.checked_sub(1)?]?);
        part.with("gain", (0..v.len()).map(gain).collect::<Vec<_>>())
    };
    let gain = MapOverlap::new(gain);
    let before = df.map_overlap(gain.clone().before(1))?;
    assert_eq!(before.sum("gain")?.get::<i64>()?, 96 * ROWS - 1);
    let after = df.map_overlap(gain.after(1))?;
    assert_eq!(after.sum("gain")?.get::<i64>()?, 96 * (ROWS - 1));
    Ok(())
}
