//! Some of the rows: the last, the largest, those of a sample, and some of each group.

use std::collections::BTreeMap;

use swath::prelude::*;
use swath::{FromMap, Sample, Tail};

use super::{check, frame, rows, shown, sorted};

#[test]
fn the_last_rows_of_several_partitions() -> swath::Result<()> {
    let session = Session::testing();
    let df = frame(&session, &[40, 3, 0, 2])?.partitions(..4)?;
    let rows = |tail: Tail| -> swath::Result<Vec<i64>> {
        let table = df.tail(tail)?.select("row")?.compute()?;
        Ok(table.rows::<(i64,)>()?.map(|(row,)| row).collect())
    };
    assert_eq!(rows(Tail::new(5))?, [43, 44]);
    assert_eq!(rows(Tail::new(5).npartitions(2))?, [43, 44]);
    assert_eq!(rows(Tail::new(5).npartitions(3))?, [40, 41, 42, 43, 44]);
    assert_eq!(
        rows(Tail::new(7).all_partitions())?,
        [38, 39, 40, 41, 42, 43, 44]
    );
    assert!(df.tail(Tail::new(1).npartitions(5)).is_err());
    Ok(())
}

#[test]
fn largest_by_several_columns_with_ties_and_nulls() -> swath::Result<()> {
    // Largest first; NaN after the numbers, nulls last, ties in the order of rows.
    let rank = |value: Option<f64>| match value {
        Some(value) if value.is_nan() => (1, 0.0),
        Some(value) => (0, -value),
        None => (2, 0.0),
    };
    let mut expected = rows();
    expected.sort_by(|left, right| {
        let (l, r) = (rank(left.1), rank(right.1));
        let by_value = l.0.cmp(&r.0).then(l.1.partial_cmp(&r.1).expect("no NaN"));
        let by_key = match (&left.0, &right.0) {
            (None, None) => std::cmp::Ordering::Equal,
            (None, _) => std::cmp::Ordering::Greater,
            (_, None) => std::cmp::Ordering::Less,
            (left, right) => right.cmp(left),
        };
        by_value.then(by_key)
    });
    for n in [0, 1, 10, 60, 97, 200] {
        let expected: Vec<i64> = expected.iter().map(|(_, _, row)| *row).take(n).collect();
        for lengths in [&[][..], &[30, 30], &[0, 1, 50, 0, 40, 0]] {
            let session = Session::testing();
            let top = frame(&session, lengths)?.nlargest(n, ["value", "key"])?;
            let found: Vec<i64> = top
                .select("row")?
                .compute()?
                .rows::<(i64,)>()?
                .map(|(row,)| row)
                .collect();
            assert_eq!(found, expected, "{n} of {lengths:?}");
        }
    }
    Ok(())
}

#[test]
fn a_sample_is_the_same_in_every_run_and_splits_share_all_rows_out() -> swath::Result<()> {
    let session = Session::builder()
        .threads(3)
        .memory_limit("64MiB")
        .build()?;
    let df = session.from_map(
        FromMap::new(0..8_i64, |part: &i64| {
            Batch::from_columns([("n", (0..1000).map(|n| part * 1000 + n).collect::<Vec<_>>())])
        })
        .meta([("n", "int64")]),
    )?;
    let numbers = |df: &DataFrame| -> swath::Result<Vec<i64>> {
        Ok(df.compute()?.rows::<(i64,)>()?.map(|(n,)| n).collect())
    };
    let some = df.sample(Sample::new(0.25).seed(3))?;
    let found = numbers(&some)?;
    assert!((1800..2200).contains(&found.len()), "{}", found.len());
    assert!(found.is_sorted());
    assert_eq!(numbers(&some)?, found);
    // A partition's rows are the same, whichever of the others are asked for; what is done above changes nothing.
    let seventh = numbers(&some.partitions([7])?)?;
    assert_eq!(seventh[..], found[found.partition_point(|n| *n < 7000)..]);
    let even = some.filter((col("n") % 2).eq(0))?;
    assert_eq!(
        numbers(&even)?,
        found
            .iter()
            .copied()
            .filter(|n| n % 2 == 0)
            .collect::<Vec<_>>()
    );
    assert_ne!(numbers(&df.sample(0.25)?)?, found);

    let [a, b, c] = df.random_split([0.5, 0.3, 0.2], 7)?;
    let (a, b, c) = (numbers(&a)?, numbers(&b)?, numbers(&c)?);
    assert!((3800..4200).contains(&a.len()), "{}", a.len());
    let mut all = [a, b, c].concat();
    all.sort_unstable();
    assert_eq!(all, (0..8000).collect::<Vec<_>>());
    assert_eq!(numbers(&df.sample(0.0)?)?, Vec::<i64>::new());
    assert_eq!(numbers(&df.sample(1.0)?)?.len(), 8000);
    Ok(())
}

#[test]
fn the_first_and_last_rows_of_each_group() {
    let key = |key: &Option<String>, row: i64| (key.clone(), row % 2);
    for n in [0, 1, 3, 100] {
        for last in [false, true] {
            for dropna in [false, true] {
                let mut all = rows();
                if last {
                    all.reverse();
                }
                let mut seen: BTreeMap<_, usize> = BTreeMap::new();
                all.retain(|(name, _, row)| {
                    let seen = seen.entry(key(name, *row)).or_default();
                    *seen += 1;
                    *seen <= n && (name.is_some() || !dropna)
                });
                let expected = sorted(
                    all.iter()
                        .map(|(name, _, row)| format!("{}|{row}", shown(name.as_ref()))),
                );
                check(&expected, |df| {
                    let df = df.select(["key", "row"])?;
                    let odd = (col("row") % 2).alias("odd");
                    let groups = df.groupby((col("key"), odd)).dropna(dropna);
                    let rows = if last {
                        groups.tail(n)?
                    } else {
                        groups.head(n)?
                    };
                    assert_eq!(rows.columns(), ["key", "row"]);
                    Ok(rows)
                });
            }
        }
    }
}
