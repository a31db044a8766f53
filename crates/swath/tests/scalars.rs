//! Lazy scalars inside expressions: what they read is found, held, computed again and read once, as what frames read is.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use swath::prelude::*;

const FILES: usize = 6;

fn write_files(folder: &Path) -> swath::Result<()> {
    let batch = |file: usize| {
        let line = |row: usize| format!("{},{}\n", row % 3, file * 50 + row);
        let lines: String = (0..50).map(line).collect();
        Batch::from_csv(&format!("k,v\n{lines}"))
    };
    let batches = (0..FILES).map(batch).collect::<Result<Vec<_>, _>>()?;
    Session::testing()
        .from_batches(batches)?
        .to_parquet(folder)?;
    Ok(())
}

/// A session and the rows that its tasks have read from files.
fn counting() -> swath::Result<(Session, Arc<AtomicU64>)> {
    let read = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&read);
    let observer = move |event: &swath::Event| {
        if let swath::Event::TaskFinished { metrics, .. } = event {
            count.fetch_add(metrics.total("rows_read"), Ordering::Relaxed);
        }
    };
    let session = Session::builder()
        .threads(1)
        .memory_limit("1GiB")
        .observer(observer)
        .build()?;
    Ok((session, read))
}

fn files(session: &Session, folder: &Path) -> swath::Result<DataFrame> {
    session.read_parquet(ReadParquet::new(folder).split_row_groups(false))
}

#[test]
fn a_scalar_over_a_released_frame_is_computed_again() -> swath::Result<()> {
    let session = Session::testing();
    let rows = Batch::from_csv("k,v\na,1\nb,7\na,2\nb,4\n")?;
    let df = session.from_batches([rows])?;
    let big = df.filter(col("v").gt(1))?.persist()?;
    let mean = big.mean("v")?;
    let above = df.filter(col("v").gt(&mean))?;
    let within = df.assign("w", col("v") - &mean)?;
    let grouped = df.groupby((col("v").gt(&mean)).alias("above")).size()?;
    // A scalar in the plan of a scalar.
    let most = df.filter(col("v").lt(&df.filter(col("v").gt(&mean))?.max("v")?))?;
    let before = swath::compute([&above, &within, &grouped, &most])?;
    big.release();
    for (frame, before) in [&above, &within, &grouped, &most].into_iter().zip(before) {
        assert_eq!(frame.compute()?.to_string(), before.to_string());
        let explained = frame.explain().to_string();
        assert!(!explained.contains("error"), "{explained}");
    }
    assert_eq!(above.compute()?.num_rows(), 1);
    assert_eq!(above.batches()?.count(), 1);
    Ok(())
}

#[test]
fn a_scalar_reads_what_was_persisted_later() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path())?;
    let (session, read) = counting()?;
    let df = files(&session, folder.path())?;
    let small = session.from_batches([Batch::from_csv("v\n1\n250\n")?])?;
    let above = small.filter(col("v").gt(&df.filter(col("k").eq(0))?.mean("v")?))?;
    let _held = df.filter(col("k").eq(0))?.persist()?;
    let before = read.load(Ordering::Relaxed);
    assert_eq!(above.compute()?.num_rows(), 1);
    assert_eq!(
        read.load(Ordering::Relaxed),
        before,
        "the held partitions are read"
    );
    Ok(())
}

#[test]
fn a_frame_whose_scalar_reads_held_rows_is_their_holder() -> swath::Result<()> {
    let session = Session::testing();
    let df = session.from_batches([Batch::from_csv("v\n1\n7\n")?])?;
    let held = df.filter(col("v").gt(0))?.persist()?;
    let _above = df.filter(col("v").gt(&held.mean("v")?))?;
    let holders = |session: &Session| {
        let listed = session.persisted();
        let of = listed
            .frames()
            .iter()
            .find(|frame| frame.rows == 2 && frame.name.starts_with("filter"));
        of.map(|frame| {
            frame
                .holders
                .iter()
                .map(|holder| holder.operation)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(holders(&session), Some(vec!["held", "filter"]));
    Ok(())
}

#[test]
fn files_that_a_scalar_reads_are_not_overwritten() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path())?;
    let session = Session::testing();
    let mean = files(&session, folder.path())?.mean("v")?;
    let small = session.from_batches([Batch::from_csv("v\n1\n250\n")?])?;
    let above = small.filter(col("v").gt(&mean))?;
    let error = above
        .to_parquet(ToParquet::new(folder.path()).overwrite())
        .expect_err("refused");
    assert_eq!(error.code(), "E0203", "{error}");
    Ok(())
}

#[test]
fn batches_compute_a_scalar_once() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path())?;
    let (session, read) = counting()?;
    let df = files(&session, folder.path())?;
    let above = df.filter(col("v").gt(&df.mean("v")?))?;
    let mut rows = 0;
    for batch in above.batches()? {
        rows += batch?.num_rows();
    }
    assert_eq!(rows, 150);
    let read = read.load(Ordering::Relaxed);
    assert!(
        read <= 2 * 50 * FILES as u64,
        "{read} rows read: the mean once, the rows once"
    );
    Ok(())
}

