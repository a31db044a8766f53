//! Partitioners out of plugins.

use swath::prelude::*;
use swath::{BatchError, ErrorKind, Shuffle};

use crate::scene::{elsewhere_with, in_parts, linked, loaded, said};

fn in_turn(from: i64) -> swath::PluginFunction {
    plugin("tried.in_turn").param("from", from)
}

/// The numbers in each partition.
fn placed(df: &DataFrame) -> swath::Result<Vec<Vec<i64>>> {
    let numbers = |partition| -> swath::Result<Vec<i64>> {
        let rows = df.partitions(partition)?.select("z")?.compute()?;
        Ok(rows.rows::<(i64,)>()?.map(|row| row.0).collect())
    };
    (0..df.npartitions()).map(numbers).collect()
}

#[test]
fn it_places_rows_as_a_closure_does() -> swath::Result<()> {
    let by_rest = |keys: Batch, n: usize| -> Result<Vec<usize>, BatchError> {
        let numbers = keys.i64("z")?;
        let place = |number: Option<i64>| (number.unwrap_or(0) + 2).rem_euclid(n as i64) as usize;
        Ok(numbers.iter().map(place).collect())
    };
    for session in [linked(), loaded().0] {
        for parts in [1, 7] {
            let df = in_parts(&session, parts)?;
            let on = || Shuffle::on("z").npartitions(4);
            let theirs = df.shuffle(on().by(in_turn(2)))?;
            let ours = df.shuffle(on().by(by_rest))?;
            assert_eq!(placed(&theirs)?, placed(&ours)?);
            // All columns, where none are named.
            let alone = df.select("z")?.shuffle(in_turn(2))?;
            assert_eq!(alone.npartitions(), parts);
            assert_eq!(alone.len().get::<i64>()?, 100);
            assert!(theirs.same_as(&df.shuffle(on().by(in_turn(2)))?));
            assert!(!theirs.same_as(&df.shuffle(on().by(in_turn(3)))?));
            let plan = theirs.explain().to_string();
            assert!(plan.contains(".in_turn(from=2) of [z]"), "{plan}");
        }
    }
    Ok(())
}

/// Its tasks are data: a process that has the plugin runs them.
#[test]
fn other_processes_place_rows_too() -> swath::Result<()> {
    let (session, _worker) = elsewhere_with(true);
    let df = in_parts(&session, 3)?.shuffle(Shuffle::on("z").by(in_turn(0)))?;
    let thirds = [0, 1, 2].map(|first| (first..100).step_by(3).collect::<Vec<i64>>());
    assert_eq!(placed(&df)?, thirds);
    Ok(())
}

#[test]
fn what_goes_wrong_with_partitioners() -> swath::Result<()> {
    let session = linked();
    let df = in_parts(&session, 2)?;
    let on = |column: &str| Shuffle::on(column).npartitions(3);
    let other = df.shuffle(on("z").by(plugin("tried.sum")));
    insta::assert_snapshot!(said(other), @r#"
    error[E0110]: `tried.sum` is an aggregate, and is used as a partitioner
      at      crates/swath/tests/plugins/placing.rs:[line], shuffle
      fix     write `.agg([("…", plugin("tried.sum").agg(col("…")))])`
    "#);
    let other = df.map_partitions(in_turn(0));
    insta::assert_snapshot!(said(other), @r#"
    error[E0110]: `tried.in_turn` is a partitioner, and is used as a partition function
      at      crates/swath/tests/plugins/placing.rs:[line], map_partitions
      fix     write `df.shuffle(Shuffle::on(["…"]).by(plugin("tried.in_turn")))`
    "#);
    let text = df.shuffle(on("k").by(in_turn(0)));
    insta::assert_snapshot!(said(text), @r"
    error[E0110]: `tried.in_turn`: it takes one int64
      at      crates/swath/tests/plugins/placing.rs:[line], shuffle
    ");
    let params = df.shuffle(on("z").by(plugin("tried.in_turn").param("form", 1)));
    insta::assert_snapshot!(said(params), @r"
    error[E0105]: `tried.in_turn`: no parameter `form`; did you mean `from`? parameters are `from`, `at_null`
      at      crates/swath/tests/plugins/placing.rs:[line], shuffle
    ");
    // It sends nulls where nothing is.
    let nulls = [Some(4_i64), None, Some(5)].to_vec();
    let nulls = session.from_batches([Batch::from_columns([("z", nulls)])?])?;
    let nulls = nulls.shuffle(on("z").by(in_turn(0)))?.compute();
    let error = nulls.as_ref().expect_err("it fails");
    assert!(!matches!(error.kind(), ErrorKind::Backend), "{error}");
    insta::assert_snapshot!(said(nulls), @r"
    error[E0401]: `tried.in_turn`: returned partition 3 for row 1, and there are 3
      at      crates/swath/tests/plugins/placing.rs:[line]
      task    pipeline
      stage   read
      for     collect → shuffle
    ");
    Ok(())
}
