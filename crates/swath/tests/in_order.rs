//! Expressions that read other rows than their own, against plain Rust over the same rows, however these come.

use swath::prelude::*;
use swath::{DropDuplicates, ErrorKind};

/// A label, a number with nulls, a text with nulls, a time.
type Row = (i64, Option<f64>, Option<String>, i64);

fn rows() -> Vec<Row> {
    (0..20_000_i64)
        .map(|row| {
            let value = (row % 7 != 3).then(|| ((row * 37) % 101) as f64 / 4.0);
            let text = (row % 5 > 1).then(|| format!("some text {}", row % 13));
            (row, value, text, row * 3 % 17)
        })
        .collect()
}

fn batch(rows: &[Row]) -> swath::Result<Batch> {
    let texts: Vec<Option<String>> = rows.iter().map(|row| row.2.clone()).collect();
    Ok(
        Batch::from_columns([("id", rows.iter().map(|row| row.0).collect::<Vec<i64>>())])?
            .with(
                "x",
                rows.iter().map(|row| row.1).collect::<Vec<Option<f64>>>(),
            )?
            .with("text", texts)?
            .with("n", rows.iter().map(|row| row.3).collect::<Vec<i64>>())?,
    )
}

/// The same rows from memory, from files of small row groups, and persisted, each in one partition that was several.
fn check<T>(expected: &[T], ask: impl Fn(&DataFrame) -> swath::Result<DataFrame>)
where
    T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let rows = rows();
    for (threads, cuts) in [(1, vec![]), (3, vec![0, 1, 7000, 7000, 16_500])] {
        let session = Session::builder()
            .threads(threads)
            .memory_limit("64MiB")
            .build()
            .expect("a session");
        let ends = cuts.iter().copied().chain([rows.len()]);
        let begins = std::iter::once(0).chain(cuts.iter().copied());
        let batches = begins.zip(ends);
        let batches = batches.map(|(from, to)| batch(&rows[from..to]).expect("rows"));
        let memory = session.from_batches(batches).expect("a frame");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = ToParquet::new(folder.path()).row_group_rows(1000);
        memory.to_parquet(write).expect("written");
        let files = session.read_parquet(folder.path()).expect("files");
        let persisted = files.persist().expect("room");
        for df in [memory, files, persisted] {
            let one = df.repartition(1).expect("one partition");
            let table = ask(&one).and_then(|df| df.compute()).expect("an answer");
            let found: Vec<T> = table.rows().expect("rows").collect();
            assert_eq!(found.len(), expected.len());
            let wrong = (0..found.len()).find(|&row| found[row] != expected[row]);
            if let Some(row) = wrong {
                assert_eq!(found[row], expected[row], "row {row}, {threads} threads");
            }
        }
        assert_eq!(session.memory_used(), 0);
    }
}

#[test]
fn the_rows_before_and_behind() {
    let all = rows();
    let at = |row: i64| usize::try_from(row).ok().and_then(|row| all.get(row));
    let expected: Vec<(Option<f64>, Option<String>, Option<i64>)> = (0..all.len() as i64)
        .map(|row| {
            let change = at(row - 1).and_then(|before| Some(all[row as usize].1? - before.1?));
            let text = at(row + 2).and_then(|behind| behind.2.clone());
            (change, text, at(row - 9000).map(|before| before.3))
        })
        .collect();
    check(&expected, |df| {
        df.select([
            col("x").diff(1).alias("change"),
            col("text").shift(-2).alias("text"),
            col("n").shift(9000).alias("far"),
        ])
    });
}

#[test]
fn totals_up_to_each_row_and_what_is_made_of_them() {
    let all = rows();
    let (mut sum, mut best, mut share) = (0, 0, 0.0);
    let expected: Vec<(i64, i64, Option<f64>, u64)> = all
        .iter()
        .enumerate()
        .map(|(number, (_, x, _, n))| {
            sum += n;
            best = best.max(*n);
            let x = x.map(|x| {
                share += x * 2.0;
                share
            });
            (sum, best - n, x, number as u64)
        })
        .collect();
    check(&expected, |df| {
        let df = df.assign("sum", col("n").cumsum())?;
        let df = df.assign("below", col("n").cummax() - col("n"))?;
        let df = df.assign("doubled", (col("x") * 2).cumsum())?;
        df.assign("number", col("n").cumcount())?
            .select(["sum", "below", "doubled", "number"])
    });
}

#[test]
fn windows_and_what_reads_them_in_turn() {
    let all = rows();
    let window = |row: usize, len: usize| &all[(row + 1).saturating_sub(len)..=row];
    let means: Vec<Option<f64>> = (0..all.len())
        .map(|row| {
            let values: Vec<f64> = window(row, 8).iter().filter_map(|row| row.1).collect();
            (values.len() >= 7).then(|| values.iter().sum::<f64>() / values.len() as f64)
        })
        .collect();
    let expected: Vec<(Option<i64>, bool)> = (0..all.len())
        .map(|row| {
            let least = (row >= 2).then(|| window(row, 3).iter().map(|row| row.3).min());
            let before = row.checked_sub(1).and_then(|before| means[before]);
            let rises = means[row]
                .zip(before)
                .is_some_and(|(mean, before)| mean > before);
            (least.flatten(), rises)
        })
        .collect();
    check(&expected, |df| {
        // Sums of quarters are exact, so the order in which a window adds them does not matter.
        let mean = col("x").rolling(8).min_periods(7).mean();
        df.select([
            col("n").rolling(3).min().alias("least"),
            mean.gt(mean.shift(1)).fillna(false).alias("rises"),
        ])
    });
}

