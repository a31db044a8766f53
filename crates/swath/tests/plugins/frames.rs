//! Functions of several frames, out of plugins.

use std::fmt::Write as _;

use swath::prelude::*;
use swath::{FromMap, Shuffle, map_partitions};

use crate::isolated::apart;
use crate::scene::{elsewhere_with, in_parts, linked, loaded, said};

/// Keys from 0 to 19 and their numbers, divided at these keys.
fn divided(
    session: &Session,
    bounds: &'static [i64],
    value: &'static str,
) -> swath::Result<DataFrame> {
    let parts = bounds.windows(2).map(|ends| (ends[0], ends[1]));
    let map = FromMap::new(parts, move |(from, to): &(i64, i64)| {
        let keys: Vec<i64> = (*from..*to).collect();
        let values: Vec<i64> = keys.iter().map(|key| key * 10).collect();
        let more: Vec<String> = keys.iter().map(|key| format!("more of {key}")).collect();
        Batch::from_columns([("k", keys)])?
            .with(value, values)?
            .with("more", more)
    });
    let map = map.meta([("k", "int64"), (value, "int64"), ("more", "string")]);
    session.from_map(map.index("k").divisions(bounds.to_vec()))
}

fn frames(session: &Session) -> swath::Result<[DataFrame; 2]> {
    let left = divided(session, &[0, 5, 10, 20], "v")?;
    let right = divided(session, &[2, 10, 15, 20], "w")?;
    Ok([left, right])
}

fn summed(how: &str) -> swath::PluginFunction {
    plugin("tried.summed").param("how", how)
}

type Row = (i64, i64, String, Option<i64>);

/// The rows that come out of two frames: `right` has no keys below 2.
fn expected() -> Vec<Row> {
    let row = |key: i64| {
        let sum = if key < 2 { 0 } else { key * 10 };
        (key, key * 10, format!("more of {key}"), Some(sum))
    };
    (0..20).map(row).collect()
}

fn check(session: &Session) -> swath::Result<()> {
    let [left, right] = frames(session)?;
    let all = map_partitions([&left, &right], summed(""))?;
    assert_eq!(all.columns(), ["v", "more", "sum"]);
    // Cut at the boundaries of both, which stay known.
    assert_eq!(all.npartitions(), 5);
    assert!(all.divisions().is_known());
    assert_eq!(all.compute()?.rows()?.collect::<Vec<Row>>(), expected());
    let whole = map_partitions([&left, &right], summed("").param("whole", true))?;
    assert_eq!(whole.npartitions(), 3);
    assert_eq!(whole.compute()?.rows()?.collect::<Vec<Row>>(), expected());
    Ok(())
}

#[test]
fn it_sees_the_partitions_that_belong_together() -> swath::Result<()> {
    check(&linked())?;
    check(&loaded().0)
}

#[test]
fn in_a_process_of_its_own_too() -> swath::Result<()> {
    let (session, folder) = apart(2);
    check(&session)?;
    // A crash of the first attempt is made up for, and all frames come again.
    let [left, right] = frames(&session)?;
    let mark = folder.path().join("mark");
    let how = format!("once: {}: segv", mark.display());
    let all = map_partitions([&left, &right], summed(&how))?;
    assert_eq!(all.compute()?.rows()?.collect::<Vec<Row>>(), expected());
    assert!(mark.exists());
    let error = map_partitions([&left, &right], summed("segv"))?.compute();
    assert!(said(error).contains("SIGSEGV"));
    Ok(())
}

#[test]
fn in_another_process_that_runs_its_tasks() -> swath::Result<()> {
    let (session, _worker) = elsewhere_with(true);
    let frame = |value: &'static str, parts: usize| -> swath::Result<DataFrame> {
        let df = in_parts(&session, parts)?;
        let numbers = df.select([col("z").alias("k"), (col("z") * 10).alias(value)])?;
        numbers.shuffle(Shuffle::on("k").npartitions(3))
    };
    let (left, right) = (frame("v", 2)?, frame("w", 5)?);
    let all = map_partitions([&left, &right], summed(""))?;
    let mut rows: Vec<(i64, i64, i64)> = all.compute()?.rows()?.collect();
    rows.sort_unstable();
    let expected = (0..100).map(|key| (key, key * 10, key * 10));
    assert_eq!(rows, expected.collect::<Vec<_>>());
    Ok(())
}

/// Of frames beside the first, what the function does not read is not read either.
#[test]
fn what_is_read_of_each_frame() -> swath::Result<()> {
    let session = linked();
    let [left, right] = frames(&session)?;
    let all = map_partitions([&left, &right], summed(""))?;
    insta::assert_snapshot!(all.select(["sum"])?.explain());
    // One whose answer depends on what it does not read is given all.
    let looks = map_partitions([&left, &right], summed("looks at all"))?;
    assert_eq!(looks.columns(), ["k", "v", "more", "sum"]);
    Ok(())
}

#[test]
fn what_goes_wrong() -> swath::Result<()> {
    let session = linked();
    let [left, right] = frames(&session)?;
    let mut shown = String::new();
    let mut says = |what: &str, result: swath::Result<DataFrame>| {
        let error = said(result.and_then(|df| df.compute()));
        writeln!(shown, "--- {what}\n{error}").expect("a text");
    };
    says("one frame", left.map_partitions(summed("")));
    says("three", map_partitions([&left, &right, &right], summed("")));
    says("two of one", {
        let scale = plugin("tried.scale").param("column", "v");
        map_partitions([&left, &right], scale)
    });
    says(
        "a scalar",
        map_partitions([&left, &right], plugin("tried.plus_one")),
    );
    says(
        "no such column",
        map_partitions([&left, &right.select(["more"])?], summed("")),
    );
    says(
        "not aligned",
        map_partitions([&left, &right.reset_index()?], summed("")),
    );
    for how in ["halo", "chunks", "whole first", "fewer", "panic", "fail"] {
        says(how, map_partitions([&left, &right], summed(how)));
    }
    says("said by the caller", {
        let options = MapPartitions::new(summed("")).whole(1);
        map_partitions([&left, &right], options)
    });
    says("unsorted", {
        let down = right.map_partitions(
            MapPartitions::new(|part: Batch| {
                let w: Vec<i64> = part.i64("w")?.iter().flatten().map(|w| -w).collect();
                part.with("w", w)
            })
            .meta([("k", "int64"), ("w", "int64"), ("more", "string")])
            .keeps_divisions(),
        )?;
        map_partitions([&left, &down], summed("sorted"))
    });
    insta::assert_snapshot!(shown);
    Ok(())
}
