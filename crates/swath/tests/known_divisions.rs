//! Frames with an index whose divisions are known: every verb against the same frame without an index.
//!
//! A case says which divisions come out; that every partition keeps to them is checked on its rows.

use std::path::Path;

use swath::prelude::*;

/// Rows of each file: `id` ascends over the files, `k` repeats, `v` is in no order.
const FILES: i64 = 4;
const ROWS: i64 = 10;

fn write_files(folder: &Path) -> swath::Result<()> {
    let batch = |file: i64| {
        let line = |id: i64| {
            let k = ["a", "b", "c"][(id % 3) as usize];
            format!("{id},{k},{}.5\n", id * 7 % 40)
        };
        let lines: String = (file * ROWS..(file + 1) * ROWS).map(line).collect();
        Batch::from_csv(&format!("id,k,v\n{lines}"))
    };
    let batches = (0..FILES).map(batch).collect::<Result<Vec<_>, _>>()?;
    Session::testing()
        .from_batches(batches)?
        .to_parquet(folder)?;
    Ok(())
}

/// The divisions as their labels, or what is said of them otherwise.
fn divisions(frame: &DataFrame) -> String {
    let bounds = frame.divisions().bounds();
    bounds.map_or_else(|| frame.divisions().to_string(), ToString::to_string)
}

/// Asserts that the rows of every partition are where the divisions say.
#[track_caller]
fn assert_divisions_hold(frame: &DataFrame, what: &str) -> swath::Result<()> {
    let Some(bounds) = frame.divisions().bounds() else {
        return Ok(());
    };
    for partition in 0..frame.npartitions() {
        for batch in frame.partitions(partition)?.compute()?.record_batches() {
            let keys = &batch.columns()[..frame.index().len()];
            let checked = bounds.check(partition, keys);
            assert!(checked.is_ok(), "{what}: {checked:?}");
        }
    }
    Ok(())
}

/// A verb, or several, over a frame with or without an index.
type Verbs = fn(&DataFrame) -> swath::Result<DataFrame>;

