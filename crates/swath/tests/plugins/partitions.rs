//! Functions of partitions, out of plugins.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{BatchError, ErrorKind, FromMap, MapOverlap};

use crate::other;

use crate::scene::{in_parts, library, linked, loaded, said, totals};
use crate::worker::{Worker, elsewhere};

/// A session with a plugin, whose tasks run in a process that has it or has not.
pub(crate) fn elsewhere_with(has: bool) -> (Session, Worker) {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::builder().plugin_copies(folder.path().join("copies"));
    let library = library();
    let (session, worker) = elsewhere(session, has.then_some(&*library));
    session.load_plugin(library).expect("a plugin");
    (session, worker)
}

fn scale(factor: f64) -> swath::PluginFunction {
    plugin("tried.scale")
        .param("column", "x")
        .param("factor", factor)
}

type Row = (String, Option<f64>, i64);

fn rows_of(df: &DataFrame) -> swath::Result<Vec<Row>> {
    Ok(df.compute()?.rows()?.collect())
}

fn behave(how: &str) -> swath::PluginFunction {
    plugin("tried.behave").param("how", how)
}

#[test]
fn it_gives_what_a_closure_gives() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        for parts in [1, 7, 64] {
            let df = in_parts(&session, parts)?;
            let ours = df.assign("x", col("x") * 2.0)?;
            for theirs in [df.map_partitions(scale(2.0))?, df.map_batches(scale(2.0))?] {
                assert_eq!(theirs.columns(), ["k", "x", "z"]);
                assert_eq!(theirs.npartitions(), parts);
                assert_eq!(rows_of(&theirs)?, rows_of(&ours)?);
            }
            let whole = df.map_partitions(behave("nothing"))?;
            assert_eq!(rows_of(&whole)?, rows_of(&df)?);
        }
    }
    Ok(())
}

#[test]
fn it_knows_its_partition() -> swath::Result<()> {
    let df = in_parts(&linked(), 4)?.map_partitions(behave("place"))?;
    let df = df.select(["number", "count"])?;
    let places: Vec<(i64, i64)> = df.compute()?.rows()?.collect();
    assert_eq!(places, [(0, 4), (1, 4), (2, 4), (3, 4)]);
    Ok(())
}

/// Only the columns that somebody wants or the function reads are read, and filters on others go below it.
#[test]
fn what_it_does_not_read_is_not_read_for_it() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let session = linked();
    in_parts(&session, 2)?.to_parquet(folder.path().join("x"))?;
    let df = session
        .read_parquet(folder.path().join("x"))?
        .map_partitions(scale(2.0))?;
    let plan = |df: &DataFrame| df.explain().to_string();
    let sums = df.groupby("k").sum("x")?;
    assert!(plan(&sums).contains("columns [k, x]"), "{}", plan(&sums));
    let filtered = df.filter(col("z").gt(90))?.select(["x"])?;
    assert!(
        plan(&filtered).contains("where (z > 90)"),
        "{}",
        plan(&filtered)
    );
    assert_eq!(
        filtered.sum("x")?.get::<f64>()?,
        2.0 * (91..100).map(f64::from).sum::<f64>()
    );
    // What it makes is not known below it.
    let filtered = df.filter(col("x").gt(100.0))?;
    assert!(!plan(&filtered).contains("where"), "{}", plan(&filtered));
    assert_eq!(filtered.len().get::<i64>()?, 49);
    // A row for each row: how many there are the footers know.
    assert_eq!(df.map_partitions(behave("panic"))?.len().get::<i64>()?, 100);
    Ok(())
}

