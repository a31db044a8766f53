//! Functions that see rows of neighbouring partitions, against plain Rust over all rows at once, however these are cut.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use swath::arrow::array::{ArrayRef, TimestampNanosecondArray, TimestampSecondArray};
use swath::prelude::*;
use swath::{BatchError, FromMap, Halo, MapOverlap, Meta};

/// A second, and a number.
type Row = (i64, i64);

fn batch(rows: &[Row]) -> Result<Batch, BatchError> {
    let seconds: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let t: ArrayRef = Arc::new(TimestampSecondArray::from(seconds.clone()));
    Batch::from_columns([("s", seconds)])?
        .with("v", rows.iter().map(|row| row.1).collect::<Vec<i64>>())?
        .with("t", t)
}

/// How the partitions of a frame come to be: what is known of them differs.
#[derive(Clone, Copy, Debug)]
enum Made {
    /// Held, with a known number of rows.
    Held,
    /// What a filter leaves: nobody knows how many rows.
    Filtered,
    /// The same, held.
    Persisted,
    /// By a function.
    Mapped,
}

const MADE: [Made; 4] = [Made::Held, Made::Filtered, Made::Persisted, Made::Mapped];

fn frame(session: &Session, parts: &[Vec<Row>], made: Made) -> swath::Result<DataFrame> {
    let batches = |extra: bool| {
        let parts = parts.iter().map(move |rows| {
            let mut rows = rows.clone();
            if extra {
                // Rows that a filter takes out again, between the others.
                let second = rows.first().map_or(0, |row| row.0);
                rows.insert(0, (second, -1));
                let second = rows.last().map_or(0, |row| row.0);
                rows.push((second, -1));
            }
            batch(&rows)
        });
        parts.collect::<Result<Vec<_>, _>>()
    };
    let filtered = || {
        let all = session.from_batches(batches(true)?)?;
        all.filter(col("v").ge(0))
    };
    match made {
        Made::Held => session.from_batches(batches(false)?),
        Made::Filtered => filtered(),
        Made::Persisted => filtered()?.persist(),
        Made::Mapped => {
            let parts = parts.to_vec();
            session.from_map(FromMap::new(parts, |rows: &Vec<Row>| batch(rows)).meta([
                ("s", "int64"),
                ("v", "int64"),
                ("t", "timestamp[s]"),
            ]))
        }
    }
}

/// The sum of `v` over the rows that `of` says for each row.
fn sums(rows: &[Row], of: impl Fn(usize) -> std::ops::Range<usize>) -> Vec<i64> {
    let sum = |row| rows[of(row)].iter().map(|row| row.1).sum();
    (0..rows.len()).map(sum).collect()
}

/// The rows `before` and `after` a row, and itself.
fn by_rows(rows: &[Row], before: usize, after: usize) -> Vec<i64> {
    let n = rows.len();
    sums(rows, |row| {
        row.saturating_sub(before)..(row + after + 1).min(n)
    })
}

/// The rows that are no more seconds away, and the row itself.
fn by_time(rows: &[Row], before: i64, after: i64) -> Vec<i64> {
    sums(rows, |row| {
        let (from, to) = (rows[row].0 - before, rows[row].0 + after);
        rows.partition_point(|row| row.0 < from)..rows.partition_point(|row| row.0 <= to)
    })
}

fn rows_of(part: &Batch) -> Result<Vec<Row>, BatchError> {
    let (s, v) = (part.i64("s")?, part.i64("v")?);
    Ok(s.iter().flatten().zip(v.iter().flatten()).collect())
}

/// A function that adds what `of` makes of the rows it sees.
fn adding(of: impl Fn(&[Row]) -> Vec<i64> + Send + Sync + 'static) -> MapOverlap {
    let function = move |part: Batch| part.with("sum", of(&rows_of(&part)?));
    MapOverlap::new(function).meta(|meta: &Meta| meta.with("sum", "int64"))
}

fn sums_in(df: &DataFrame) -> swath::Result<Vec<i64>> {
    Ok(df
        .reset_index()?
        .select("sum")?
        .compute()?
        .rows::<(i64,)>()?
        .map(|row| row.0)
        .collect())
}

/// Cuts rows; equal numbers make empty partitions.
fn cut(rows: &[Row], cuts: &[usize]) -> Vec<Vec<Row>> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (rows.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(rows.len());
    let mut from = 0;
    cuts.into_iter()
        .map(|to| rows[std::mem::replace(&mut from, to)..to].to_vec())
        .collect()
}

fn session(threads: usize) -> Session {
    let session = Session::builder().threads(threads);
    session.memory_limit("64MiB").build().expect("a session")
}

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
      at      crates/swath/tests/overlap.rs:[line]
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
      at      crates/swath/tests/overlap.rs:[line]
      task    map-overlap, partition 0
      stage   map-overlap
      fix     drop or fill them before: `dropna`, `fillna`
    ");
    Ok(())
}

/// Partitions that are shorter than what is seen, and without rows, at the ends and between.
fn ragged() -> Vec<Vec<Row>> {
    let lengths = [0, 2, 0, 0, 1, 5, 1, 1, 0, 3, 0];
    let mut second = 0;
    let part = |length: &i64| {
        let rows = (0..*length).map(|_| {
            second += 1;
            (second * 10, second)
        });
        rows.collect()
    };
    lengths.iter().map(part).collect()
}

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