/// What comes of a frame with the divisions `(0, 10, 20, 30, 39)`: the index, the divisions.
const CASES: &[(&str, Verbs, &[&str], &str)] = &[
    (
        "as it is",
        |df| df.label("df").head(swath::Head::new(100).all_partitions()),
        &["id"],
        "(0, 39)",
    ),
    (
        "filter",
        |df| df.filter(col("v").gt(20)),
        &["id"],
        "(0, 10, 20, 30, 39)",
    ),
    (
        "filter on the index",
        |df| df.filter(col("id").ge(12) & col("id").lt(25)),
        &["id"],
        "(0, 10, 20, 30, 39)",
    ),
    (
        "filter by a lazy scalar",
        |df| df.filter(col("v").gt(&df.mean("v")?)),
        &["id"],
        "(0, 10, 20, 30, 39)",
    ),
    (
        "assign",
        |df| df.assign("w", col("v") * 2 + col("id")),
        &["id"],
        "(0, 10, 20, 30, 39)",
    ),
    (
        "assign to the index",
        |df| df.assign("id", -col("id")),
        &["id"],
        "Unknown(4 partitions)",
    ),
    (
        "select",
        |df| df.select(["id", "v"]),
        &["id"],
        "(0, 10, 20, 30, 39)",
    ),
    ("drop", |df| df.drop("k"), &["id"], "(0, 10, 20, 30, 39)"),
    (
        "rename",
        |df| df.rename([("v", "w")]),
        &["id"],
        "(0, 10, 20, 30, 39)",
    ),
    (
        "rename the index",
        |df| df.rename([("id", "number")]),
        &["number"],
        "(0, 10, 20, 30, 39)",
    ),
    (
        "reset_index",
        |df| df.reset_index(),
        &[],
        "Unknown(4 partitions)",
    ),
    (
        "explode",
        |df| {
            let twice = col("k").str().cat(",x").str().split(",");
            df.assign("twice", twice)?.explode("twice")
        },
        &["id"],
        "(0, 10, 20, 30, 39)",
    ),
    ("head", |df| df.head(3), &["id"], "(0, 10)"),
    ("tail", |df| df.tail(3), &["id"], "(30, 39)"),
    (
        "partitions",
        |df| df.partitions(1..3),
        &["id"],
        "(10, 20, 30)",
    ),
    (
        "partitions, not in order",
        |df| df.partitions([2, 0]),
        &["id"],
        "Unknown(2 partitions)",
    ),
    (
        "repartition to fewer",
        |df| df.repartition(2),
        &["id"],
        "(0, 20, 39)",
    ),
    (
        "repartition to more",
        |df| df.repartition(8),
        &["id"],
        "(0, 5, 10, 15, 20, 25, 30, 34, 39)",
    ),
    (
        "repartition to more, then one column",
        |df| df.repartition(8)?.select("v"),
        &["id"],
        "(0, 5, 10, 15, 20, 25, 30, 34, 39)",
    ),
    (
        "repartition to more, a filter after",
        |df| df.repartition(8)?.filter(col("k").eq("a")),
        &["id"],
        "(0, 5, 10, 15, 20, 25, 30, 34, 39)",
    ),
    (
        "repartition to more, groups",
        |df| df.repartition(20)?.groupby("k").sum("v"),
        &["k"],
        "Unknown(1 partition)",
    ),
    (
        "repartition to more, groups of the index",
        |df| df.repartition(20)?.groupby("id").size(),
        &["id"],
        "Unknown(1 partition)",
    ),
    (
        "repartition to more, largest",
        |df| df.repartition(20)?.nlargest(5, "v")?.select("v"),
        &["id"],
        "Unknown(1 partition)",
    ),
    (
        "repartition to more and to fewer",
        |df| df.repartition(13)?.repartition(3)?.select("k"),
        &["id"],
        "",
    ),
    (
        "repartition to more than there are labels",
        |df| df.repartition(50),
        &["id"],
        "Unknown(50 partitions)",
    ),
    (
        "persist",
        |df| df.filter(col("v").lt(30))?.persist(),
        &["id"],
        "(0, 10, 20, 30, 39)",
    ),
    (
        "persist, repartition to more",
        |df| df.persist()?.repartition(8)?.groupby("k").mean("v"),
        &["k"],
        "Unknown(1 partition)",
    ),
    (
        "groups of the index",
        |df| df.groupby("id").sum("v"),
        &["id"],
        "Unknown(1 partition)",
    ),
    (
        "groups of the index and a column",
        |df| df.groupby(["id", "k"]).split_out(3).max("v"),
        &["id", "k"],
        "Unknown(3 partitions)",
    ),
    (
        "nlargest",
        |df| df.nlargest(5, "v"),
        &["id"],
        "Unknown(1 partition)",
    ),
    (
        "nsmallest by the index",
        |df| df.nsmallest(5, "id"),
        &["id"],
        "Unknown(1 partition)",
    ),
];

#[test]
fn verbs_keep_index_and_divisions() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path())?;
    let session = Session::testing();
    let read = ReadParquet::new(folder.path()).split_row_groups(false);
    let plain = session.read_parquet(read.clone())?;
    let indexed = session.read_parquet(read.index("id"))?;
    assert_eq!(divisions(&indexed), "(0, 10, 20, 30, 39)");
    assert_eq!(indexed.columns(), ["k", "v"]);
    for (what, verbs, index, expected) in CASES {
        let (found, wanted) = (verbs(&indexed)?, verbs(&plain)?);
        assert_eq!(found.index(), *index, "{what}");
        if !expected.is_empty() {
            assert_eq!(divisions(&found), *expected, "{what}");
        }
        assert_divisions_hold(&found, what)?;
        let (found, wanted) = (found.compute()?, wanted.compute()?);
        // What chooses columns chooses them from the data columns: the index comes along.
        let names: Vec<&str> = wanted.meta().names().collect();
        let rows = |table: &Table| rows_of(table, &names);
        assert_eq!(rows(&found), rows(&wanted), "{what}");
        assert!(found.num_rows() > 0, "{what}");
    }
    Ok(())
}

