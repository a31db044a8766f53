//! Spans of time, which are measured along a column of sorted times.

use std::sync::Arc;
use std::time::Duration;

use swath::arrow::array::{ArrayRef, TimestampNanosecondArray, TimestampSecondArray};
use swath::prelude::*;
use swath::{FromMap, Halo, MapOverlap};

use super::{
    Made, Row, adding, batch, by_rows, by_time, cut, frame, ragged, said, session, sums_in,
};

/// Some centuries, and all the time that there is.
#[test]
fn spans_of_any_length() -> swath::Result<()> {
    const YEAR: u64 = 31_557_600;
    let years = |n: i64| n * YEAR as i64;
    let rows = vec![(years(-1200), 1), (years(-700), 2), (0, 4), (years(900), 8)];
    let df = frame(&session(2), &cut(&rows, &[1, 2, 3]), Made::Held)?;
    for (span, expected) in [
        (Halo::from(Duration::from_secs(700 * YEAR)), [1, 3, 6, 8]),
        (Halo::from(Duration::from_secs(1300 * YEAR)), [1, 3, 7, 12]),
        (Halo::from(Duration::MAX), [1, 3, 7, 15]),
        ("500000 d".into(), [1, 3, 7, 12]),
    ] {
        let whole = adding(|rows| by_rows(rows, 4, 0));
        let sums = df.map_overlap(whole.before(span.clone()).along("t"))?;
        assert_eq!(sums_in(&sums)?, expected, "{span}");
    }
    // The whole of what nanoseconds reach, which is more than half of what a count does.
    let ends = [i64::MIN, 0, i64::MAX];
    let parts = ends.map(|end| {
        let t: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![end]));
        Batch::from_columns([("v", vec![1_i64])])?.with("t", t)
    });
    let df = session(1).from_batches(parts.into_iter().collect::<Result<Vec<_>, _>>()?)?;
    let counted = |part: Batch| {
        let seen = part.num_rows() as i64;
        part.with("sum", vec![seen; part.num_rows()])
    };
    let all = MapOverlap::new(counted).before(Duration::MAX).along("t");
    assert_eq!(sums_in(&df.map_overlap(all)?)?, [1, 2, 3]);
    Ok(())
}

/// Known divisions say which partitions are in reach, and stay.
#[test]
fn spans_along_an_index_with_divisions() -> swath::Result<()> {
    let rows: Vec<Row> = (0..40).map(|at| (at * at / 4, at)).collect();
    let bounds = [0, 20, 21, 60, 200, 380, 400];
    let parts: Vec<Vec<Row>> = bounds
        .windows(2)
        .map(|of| {
            let own = |row: &&Row| of[0] <= row.0 && row.0 < of[1];
            rows.iter().filter(own).copied().collect()
        })
        .collect();
    let make = |rows: &Vec<Row>| batch(rows)?.select(["t", "s", "v"]);
    let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(bounds.to_vec()));
    let df = session(2).from_map(
        FromMap::new(parts, make)
            .meta([("t", "timestamp[s]"), ("s", "int64"), ("v", "int64")])
            .index("t")
            .divisions(seconds),
    )?;
    for (before, after) in [(0, 0), (5, 0), (0, 5), (30, 100), (1000, 1000)] {
        let overlap = adding(move |rows: &[Row]| by_time(rows, before, after))
            .before(format!("{before}s"))
            .after(format!("{after}s"))
            .keeps_divisions();
        let df = df.map_overlap(overlap)?;
        assert_eq!(df.index(), ["t"]);
        assert!(df.divisions().is_known());
        assert_eq!(sums_in(&df)?, by_time(&rows, before, after));
        // Some of the partitions alone.
        let some = df.partitions([4, 2])?;
        let all = by_time(&rows, before, after);
        let of = |from: i64, to: i64| {
            let at = |second| rows.partition_point(|row| row.0 < second);
            all[at(from)..at(to)].to_vec()
        };
        assert_eq!(sums_in(&some)?, [of(200, 380), of(21, 60)].concat());
    }
    Ok(())
}

