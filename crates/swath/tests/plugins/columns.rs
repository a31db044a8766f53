//! Columns that functions of partitions read, make and need.

use swath::prelude::*;

use crate::scene::{behave, in_parts, linked, scale};

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

/// What it does not read and does not return is in its input all the same when it says so.
#[test]
fn a_column_that_it_leaves_out_has_to_be_there() -> swath::Result<()> {
    let df = in_parts(&linked(), 4)?;
    let ones = plugin("other.ones").param("reads", "k");
    let ones = df.map_partitions(ones.param("leaves_out", "z"))?;
    assert_eq!(ones.meta().names().collect::<Vec<_>>(), ["k", "x"]);
    assert_eq!(ones.sum("x")?.compute()?, Value::from(100.0));
    assert_eq!(ones.compute()?.num_rows(), 100);
    Ok(())
}

/// What it only wants the rows to be sorted by is read for it, and nothing else is that it does not read.
#[test]
fn what_rows_are_sorted_by_is_read_and_no_more() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let session = linked();
    in_parts(&session, 2)?.to_parquet(folder.path().join("x"))?;
    let ones = plugin("other.ones").param("reads", "x");
    let ones = session
        .read_parquet(folder.path().join("x"))?
        .map_partitions(ones.param("sorted_by", "z"))?;
    let ones = ones.select(["x"])?;
    let plan = ones.explain().to_string();
    assert!(plan.contains("columns [x, z]"), "{plan}");
    assert_eq!(ones.sum("x")?.compute()?, Value::from(100.0));
    Ok(())
}