#[test]
fn scalars_are_computed_with_and_compared() -> swath::Result<()> {
    let session = Session::testing();
    let logs = session.from_batches([
        Batch::from_csv("level,ms\nERROR,10\nINFO,20\n")?,
        Batch::from_csv("level,ms\nINFO,30\nINFO,40\n")?,
    ])?;
    let error_rate = logs.filter(col("level").eq("ERROR"))?.len() / logs.len();
    assert_eq!(error_rate.dtype().to_string(), "float64");
    assert_eq!(error_rate.get::<f64>()?, 0.25);

    let (sum, n) = (logs.sum("ms")?, logs.len());
    assert_eq!((&sum - 1).get::<i64>()?, 99);
    assert_eq!((1 - &sum).get::<i64>()?, -99);
    assert_eq!((&sum * &n + 5).get::<i64>()?, 405);
    assert_eq!((&sum / &n).get::<f64>()?, 25.0);
    assert_eq!((&sum % 7).get::<i64>()?, 2);
    assert_eq!((-&sum).abs().get::<i64>()?, 100);
    assert_eq!(sum.floordiv(&n).get::<i64>()?, 25);
    assert!((sum.gt(99) & n.eq(4)).get::<bool>()?);
    assert!((!sum.lt(99) | n.ne(4)).get::<bool>()?);
    assert_eq!((2.5 * &n).cast("string").get::<String>()?, "10.0");
    let nothing = logs.filter(col("ms").lt(0))?.max("ms")?;
    assert_eq!((&nothing + 1).get::<Option<i64>>()?, None);
    assert!(nothing.isna().get::<bool>()?);
    assert_eq!(nothing.fillna(7).get::<i64>()?, 7);

    // Within an expression, and beside one.
    let slow = logs.filter(col("ms").gt(&sum / &n))?;
    assert_eq!(slow.len().get::<i64>()?, 2);
    let share = logs.assign("share", col("ms") / &sum)?;
    assert_eq!(share.max("share")?.get::<f64>()?, 0.4);
    let left = logs.assign("left", sum.clone() - col("ms"))?;
    assert_eq!(left.min("left")?.get::<i64>()?, 60);
    Ok(())
}

#[test]
fn the_log_pipeline_of_hourly_counts_and_an_error_rate() -> swath::Result<()> {
    let session = Session::testing();
    let raw = session.from_batches([
        Batch::from_csv(
            "hour,user_id,level,status\n1,a,ERROR,ok\n1,b,INFO,ok\n1,b,INFO,invalid\n",
        )?,
        Batch::from_csv("hour,user_id,level,status\n2,a,INFO,ok\n2,a,INFO,ok\n")?,
    ])?;
    let cleaned = raw.filter(col("status").ne("invalid"))?.persist()?;
    let hourly = cleaned.groupby("hour").sort(true).size()?;
    let users = cleaned.groupby("user_id").sort(true).size()?;
    let error_rate = cleaned.filter(col("level").eq("ERROR"))?.len() / cleaned.len();
    let (hourly, users, error_rate) = swath::compute((&hourly, &users, &error_rate))?;
    assert_eq!(
        hourly.rows::<(i64, i64)>()?.collect::<Vec<_>>(),
        [(1, 2), (2, 2)]
    );
    assert_eq!(
        users.rows::<(String, i64)>()?.collect::<Vec<_>>(),
        [("a".into(), 3), ("b".into(), 1)]
    );
    assert_eq!(error_rate, Value::from(0.25));
    Ok(())
}

#[test]
fn scalars_that_do_not_go_together_are_told_when_they_are_computed() -> swath::Result<()> {
    let session = Session::testing();
    let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    let wrong = df.max("k")? - df.sum("v")?;
    assert_eq!(wrong.dtype().to_string(), "null");
    let alone = wrong.compute().expect_err("text less a number");
    assert_eq!(
        alone.location().map(|at| at.file.ends_with("scalars.rs")),
        Some(true),
        "{alone}"
    );
    let together = swath::compute((&df, &wrong)).expect_err("the same");
    assert_eq!(alone.kind(), together.kind());
    let within = df.filter(col("v").gt(&wrong)).expect_err("the same");
    assert_eq!(alone.kind(), within.kind());

    let other = Session::testing();
    let foreign = other.from_batches([Batch::from_csv("v\n1\n")?])?.sum("v")?;
    let mixed = (df.sum("v")? + foreign)
        .compute()
        .expect_err("two sessions");
    assert_eq!(mixed.kind(), &swath::ErrorKind::Sessions);
    Ok(())
}
