//! What items of one computation share is read and computed once.

use std::path::Path;

use swath::prelude::*;

fn files(folder: &Path) -> swath::Result<()> {
    let session = Session::testing();
    let batch = |file: i64| {
        let rows: Vec<(i64, String, f64)> = (0..1000)
            .map(|row| {
                (
                    row % 7,
                    format!("name {}", row % 11),
                    (file * 1000 + row) as f64,
                )
            })
            .collect();
        Batch::from_rows(
            &rows
                .iter()
                .map(|(k, name, v)| Row { k: *k, name, v: *v })
                .collect::<Vec<_>>(),
        )
        .expect("rows of a struct")
    };
    session
        .from_batches((0..4).map(batch))?
        .to_parquet(folder)?;
    Ok(())
}

#[derive(serde::Serialize)]
struct Row<'a> {
    k: i64,
    name: &'a str,
    v: f64,
}

/// The counter of a computation, on a session with threads of its own.
fn counted<C: swath::Compute>(items: C, counter: &str) -> swath::Result<u64> {
    let run = swath::submit(items)?;
    while !run.is_done() {
        std::thread::yield_now();
    }
    let stats = run.stats();
    run.wait()?;
    Ok(stats.metrics.total(counter))
}

#[test]
fn two_queries_over_one_scan_read_every_byte_once() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    files(folder.path())?;
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    let df = session.read_parquet(folder.path())?;

    let both = df.select(["k", "name", "v"])?;
    let by_k = df.filter(col("v").gt(100))?.groupby("k").sum("v")?;
    let by_name = df.filter(col("v").lt(3900))?.groupby("name").mean("v")?;
    let alone = counted(&by_k, "bytes_read")? + counted(&by_name, "bytes_read")?;
    let together = counted((&by_k, &by_name), "bytes_read")?;
    let columns_once = counted(&both, "bytes_read")?;
    assert!(
        together <= columns_once,
        "{together} bytes together, {columns_once} for the columns once"
    );
    assert!(
        together < alone,
        "{together} bytes together, {alone} one after the other"
    );

    let (a, b) = swath::compute((&by_k, &by_name))?;
    a.assert_same_rows(&by_k.compute()?.batches());
    b.assert_same_rows(&by_name.compute()?.batches());
    Ok(())
}

#[test]
fn a_projection_reads_only_its_columns() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    files(folder.path())?;
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    let df = session.read_parquet(folder.path())?;
    let wide = counted(&df, "bytes_read")?;
    let narrow = counted(&df.sum("k")?, "bytes_read")?;
    assert!(narrow * 2 < wide, "{narrow} of {wide} bytes");
    Ok(())
}

#[test]
fn a_length_needs_no_rows() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    files(folder.path())?;
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    let df = session.read_parquet(folder.path())?;
    assert_eq!(counted(df.len(), "bytes_read")?, 0);
    assert_eq!(df.len().get::<i64>()?, 4000);
    // Nor where columns were chosen, renamed and computed before.
    let chosen = df
        .select(["v", "k"])?
        .rename([("k", "key")])?
        .assign("w", col("v") * 2)?;
    for (scalar, expected) in [
        (chosen.len(), 4000),
        (chosen.min("key")?, 0),
        (chosen.max("key")?, 6),
        (chosen.count("key")?, 4000),
    ] {
        assert_eq!(counted(&scalar, "bytes_read")?, 0);
        assert_eq!(scalar.get::<i64>()?, expected);
    }
    assert!(counted(&chosen.max("w")?, "bytes_read")? > 0);
    assert_eq!(chosen.max("w")?.get::<f64>()?, 7998.0);
    Ok(())
}

#[test]
fn persisted_partitions_are_found_by_an_equal_frame() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    files(folder.path())?;
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    let build = || {
        session
            .read_parquet(folder.path())?
            .filter(col("v").gt(100))
    };
    let held = build()?.persist()?;
    assert_eq!(
        counted(&build()?.sum("v")?, "bytes_read")?,
        0,
        "the held partitions are read"
    );
    held.release();
    assert!(
        counted(&build()?.sum("v")?, "bytes_read")? > 0,
        "they are computed again"
    );
    assert_eq!(
        held.len().get::<i64>()?,
        3899,
        "a released frame stays usable"
    );
    assert_eq!(session.memory_used(), 0);
    Ok(())
}