/// The rows as text, of these columns, sorted.
fn rows_of(table: &Table, columns: &[&str]) -> Vec<String> {
    let row = |row| {
        let cells = columns.iter().map(|column| table.value(column, row));
        let cells = cells.map(|cell| cell.expect("a column of both").to_string());
        cells.collect::<Vec<_>>().join(",")
    };
    let mut rows: Vec<String> = (0..table.num_rows()).map(row).collect();
    rows.sort();
    rows
}

#[test]
fn reductions_over_finer_partitions() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path())?;
    let session = Session::testing();
    let read = ReadParquet::new(folder.path()).split_row_groups(false);
    let df = session.read_parquet(read.index("id"))?;
    let fine = df.repartition(20)?;
    assert_eq!(fine.sum("v")?.get::<f64>()?, df.sum("v")?.get::<f64>()?);
    assert_eq!(fine.len().get::<i64>()?, FILES * ROWS);
    assert_eq!(fine.max("id")?.get::<i64>()?, 39);
    Ok(())
}

#[test]
fn files_restore_index_and_divisions() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(&folder.path().join("in"))?;
    let session = Session::testing();
    let read = ReadParquet::new(folder.path().join("in")).split_row_groups(false);
    let df = session.read_parquet(read.index("id"))?;
    // The second partition loses all its rows, and the fourth its last label.
    let some = df.filter((col("id").lt(10) | col("id").ge(20)) & col("id").ne(39))?;
    for (name, frame, expected) in [
        ("whole", &df, "(0, 10, 20, 30, 39)"),
        ("with an empty partition", &some, "(0, 10, 20, 30, 39)"),
        (
            "finer",
            &df.repartition(8)?,
            "(0, 5, 10, 15, 20, 25, 30, 34, 39)",
        ),
    ] {
        let to = folder.path().join(name);
        frame.to_parquet(&*to)?;
        let back = session.read_parquet(ReadParquet::new(&*to).split_row_groups(false))?;
        assert_eq!(back.index(), ["id"], "{name}");
        assert_eq!(divisions(&back), expected, "{name}");
        assert_divisions_hold(&back, name)?;
        back.compute()?
            .assert_same_rows(&frame.compute()?.batches());
        assert_eq!(
            back.select("v")?.sum("v")?.get::<f64>()?,
            frame.sum("v")?.get::<f64>()?
        );
    }
    Ok(())
}

/// Files whose last label is the first of the next: days 0 to 6 of five rows, cut every eight rows.
fn write_days(folder: &Path) -> swath::Result<()> {
    let line = |row: i64| {
        format!(
            "{},{},{row}\n",
            row / 5,
            ["a", "b", "c"][(row % 3) as usize]
        )
    };
    let batch = |file: i64| {
        let lines: String = (file * 8..(file * 8 + 8).min(35)).map(line).collect();
        Batch::from_csv(&format!("day,k,v\n{lines}"))
    };
    let batches = (0..5).map(batch).collect::<Result<Vec<_>, _>>()?;
    Session::testing()
        .from_batches(batches)?
        .to_parquet(folder)?;
    Ok(())
}