#[test]
fn divisions_and_order_stay_as_it_says() -> swath::Result<()> {
    let session = linked();
    let parts = FromMap::new([0_i64, 10], |start: &i64| {
        Batch::from_columns([("t", vec![*start, *start + 5])])
            .and_then(|batch| batch.with("x", vec![1.0, 2.0]))
    });
    let parts = parts
        .meta([("t", "int64"), ("x", "float64")])
        .index("t")
        .divisions([0_i64, 10, 20]);
    let df = session.from_map(parts)?;
    let scaled = df.map_partitions(scale(3.0))?;
    assert!(scaled.divisions().is_known());
    assert_eq!(scaled.sum("x")?.get::<f64>()?, 18.0);
    let placed = df.map_partitions(behave("place"))?;
    assert!(!placed.divisions().is_known());
    let unordered = placed
        .repartition(1)?
        .assign("before", col("number").shift(1));
    insta::assert_snapshot!(said(unordered), @r"
    error[E0109]: `number.shift(1)` reads rows in their order, and map-partitions promises none
      at      crates/swath/tests/plugins/partitions.rs:[line], assign
      fix     compute it before `map_partitions`, or call a function there that promises to keep the order
    ");
    Ok(())
}

#[test]
fn seeds_are_those_of_function_and_partition() -> swath::Result<()> {
    let df = in_parts(&linked(), 3)?;
    let seeds = |number: i64| -> swath::Result<Vec<u64>> {
        let seeds = df.map_partitions(plugin("other.seeds").param("number", number))?;
        let seeds = seeds.compute()?;
        Ok(seeds.rows::<(u64,)>()?.map(|(seed,)| seed).collect())
    };
    let (one, other) = (seeds(1)?, seeds(2)?);
    assert_eq!(one, seeds(1)?, "each run has the same");
    let all: std::collections::BTreeSet<_> = one.iter().chain(&other).collect();
    assert_eq!(all.len(), 6);
    Ok(())
}

#[test]
fn rows_have_to_come_in_the_order_that_it_needs() -> swath::Result<()> {
    let df = in_parts(&linked(), 3)?;
    for chunks in [false, true] {
        let in_order = |by: &[&str]| {
            let by = Value::List(by.iter().map(|name| Value::from(*name)).collect());
            plugin("other.in_order")
                .param("by", by)
                .param("chunks", chunks)
        };
        assert_eq!(
            df.map_partitions(in_order(&["z"]))?.compute()?.num_rows(),
            100
        );
        let error = said(df.map_partitions(in_order(&["k", "z"]))?.compute());
        insta::allow_duplicates! { insta::assert_snapshot!(error, @r"
        error[E0110]: `other@0.1.0.in_order` needs the rows of each partition sorted by `k`, `z`, and row 3 of partition 0 comes before the one in front of it
          at      crates/swath/tests/plugins/partitions.rs:[line]
          task    map-partitions
          stage   map-partitions
          fix     sort each partition by `k`, `z` before, or read files that are
        "); }
        let error = said(df.map_partitions(in_order(&["w"])));
        insta::allow_duplicates! { insta::assert_snapshot!(error, @r"
        error[E0401]: `other.in_order`: it needs a column that is not there: no column `w`; columns are `k`, `x`, `z`
          at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions
        "); }
    }
    Ok(())
}

#[test]
fn what_does_not_fit_is_said_before_data_is_read() -> swath::Result<()> {
    let df = in_parts(&linked(), 2)?;
    let refused = |function: swath::PluginFunction| said(df.map_partitions(function));
    let all = [
        refused(plugin("tried.plus_one")),
        refused(plugin("tried.sum")),
        refused(plugin("tried.scale")),
        refused(plugin("tried.scale").param("column", "w")),
        refused(plugin("tried.scale").param("column", "k")),
        refused(scale(-1.0)),
        refused(scale(1.0).param("by", 1)),
        refused(behave("refuse")),
        refused(behave("panic in bind")),
        refused(plugin("other.neighbours")),
        said(df.map_partitions(MapPartitions::new(scale(1.0)).reads(["x"]))),
    ];
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    error[E0110]: `tried.plus_one` is a scalar function, and is used as a partition function
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions
      fix     write `plugin("tried.plus_one").call([col("…")])` in an expression, as in `df.assign("…", …)`

    error[E0110]: `tried.sum` is an aggregate, and is used as a partition function
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions
      fix     write `.agg([("…", plugin("tried.sum").agg(col("…")))])`

    error[E0105]: `tried.scale`: parameter `column` is missing: a string that has no default
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions

    error[E0103]: `tried.scale`: no column `w`; columns are `k`, `x`, `z`
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions

    error[E0103]: `tried.scale`: column `k` is string, and must be float64
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions

    error[E0105]: `tried.scale`: parameter `factor` must be at least 0, not -1
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions

    error[E0105]: `tried.scale`: no parameter `by`; parameters are `column`, `factor`
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions

    error[E0110]: `tried.behave`: not today
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions

    error[E0402]: `tried.behave`: panicked: no plan
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions

    error[E0110]: `other@0.1.0.neighbours` sees rows of neighbouring partitions, and `map_partitions` has none for it
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions
      fix     write `df.map_overlap(plugin("other@0.1.0.neighbours"))`

    error[E0110]: `tried.scale` says itself what it returns, reads and sees, and was given `.reads(..)`
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions
      fix     leave `.reads(..)` out
    "#);
    Ok(())
}

#[test]
fn what_goes_wrong_is_an_error_of_the_run() -> swath::Result<()> {
    let df = in_parts(&linked(), 2)?;
    let mut all = Vec::new();
    for how in ["panic", "error", "rows", "column", "reserve"] {
        let mapped = df.map_partitions(behave(how))?;
        all.push(format!("## {how}\n{}", said(mapped.compute())));
        assert_eq!(df.len().get::<i64>()?, 100, "the session goes on");
    }
    insta::assert_snapshot!(all.join("\n\n"), @r"
    ## panic
    error[E0402]: `tried.behave`: panicked: no rate for chf
      at      crates/swath/tests/plugins/partitions.rs:[line]
      task    map-partitions
      stage   map-partitions

    ## error
    error[E0401]: `tried.behave`: no rate
      at      crates/swath/tests/plugins/partitions.rs:[line]
      task    map-partitions
      stage   map-partitions

    ## rows
    error[E0401]: `tried.behave`: returned 1 rows for 50, and declared that it keeps them
      at      crates/swath/tests/plugins/partitions.rs:[line]
      task    map-partitions
      stage   map-partitions

    ## column
    error[E0401]: `tried.behave`: returned other columns than it declared: the columns do not match the meta; extra: [more], missing: []
      column  found  expected
      more    int64  -
      at      crates/swath/tests/plugins/partitions.rs:[line]
      task    map-partitions
      stage   map-partitions

    ## reserve
    error[E0301]: 1 TiB are needed for what a function asked for, and 240 MiB are left: of the limit of 256 MiB, 16 MiB are scratch of 1 thread and 3.2 KiB are held
      at      crates/swath/tests/plugins/partitions.rs:[line]
      task    map-partitions
      held    3.2 KiB rows from memory (crates/swath/tests/plugins/scene.rs:[line])
      fix     raise memory_limit, select fewer columns or smaller partitions, or take a large result with `batches()` or `to_parquet`
    ");
    let error = df.map_partitions(behave("panic"))?.compute().err();
    assert!(matches!(
        error.expect("a panic").kind(),
        ErrorKind::Panic { .. }
    ));
    Ok(())
}

/// How long it takes to end after it was cancelled.
fn cancelled(query: &DataFrame) -> swath::Result<Duration> {
    let run = query.submit()?;
    std::thread::sleep(Duration::from_millis(50));
    let asked = Instant::now();
    run.cancel();
    let error = run.wait().expect_err("it was cancelled");
    assert_eq!(error.kind(), &ErrorKind::Cancelled, "{error}");
    Ok(asked.elapsed())
}

#[test]
fn endless_ones_are_cancelled() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        let df = in_parts(&session, 2)?;
        let mut queries = vec![df.map_partitions(behave("endless"))?];
        if session.plugins().iter().count() > 1 {
            queries.push(df.assign("y", plugin("other.endless_rows").call("x"))?);
            queries.push(df.agg([plugin("other.endless_groups").agg("x")])?);
        }
        for query in queries {
            // The machine may be busy: what takes too long is tried again.
            let mut took = cancelled(&query)?;
            for _ in 0..2 {
                if took > Duration::from_millis(100) {
                    took = took.min(cancelled(&query)?);
                }
            }
            assert!(took <= Duration::from_millis(100), "{took:?}");
        }
    }
    Ok(())
}

/// Until somebody computes, only parameters and columns are looked at.
#[test]
fn nothing_is_called_before_it_is_computed() -> swath::Result<()> {
    let session = linked();
    let calls = || other::CALLS.load(Ordering::Relaxed);
    let counted = in_parts(&session, 7)?.map_partitions(plugin("other.counted"))?;
    assert_eq!(counted.meta().len(), 4);
    assert!(counted.explain().to_string().contains("counted"));
    let sum = counted.sum("more")?;
    assert_eq!(calls(), 0);
    assert_eq!(sum.get::<f64>()?, 4999.0);
    assert_eq!(calls(), 7);

    // What cannot be is said without a look at the source.
    let source = FromMap::new([0_i64], |_: &i64| -> Result<Batch, BatchError> {
        unreachable!("nobody wants it read")
    });
    let source = session.from_map(source.meta([("x", "float64")]))?;
    insta::assert_snapshot!(said(source.map_partitions(plugin("tried.scale").param("column", "w"))), @r"
    error[E0103]: `tried.scale`: no column `w`; columns are `x`
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions
    ");
    source
        .map_partitions(scale(2.0))?
        .compute()
        .expect_err("it is read here");
    Ok(())
}

/// Neighbours are seen however partitions are cut, those without rows among them.
#[test]
fn any_cut_has_the_same_visits() -> swath::Result<()> {
    let session = linked();
    // Gaps of 7 to 41 minutes, by three users.
    let mut minutes = 0;
    let rows = (0..60_i64).map(|row| {
        minutes += 7 + row * 17 % 35;
        let (hour, minute) = (minutes / 60, minutes % 60);
        let (day, hour) = (5 + hour / 24, hour % 24);
        format!(
            "{},2026-01-{day:02}T{hour:02}:{minute:02}:00\n",
            ["a", "b", "c"][(row * row % 3) as usize]
        )
    });
    let rows = Batch::from_csv(&format!("uid,ts\n{}", rows.collect::<String>()))?;
    let visits = |parts: usize| -> swath::Result<Vec<bool>> {
        let n = rows.num_rows();
        let cuts = (0..parts).map(|part| (part * n / parts, (part + 1) * n / parts));
        let cut = cuts.flat_map(|(from, to)| [rows.slice(from, to - from), rows.head(0)]);
        let df = session.from_batches(cut.collect::<Vec<_>>())?;
        let visits = plugin("other.visit_starts")
            .param("user", "uid")
            .param("time", "ts");
        let starts = df.map_overlap(visits)?.select(["visit_start"])?.compute()?;
        Ok(starts.rows::<(bool,)>()?.map(|(start,)| start).collect())
    };
    let expected = visits(1)?;
    let starts = expected.iter().filter(|start| **start).count();
    assert!((10..50).contains(&starts), "{starts}");
    for parts in [2, 7, 64] {
        assert_eq!(visits(parts)?, expected, "{parts} partitions");
    }
    Ok(())
}

/// Every task is encoded and runs in a second process, which has the plugin, or has not.
#[test]
fn tasks_in_a_second_process() -> swath::Result<()> {
    let query = |session: &Session| -> swath::Result<DataFrame> {
        let df = in_parts(session, 3)?.map_partitions(scale(2.0))?;
        let df = df.assign("y", plugin("tried.plus_one").call("x"))?;
        df.groupby("k")
            .sort(true)
            .agg([plugin("tried.sum").agg("y")])
    };
    let here = totals(&query(&loaded().0)?)?;
    let (away, _worker) = elsewhere_with(true);
    assert_eq!(totals(&query(&away)?)?, here);

    let (away, _worker) = elsewhere_with(false);
    let hashless = |text: String| {
        let (start, rest) = text.split_once(" (").expect("a hash");
        let (_, end) = rest.split_once(") that").expect("a hash");
        format!("{start} ([hash]) that{end}")
    };
    let df = in_parts(&away, 3)?;
    let all = [
        hashless(said(df.map_partitions(scale(2.0))?.compute())),
        hashless(said(
            df.assign("y", plugin("tried.plus_one").call("x"))?
                .compute(),
        )),
        hashless(said(df.agg([plugin("tried.sum").agg("x")])?.compute())),
    ];
    insta::assert_snapshot!(all.join("\n\n"), @r"
    error[E0401]: this process has not the plugin of `tried@0.1.0.scale` ([hash]) that the task was made with
      at      crates/swath/tests/plugins/partitions.rs:[line]
      task    map-partitions
      stage   map-partitions

    error[E0401]: field `function` of `call`: this process has not the plugin of `tried@0.1.0.plus_one` ([hash]) that the task was made with
      at      crates/swath/tests/plugins/partitions.rs:[line]
      task    assign
      stage   assign

    error[E0401]: this process has not the plugin of `tried@0.1.0.sum` ([hash]) that the task was made with
      at      crates/swath/tests/plugins/partitions.rs:[line]
      task    pipeline
      stage   select → group-input → group-partial
      for     reduce
    ");
    Ok(())
}

/// Only the function that asked for its neighbours' rows is handed them, not one that follows in the same task.
#[test]
fn what_comes_after_neighbours_sees_its_own_rows() -> swath::Result<()> {
    for parts in [1, 7, 64] {
        let df = in_parts(&linked(), parts)?;
        let expected = rows_of(&df.assign("x", col("x") * 2.0)?)?;
        let beside = df.map_overlap(plugin("other.neighbours"))?;
        let kept = |chunks: bool| {
            plugin("other.in_order")
                .param("by", Value::List(Vec::new().into()))
                .param("chunks", chunks)
        };
        assert_eq!(rows_of(&beside.map_partitions(scale(2.0))?)?, expected);
        for chunks in [false, true] {
            let after = beside
                .map_partitions(kept(chunks))?
                .map_partitions(scale(2.0))?;
            assert_eq!(rows_of(&after)?, expected);
        }
        let again = beside
            .map_overlap(plugin("other.neighbours"))?
            .map_overlap(kept(false))?;
        assert_eq!(rows_of(&again.map_partitions(scale(2.0))?)?, expected);
    }
    Ok(())
}

/// The consumer of program P6: what one team wrote, another uses.
#[test]
fn one_team_uses_what_another_wrote() -> swath::Result<()> {
    let session = linked();
    println!("{}", session.plugins());
    let parts = [
        "uid,ts,dist\na,2026-01-05T12:00:00,1.5\nb,2026-01-05T12:05:00,2.0\na,2026-01-05T12:10:00,\na,2026-01-05T12:50:00,4.0\n",
        "uid,ts,dist\nb,2026-01-05T13:00:00,8.0\na,2026-01-05T13:10:00,1.0\nb,2026-01-05T13:29:00,0.5\n",
    ];
    let parts = parts.map(Batch::from_csv);
    let trips = session.from_batches(parts.into_iter().collect::<Result<Vec<_>, _>>()?)?;
    let visits = plugin("other@0.1.visit_starts")
        .param("user", "uid")
        .param("time", "ts");
    let trips = trips
        .assign("far", plugin("tried.plus_one").call([col("dist")]))?
        .map_overlap(visits.clone())?;
    let starts: Vec<bool> = trips
        .select(["visit_start"])?
        .compute()?
        .rows::<(bool,)>()?
        .map(|(start,)| start)
        .collect();
    // `a` at 13:10 belongs to the visit of 12:50, which is in the partition before.
    assert_eq!(starts, [true, true, false, true, true, false, false]);
    let by_user = trips.groupby("uid").sort(true).agg([
        ("visits", col("visit_start").cast("int64").sum()),
        ("far", plugin("tried.sum").agg(col("far"))),
    ])?;
    let by_user: Vec<(String, i64, f64)> = by_user.compute()?.rows()?.collect();
    assert_eq!(by_user, [("a".into(), 2, 9.5), ("b".into(), 2, 13.5)]);

    // What the function says itself nobody else does, and without its neighbours it is not called.
    insta::assert_snapshot!(said(trips.map_overlap(MapOverlap::new(visits.clone()).before(1))), @r"
    error[E0110]: `other@0.1.visit_starts` says itself what it returns, reads and sees, and was given `.before(..)`
      at      crates/swath/tests/plugins/partitions.rs:[line], map_overlap
      fix     leave `.before(..)` out
    ");
    insta::assert_snapshot!(said(trips.map_partitions(visits)), @r#"
    error[E0110]: `other@0.1.0.visit_starts` sees rows of neighbouring partitions, and `map_partitions` has none for it
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions
      fix     write `df.map_overlap(plugin("other@0.1.0.visit_starts"))`
    "#);
    Ok(())
}

/// A column that the function makes itself is not that of its input, though it has the name and the dtype.
#[test]
fn what_it_makes_does_not_pass_it_by() -> swath::Result<()> {
    let df = in_parts(&linked(), 4)?;
    let ones = df.map_partitions(plugin("other.ones").param("reads", "z"))?;
    assert_eq!(ones.filter(col("x").gt(5.0))?.compute()?.num_rows(), 0);
    assert_eq!(ones.sum("x")?.compute()?, Value::from(100.0));
    Ok(())
}

/// What nobody wants and the function does not read is left out, but not what it is sorted by or has looked at.
#[test]
fn columns_that_it_needs_stay_though_it_does_not_read_them() -> swath::Result<()> {
    let df = in_parts(&linked(), 4)?;
    let reads = plugin("other.ones").param("reads", "k");
    for needs in [
        reads.clone().param("sorted_by", "z"),
        reads.param("looks_at", "z"),
    ] {
        let ones = df.map_partitions(needs)?;
        assert_eq!(ones.groupby("k").sum("x")?.compute()?.num_rows(), 3);
        assert_eq!(ones.sum("x")?.compute()?, Value::from(100.0));
    }
    Ok(())
}