/// The same in Dask 2026.7.1 and pandas, whose spans leave their end out: for these functions that is no difference.
#[test]
fn dask_has_the_same() -> swath::Result<()> {
    let hours: Vec<Row> = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
        .iter()
        .zip(0..)
        .map(|(v, at)| (at * 6 * 3600, *v))
        .collect();
    let parts: Vec<Vec<Row>> = hours.chunks(3).map(<[Row]>::to_vec).collect();
    let df = frame(&session(2), &parts, Made::Held)?;
    let sum = |overlap: MapOverlap| sums_in(&df.map_overlap(overlap.along("t"))?);

    let three = |rows: &[Row]| by_rows(rows, 2, 0);
    assert_eq!(
        sum(adding(three).before(2))?,
        [3, 4, 8, 6, 10, 15, 16, 17, 13, 14, 13, 16]
    );
    let centred = |rows: &[Row]| by_rows(rows, 1, 1);
    assert_eq!(
        sum(adding(centred).before(1).after(1))?,
        [4, 8, 6, 10, 15, 16, 17, 13, 14, 13, 16, 13]
    );
    // A window of 25 hours that leaves its first moment out.
    let day = |rows: &[Row]| by_time(rows, 25 * 3600 - 1, 0);
    assert_eq!(
        sum(adding(day).before("25h"))?,
        [3, 4, 8, 9, 14, 20, 21, 23, 27, 25, 21, 27]
    );
    // Where Dask refuses: "Partition size is less than overlapping window size".
    let six = |rows: &[Row]| by_rows(rows, 5, 0);
    assert_eq!(
        sum(adding(six).before(5))?,
        [3, 4, 8, 9, 14, 23, 22, 27, 28, 30, 30, 29]
    );
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
      at      crates/swath/tests/overlap.rs:[line]
      task    pipeline, partition 0
      stage   end
      for     partitions
      fix     a span of time needs rows in the order of their times; a number of rows does not
    error[E0109]: the partition is not sorted by `t`: row 1 is earlier than the row before it
      at      crates/swath/tests/overlap.rs:[line]
      task    pipeline, partition 2
      stage   beginning
      for     partitions
      fix     a span of time needs rows in the order of their times; a number of rows does not
    ");
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
      at      crates/swath/tests/overlap.rs:[line], map_overlap
      fix     give what `.reads(..)` computes another name than `t`
    ");
    Ok(())
}

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

/// The text of an error, without lines and columns of this file.
#[track_caller]
fn said<T>(result: swath::Result<T>) -> String {
    let text = result.err().expect("a mistake").to_string();
    let mut parts = text.split("overlap.rs:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        shown.push_str("overlap.rs:[line]");
        if part[..part.len() - rest.len()].ends_with(':') {
            shown.push(':');
        }
        shown.push_str(rest);
    }
    shown
}

#[test]
fn what_goes_wrong() -> swath::Result<()> {
    let session = session(1);
    let df = frame(&session, &ragged(), Made::Held)?;
    let same = |part: Batch| part;
    let sees = |halo: Halo| MapOverlap::new(same).before(halo);
    let mut all = String::new();
    let mut note = |what: &str, text: String| {
        write!(all, "## {what}\n{text}\n\n").expect("a text grows");
    };
    note(
        "rows without an order",
        said(df.groupby("v").sum("s")?.map_overlap(sees(1.into()))),
    );
    let buckets = df.groupby("v").split_out(3).sum("s")?.persist()?;
    note(
        "rows without an order, held",
        said(buckets.map_overlap(sees(1.into()))),
    );
    note(
        "fewer rows than none",
        said(df.map_overlap(sees((-1).into()))),
    );
    note(
        "no span of time",
        said(df.map_overlap(sees("30 mni".into()))),
    );
    note("months", said(df.map_overlap(sees("2mo".into()))));
    note(
        "a negative span",
        said(df.map_overlap(MapOverlap::new(same).after("-1h"))),
    );
    note(
        "nothing to measure along",
        said(df.map_overlap(sees("1h".into()))),
    );
    note(
        "no column of times",
        said(df.map_overlap(sees("1h".into()).along("v"))),
    );
    note(
        "a column that is not there",
        said(df.map_overlap(sees("1h".into()).along("tt"))),
    );
    note(
        "another number of rows",
        said(
            df.map_overlap(MapOverlap::new(|part: Batch| part.head(2)).before(2))?
                .compute(),
        ),
    );
    let backwards = vec![vec![(1, 1), (2, 2)], vec![(9, 1), (8, 2)]];
    let backwards = frame(&session, &backwards, Made::Held)?;
    note(
        "a partition that is not sorted",
        said(
            backwards
                .map_overlap(sees("1h".into()).along("t"))?
                .compute(),
        ),
    );
    let backwards = vec![vec![(5, 1), (6, 2)], vec![], vec![(1, 1), (2, 2)]];
    let backwards = frame(&session, &backwards, Made::Held)?;
    note(
        "partitions that are not sorted",
        said(
            backwards
                .map_overlap(sees("1h".into()).along("t"))?
                .compute(),
        ),
    );
    let after = MapOverlap::new(same).after("1h").along("t");
    note(
        "partitions that are not sorted, seen from in front",
        said(backwards.map_overlap(after)?.compute()),
    );
    let nulls = df.assign(
        "t",
        when(col("v").eq(7))
            .then(lit(Value::Null))
            .otherwise(col("t")),
    )?;
    note(
        "rows without a time",
        said(nulls.map_overlap(sees("1h".into()).along("t"))?.compute()),
    );
    insta::assert_snapshot!(all);
    Ok(())
}
