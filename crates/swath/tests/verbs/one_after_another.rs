//! Frames one after another.

use swath::prelude::*;
use swath::{DType, Join, concat};

use super::frame;

#[test]
fn frames_one_after_another() -> swath::Result<()> {
    let session = Session::builder()
        .threads(3)
        .memory_limit("64MiB")
        .build()?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let a = frame(&session, &[40])?;
    a.select(["row", "key"])?
        .astype([("row", "int32")])?
        .to_parquet(folder.path())?;
    let b = session.read_parquet(folder.path())?;
    let both = concat([&a, &b, &a], Join::Outer)?;
    assert_eq!(both.columns(), ["key", "value", "row"]);
    assert_eq!(both.meta().dtype("row")?, &DType::Int64);
    assert_eq!(both.npartitions(), 2 + 1 + 2);
    let total: i64 = (0..97).sum();
    assert_eq!(both.sum("row")?.get::<i64>()?, 3 * total);
    assert_eq!(
        both.count("value")?.get::<u64>()?,
        2 * a.count("value")?.get::<u64>()?
    );
    // Filters, choices of columns and partitions go through.
    let some = both.filter(col("row").lt(10))?.select(["row"])?;
    let found: Vec<i64> = some
        .compute()?
        .rows::<(i64,)>()?
        .map(|(row,)| row)
        .collect();
    assert_eq!(
        found,
        [0..10, 0..10, 0..10]
            .into_iter()
            .flatten()
            .collect::<Vec<i64>>()
    );
    assert_eq!(both.partitions([3])?.compute()?.num_rows(), 40);
    let streamed: usize = both
        .batches()?
        .map(|batch| batch.map(|batch| batch.num_rows()))
        .sum::<swath::Result<_>>()?;
    assert_eq!(streamed, 3 * 97);
    let counts = both.groupby("key").size()?.sum("size")?.get::<u64>()?;
    assert_eq!(counts, 3 * a.count("key")?.get::<u64>()?);
    let inner = concat([&a, &b], Join::Inner)?;
    assert_eq!(inner.columns(), ["key", "row"]);
    assert_eq!(inner.drop_duplicates("row")?.compute()?.num_rows(), 97);
    // One that is shared with a wider reader.
    let (rows, sum) = swath::compute((&inner.select(["row"])?, &b.count("key")?))?;
    assert_eq!(
        (rows.num_rows(), u64::try_from(sum)?),
        (194, a.count("key")?.get::<u64>()?)
    );

    let text = session.from_batches([Batch::from_csv("row\nx\n")?])?;
    let error = concat([&a, &text], Join::Outer)
        .expect_err("no dtype holds both")
        .to_string();
    assert!(
        error.contains("`concat` puts `row`, which is int64, and `row`, which is string"),
        "{error}"
    );
    let other = frame(&Session::testing(), &[])?;
    assert!(concat([&a, &other], Join::Outer).is_err());
    Ok(())
}

#[test]
fn divisions_of_frames_one_after_another() -> swath::Result<()> {
    let session = Session::testing();
    let df = frame(&session, &[])?;
    let by = |from: i64, to: i64| {
        let some = df.filter(col("row").ge(from) & col("row").lt(to))?;
        some.groupby("row").sort(true).sum("value")
    };
    let both = concat([&by(0, 10)?, &by(10, 20)?], Join::Outer)?;
    assert_eq!((both.index(), both.columns()), (vec!["row"], vec!["value"]));
    assert_eq!(both.compute()?.num_rows(), 20);
    // Another index: it becomes data.
    let other = concat([&by(0, 10)?, &df], Join::Inner)?;
    assert_eq!(other.index(), Vec::<&str>::new());
    assert_eq!(other.columns(), ["row", "value"]);
    Ok(())
}
