//! Functions of partitions, out of plugins.

use std::sync::atomic::Ordering;

use swath::prelude::*;
use swath::{BatchError, ErrorKind, FromMap};

use crate::other;
use crate::scene::{
    behave, elsewhere_with, in_parts, linked, loaded, rows_of, said, scale, totals,
};

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
        refused(plugin("other.around")),
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

    error[E0402]: `tried.behave`: panicked: no plan, tests/plugin/src/lib.rs:[line]
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions

    error[E0110]: `other@0.1.0.around` sees rows of neighbouring partitions, and `map_partitions` has none for it
      at      crates/swath/tests/plugins/partitions.rs:[line], map_partitions
      fix     write `df.map_overlap(plugin("other@0.1.0.around"))`

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
    error[E0402]: `tried.behave`: panicked: no rate for chf, tests/plugin/src/lib.rs:[line]
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