#[test]
fn rows_of_one_label_in_two_files_are_in_one_partition() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_days(folder.path())?;
    let session = Session::testing();
    let read = ReadParquet::new(folder.path()).split_row_groups(false);
    let plain = session.read_parquet(read.clone())?;
    let days = session.read_parquet(read.index("day"))?;
    assert_eq!(divisions(&days), "(0, 1, 3, 4, 6, 6)");
    let cases: &[(&str, Verbs)] = &[
        ("as it is", |df| Ok(df.clone())),
        ("without the index", |df| df.select(["v", "k"])),
        ("filter", |df| df.filter(col("v").gt(9) & col("v").lt(33))),
        ("groups", |df| df.groupby("k").sum("v")),
        ("groups of the index", |df| {
            df.groupby("day")
                .agg([("n", Agg::size()), ("last", col("v").max())])
        }),
        ("groups in several partitions", |df| {
            df.groupby(["day", "k"]).split_out(3).sum("v")
        }),
        ("largest", |df| df.nlargest(7, "v")),
        ("largest by the index", |df| df.nlargest(11, ["day", "v"])),
        ("fewer", |df| df.repartition(2)?.filter(col("v").ne(8))),
        ("more", |df| df.repartition(6)?.groupby("k").mean("v")),
        ("persisted", |df| df.persist()?.groupby("k").max("v")),
    ];
    for (what, verbs) in cases {
        let (found, wanted) = (verbs(&days)?, verbs(&plain)?);
        assert_divisions_hold(&found, what)?;
        let (found, wanted) = (found.compute()?, wanted.compute()?);
        let names: Vec<&str> = wanted.meta().names().collect();
        assert_eq!(rows_of(&found, &names), rows_of(&wanted, &names), "{what}");
    }
    let values = |frame: &DataFrame| -> swath::Result<Vec<String>> {
        Ok(rows_of(&frame.select("v")?.compute()?, &["v"]))
    };
    let text = |values: &[i64]| -> Vec<String> {
        let mut text: Vec<String> = values.iter().map(ToString::to_string).collect();
        text.sort();
        text
    };
    // One partition reads the end of the file before, and leaves its own to the one after.
    assert_eq!(
        values(&days.partitions(1)?)?,
        text(&[5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    );
    assert_eq!(values(&days.partitions([3, 1])?)?.len(), 20);
    assert_eq!(values(&days.partitions([1, 1])?)?.len(), 20);
    assert_eq!(
        days.partitions(1..3)?.sum("v")?.get::<i64>()?,
        (5..20).sum::<i64>()
    );
    assert_eq!(
        days.head(2)?
            .select("v")?
            .compute()?
            .rows::<(i64, i64)>()?
            .collect::<Vec<_>>(),
        [(0, 0), (0, 1)]
    );
    assert_eq!(values(&days.tail(2)?)?, text(&[33, 34]));
    assert_eq!(days.len().get::<i64>()?, 35);
    assert_eq!(days.filter(col("v").ge(0))?.len().get::<i64>()?, 35);
    let mut rows = 0;
    for batch in days.filter(col("v").ge(&days.min("v")?))?.batches()? {
        rows += batch?.num_rows();
    }
    assert_eq!(rows, 35);
    let (all, one) = swath::compute((&days.sum("v")?, &days.partitions(2)?.sum("v")?))?;
    assert_eq!(
        (i64::try_from(all)?, i64::try_from(one)?),
        ((0..35).sum(), (15..20).sum())
    );
    Ok(())
}

/// What a function promises of its rows is looked at: a label that belongs into another partition is an error, also where nobody
/// reads the labels afterwards.
#[test]
fn a_promise_to_keep_divisions_that_is_broken_is_told() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path())?;
    let read = ReadParquet::new(folder.path()).split_row_groups(false);
    let df = Session::testing().read_parquet(read.index("id"))?;
    assert_eq!(df.npartitions() as i64, FILES);
    let first = df.partitions(0)?.compute()?.batches()[0].clone();
    let always_first = MapPartitions::new(move |_: Batch| first.clone());
    let broken = df.map_partitions(
        always_first
            .meta(|meta: &swath::Meta| Ok(meta.clone()))
            .keeps_divisions(),
    )?;
    assert_eq!(divisions(&broken), divisions(&df));
    for computed in [
        broken.compute().err(),
        broken.select("v")?.tail(1)?.compute().err(),
        broken.sum("v")?.compute().err(),
    ] {
        let error = computed.expect("rows of another partition").to_string();
        assert!(
            error.contains("was said to keep the divisions and does not"),
            "{error}"
        );
    }
    // Where the promise is kept nothing is wrong.
    assert_eq!(broken.partitions(0)?.compute()?.num_rows() as i64, ROWS);
    Ok(())
}