#[test]
fn a_top_n_reads_other_columns_only_where_it_must() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    files(folder.path())?;
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    let df = session.read_parquet(ReadParquet::new(folder.path()).split_row_groups(true))?;
    let top = df.nlargest(3, "v")?;
    let largest: Vec<f64> = top
        .compute()?
        .rows::<(i64, String, f64)>()?
        .map(|(.., v)| v)
        .collect();
    assert_eq!(largest, [3999.0, 3998.0, 3997.0]);
    let pruned = counted(&top, "row_groups_pruned")?;
    assert_eq!(pruned, 3, "three of four files hold only smaller values");
    Ok(())
}

#[test]
fn a_top_n_reads_what_footers_promise() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    // Values shuffled within a file, later files larger; a null, a NaN and a zero of each sign in the first.
    let batch = |file: i64| {
        let row = |row: i64| {
            let value = file * 100 + row * 37 % 100;
            let (minute, second) = (value / 60, value % 60);
            let time = format!("2026-01-01T00:{minute:02}:{second:02}");
            format!("{value},{}.5,name {value:04},{time}\n", value - 150)
        };
        let mut text: String = (0..100).map(row).collect();
        text.insert_str(0, "i,f,s,t\n");
        if file == 0 {
            text += ",,,\n0,NaN,,\n0,-0.0,a,\n0,0.0,a,\n";
        }
        Batch::from_csv(&text)
    };
    let memory = session.from_batches((0..4).map(batch).collect::<Result<Vec<_>, _>>()?)?;
    let memory = memory
        .assign("d", col("i").cast("decimal(9, 2)"))?
        .assign("u", col("i").cast("uint16"))?
        .assign("f32", col("f").cast("float32"))?
        .assign("b", col("i").gt(200))?
        .assign("c", col("s").cast("category"))?;
    memory.to_parquet(folder.path())?;
    let files = session.read_parquet(ReadParquet::new(folder.path()).split_row_groups(true))?;
    let twice = files.nlargest(2, ["f", "i", "f"])?.compute()?;
    let expected = memory.nlargest(2, ["f", "i", "f"])?.compute()?;
    assert_eq!(twice.to_string(), expected.to_string());
    for column in files.columns() {
        for n in [0, 1, 3, 150, 1000] {
            for (of_memory, of_files) in [
                (memory.nlargest(n, column)?, files.nlargest(n, column)?),
                (memory.nsmallest(n, column)?, files.nsmallest(n, column)?),
            ] {
                let (expected, found) = (of_memory.compute()?, of_files.compute()?);
                assert_eq!(found.to_string(), expected.to_string(), "{n} by {column}");
            }
        }
        if column == "b" || column == "c" {
            continue;
        }
        // The second round needs only the row group that the first one looked at.
        let pruned = counted(&files.nlargest(3, column)?, "row_groups_pruned")?;
        assert_eq!(pruned, 3, "the largest by {column}");
    }
    Ok(())
}

#[test]
fn what_succeeds_alone_succeeds_together() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let session = Session::testing();
    let numbers = "x,y\n-3,1\n-1,2\n0,3\n2,4\n5,9223372036854775807\n,6\n";
    let memory = session.from_batches([Batch::from_csv(numbers)?])?;
    memory.to_parquet(folder.path())?;
    let df = session.read_parquet(folder.path())?;
    let guarded = df
        .filter(col("x").ne(0))?
        .filter(lit(10).floordiv(col("x")).gt(1))?;
    let negative = df.filter(col("x").lt(0))?;
    // Only its second part guards the sum, and neither part guards the other queries.
    let no_overflow = df.filter(col("x").lt(5) & (col("y") + 1).gt(3))?;
    let cast = df
        .filter(col("y").lt(100))?
        .filter(col("y").cast("int8").gt(1))?;
    let lengths = |frames: &[&DataFrame]| -> swath::Result<Vec<i64>> {
        let lengths: Vec<Scalar> = frames.iter().map(|frame| frame.len()).collect();
        let values = swath::compute(&lengths)?;
        Ok(values
            .into_iter()
            .map(|value| i64::try_from(value).expect("a count"))
            .collect())
    };
    let all = [&guarded, &negative, &no_overflow, &cast];
    let alone: Vec<i64> = all
        .iter()
        .map(|frame| frame.len().get())
        .collect::<swath::Result<_>>()?;
    assert_eq!(alone, [2, 2, 2, 4]);
    assert_eq!(lengths(&all)?, alone);
    assert_eq!(lengths(&[&guarded, &negative])?, alone[..2]);
    assert_eq!(lengths(&[&no_overflow, &cast, &guarded])?, [2, 4, 2]);
    assert_eq!(lengths(&[&guarded, &df])?, [2, 6]);
    Ok(())
}