#[test]
fn a_filter_sees_all_rows_and_what_is_filtered_before_is_gone() {
    let all = rows();
    let kept: Vec<&Row> = all.iter().filter(|row| row.3 > 4).collect();
    let rising = kept.windows(2).filter(|pair| pair[1].3 > pair[0].3);
    let rising: Vec<i64> = rising
        .map(|pair| pair[1].0)
        .filter(|id| id % 2 == 0)
        .collect();
    let expected: Vec<(i64,)> = rising.into_iter().map(|id| (id,)).collect();
    check(&expected, |df| {
        let kept = df.filter(col("n").gt(4))?;
        let rising = kept.filter(col("n").gt(col("n").shift(1)))?;
        // This one may not be asked before the one above.
        rising.filter((col("id") % 2).eq(0))?.select("id")
    });
}

#[test]
fn nulls_become_the_nearest_value() {
    let all = rows();
    let text = |row: usize| all.get(row).and_then(|row| row.2.clone());
    let expected: Vec<(Option<String>, Option<String>, Option<f64>)> = (0..all.len())
        .map(|row| {
            let before = (0..=row).rev().find_map(text);
            let behind = (row..all.len()).take(2).find_map(text);
            let near = all[row]
                .1
                .or_else(|| row.checked_sub(1).and_then(|row| all[row].1));
            (before, behind, near)
        })
        .collect();
    check(&expected, |df| {
        df.select([
            col("text").ffill().alias("before"),
            col("text").bfill_limit(1).alias("behind"),
            col("x").ffill_limit(1).alias("near"),
        ])
    });
}

#[test]
fn what_has_an_order_and_what_has_none() -> swath::Result<()> {
    let session = Session::testing();
    let df = session.from_batches([
        Batch::from_csv("k,v\nb,1\na,7\n")?,
        Batch::from_csv("k,v\na,5\nb,2\n")?,
    ])?;
    let sum = || col("v").cumsum();
    let order = |df: swath::Result<DataFrame>| df.err().map(|error| error.kind().clone());
    for (what, refused) in [
        ("two partitions", df.assign("sum", sum())),
        ("groups", df.groupby("k").sum("v")?.assign("sum", sum())),
        (
            "groups under other verbs",
            df.groupby("k")
                .sum("v")?
                .reset_index()?
                .persist()?
                .groupby("k")
                .sum("v")?
                .filter(col("v").gt(0))?
                .head(2)?
                .assign("sum", sum()),
        ),
        (
            "rows that are kept once",
            df.drop_duplicates(DropDuplicates::new("k").split_out(1))?
                .assign("sum", sum()),
        ),
        ("a filter of two partitions", df.filter(sum().gt(3))),
        (
            "a verb that computes columns",
            df.mask(sum().gt(3), Value::Null),
        ),
    ] {
        assert_eq!(order(refused), Some(ErrorKind::Order), "{what}");
    }
    for (what, allowed, last) in [
        ("one partition", df.repartition(1)?, 15),
        ("one of the partitions", df.partitions([1])?, 7),
        ("the first rows", df.head(2)?, 8),
        ("sorted groups", df.groupby("k").sort(true).sum("v")?, 15),
        ("sorted rows", df.nlargest(3, "v")?, 14),
        ("all rows as one", df.agg([("v", col("v").sum())])?, 15),
        (
            "rows of one partition that are kept once",
            df.repartition(1)?.drop_duplicates("k")?,
            8,
        ),
        (
            "rows that a function of partitions made",
            df.repartition(1)?.map_partitions(|rows: Batch| rows)?,
            15,
        ),
    ] {
        let sums = allowed.assign("sum", sum())?;
        assert_eq!(sums.last("sum")?.get::<i64>()?, last, "{what}");
    }
    Ok(())
}

#[test]
fn lazy_values_and_closures_inside_are_computed_once() -> swath::Result<()> {
    let session = Session::testing();
    let df = session.from_batches([Batch::from_csv("v\n1\n3\n8\n")?])?;
    let above = (col("v") - &df.mean("v")?).cumsum();
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let seen = std::sync::Arc::clone(&calls);
    let doubled = col("v").map(move |v: i64| {
        seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        v * 2
    });
    let made = df
        .assign("above", above)?
        .assign("before", doubled.shift(1) + doubled.cumsum())?
        .filter(col("before").notna())?;
    let rows: Vec<(i64, f64, i64)> = made.compute()?.rows()?.collect();
    assert_eq!(rows, [(3, -4.0, 10), (8, 0.0, 30)]);
    assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 3);

    let other = Session::testing();
    let foreign = other
        .from_batches([Batch::from_csv("v\n1\n")?])?
        .mean("v")?;
    let error = df.assign("x", (col("v") - &foreign).cumsum()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Sessions);
    Ok(())
}

#[test]
fn only_the_columns_that_are_read_are_read() -> swath::Result<()> {
    let session = Session::testing();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let df = session.from_batches([Batch::from_csv("a,b,c\n1,2,3\n4,5,6\n")?])?;
    df.to_parquet(folder.path())?;
    let files = session.read_parquet(folder.path())?;
    let change = files
        .assign("d", col("a").diff(1))?
        .filter(col("b").gt(2))?;
    let text = change.select("d")?.explain().to_string();
    insta::assert_snapshot!(text.replace(&folder.path().display().to_string(), "[folder]"));
    Ok(())
}