/// A halo of time is looked at in one partition as in several.
#[test]
fn spans_need_sorted_rows_in_one_partition_too() -> swath::Result<()> {
    let mut rows = ragged().concat();
    let session = session(1);
    let hour = MapOverlap::new(|part: Batch| part).before("1h").along("t");
    let sorted = frame(&session, &[rows.clone()], Made::Held)?;
    assert_eq!(sorted.map_overlap(hour.clone())?.compute()?.num_rows(), 13);
    rows.swap(3, 4);
    let backwards = frame(&session, &[rows], Made::Held)?;
    insta::assert_snapshot!(said(backwards.map_overlap(hour.clone())?.compute()), @r"
    error[E0109]: partition 0 is not sorted by `t`: row 4 is earlier than the row before it
      at      crates/swath/tests/overlap/spans.rs:[line]
      task    map-overlap, partition 0
      stage   map-overlap
      fix     a span of time needs rows in the order of their times; a number of rows does not
    ");
    let nulls = sorted.assign(
        "t",
        when(col("v").eq(7))
            .then(lit(Value::Null))
            .otherwise(col("t")),
    )?;
    insta::assert_snapshot!(said(nulls.map_overlap(hour)?.compute()), @r"
    error[E0109]: `t` is null in some rows, and how far rows are from each other is measured along it
      at      crates/swath/tests/overlap/spans.rs:[line]
      task    map-overlap, partition 0
      stage   map-overlap
      fix     drop or fill them before: `dropna`, `fillna`
    ");
    Ok(())
}

/// Neighbours whose own partition nobody computes are looked at too.
#[test]
fn neighbours_have_to_be_sorted() -> swath::Result<()> {
    let parts = [
        vec![(10, 1), (0, 2), (20, 4)],
        vec![(20, 8)],
        vec![(25, 16), (21, 32), (40, 64)],
    ];
    let df = frame(&session(1), &parts, Made::Held)?;
    let hour = || MapOverlap::new(|part: Batch| part).along("t");
    let said = [hour().before("15s"), hour().after("5s")].map(|overlap| {
        let middle = df.map_overlap(overlap).and_then(|df| df.partitions([1]));
        said(middle.and_then(|df| df.compute()))
    });
    insta::assert_snapshot!(said.join("\n"), @r"
    error[E0109]: the partition is not sorted by `t`: row 1 is earlier than the row before it
      at      crates/swath/tests/overlap/spans.rs:[line]
      task    pipeline, partition 0
      stage   end
      for     partitions
      fix     a span of time needs rows in the order of their times; a number of rows does not
    error[E0109]: the partition is not sorted by `t`: row 1 is earlier than the row before it
      at      crates/swath/tests/overlap/spans.rs:[line]
      task    pipeline, partition 2
      stage   beginning
      for     partitions
      fix     a span of time needs rows in the order of their times; a number of rows does not
    ");
    Ok(())
}

/// A number of rows is measured along nothing: whatever is said of a column changes nothing.
#[test]
fn rows_are_not_measured_along_a_column() -> swath::Result<()> {
    let df = frame(&session(1), &ragged(), Made::Held)?;
    let same = MapOverlap::new(|part: Batch| part).reads(["v"]).before(2);
    let beside = df.map_overlap(same.clone())?;
    let along = df.map_overlap(same.along("t"))?;
    assert_eq!(along.columns(), ["v"]);
    assert_eq!(beside.columns(), ["v"]);
    Ok(())
}

/// What a function reads may not stand for the column that its halo is measured along.
#[test]
fn the_column_that_is_measured_keeps_its_name() -> swath::Result<()> {
    let df = frame(&session(1), &ragged(), Made::Held)?;
    let same = |reads: Vec<Expr>| {
        MapOverlap::new(|part: Batch| part)
            .reads(reads)
            .before("1h")
    };
    let plain = df.map_overlap(same(vec![col("t"), col("v")]).along("t"))?;
    assert_eq!(plain.compute()?.num_rows(), 13);
    let later = (col("s") + 1).alias("t");
    insta::assert_snapshot!(said(df.map_overlap(same(vec![later]).along("t"))), @r"
    error[E0105]: a span of time is measured along `t`, and the function reads something else by that name
      at      crates/swath/tests/overlap/spans.rs:[line], map_overlap
      fix     give what `.reads(..)` computes another name than `t`
    ");
    Ok(())
}
