//! Verbs of the everyday frame against plain Rust over the same rows, however they are cut.

use std::collections::BTreeMap;

use swath::prelude::*;
use swath::{
    DType, Describe, DropDuplicates, DropNa, FromMap, Join, KeepRow, Melt, Sample, SelectDtypes,
    Tail, ValueCounts, concat,
};

/// Rows of a key with repeats and nulls, and a number with nulls and NaN.
fn rows() -> Vec<(Option<String>, Option<f64>, i64)> {
    (0..97_i64)
        .map(|row| {
            let key = (row % 7 > 0).then(|| format!("key {}", row * 5 % 11));
            let value = match row % 13 {
                0 => None,
                1 => Some(f64::NAN),
                2 => Some(-0.0),
                3 => Some(0.0),
                other => Some(other as f64 / 4.0),
            };
            (key, value, row)
        })
        .collect()
}

/// The rows in batches of these lengths.
fn frame(session: &Session, lengths: &[usize]) -> swath::Result<DataFrame> {
    let rows = rows();
    let mut from = 0_usize;
    let mut batches = Vec::new();
    for len in lengths.iter().copied().chain([usize::MAX]) {
        let to = from.max(from.saturating_add(len).min(rows.len()));
        let part = &rows[from..to];
        from = to;
        let keys: Vec<Option<String>> = part.iter().map(|(key, _, _)| key.clone()).collect();
        let values: Vec<Option<f64>> = part.iter().map(|(_, value, _)| *value).collect();
        let numbers: Vec<i64> = part.iter().map(|(_, _, row)| *row).collect();
        let batch = Batch::from_columns([("key", keys)])?
            .with("value", values)?
            .with("row", numbers)?;
        batches.push(batch);
    }
    session.from_batches(batches)
}

/// Asks the same of the rows in one partition, in several, and in several with empty ones, in memory and in files.
#[track_caller]
fn check(expected: &[String], ask: impl Fn(&DataFrame) -> swath::Result<DataFrame>) {
    for lengths in [&[][..], &[30, 30], &[0, 1, 50, 0, 40, 0]] {
        for threads in [1, 3] {
            let session = Session::builder()
                .threads(threads)
                .memory_limit("64MiB")
                .build()
                .expect("a session");
            let folder = tempfile::tempdir().expect("a temporary folder");
            let memory = frame(&session, lengths).expect("a frame");
            memory.to_parquet(folder.path()).expect("written");
            let files = session.read_parquet(folder.path()).expect("files");
            for df in [memory, files] {
                let table = ask(&df).and_then(|df| df.compute()).expect("an answer");
                let found = texts(&table);
                assert_eq!(found, expected, "{lengths:?} on {threads} threads");
            }
        }
    }
}

/// Every row as text, sorted: no order is promised where groups meet.
fn texts(table: &Table) -> Vec<String> {
    let names: Vec<String> = table.meta().names().map(str::to_owned).collect();
    let cell = |name: &String, row| table.value(name, row).expect("a cell").to_string();
    let row = |row| {
        let cells: Vec<String> = names.iter().map(|name| cell(name, row)).collect();
        cells.join("|")
    };
    let mut rows: Vec<String> = (0..table.num_rows()).map(row).collect();
    rows.sort();
    rows
}

fn sorted(rows: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<String> = rows.into_iter().collect();
    rows.sort();
    rows
}

fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "null".to_owned(), ToString::to_string)
}

/// A float as results print it.
fn float(value: Option<f64>) -> String {
    Value::from(value).to_string()
}

/// What makes two floats the same key.
fn same(value: Option<f64>) -> Option<u64> {
    value.map(|value| match value {
        value if value.is_nan() => f64::NAN.to_bits(),
        value => (value + 0.0).to_bits(),
    })
}

#[test]
fn the_first_and_the_last_of_equal_rows() {
    for keep in [KeepRow::First, KeepRow::Last] {
        let mut kept = BTreeMap::new();
        for (key, value, row) in rows() {
            let place = (key.clone(), same(value));
            if keep == KeepRow::Last || !kept.contains_key(&place) {
                kept.insert(place, row);
            }
        }
        let expected = sorted(kept.values().map(ToString::to_string));
        let options = || DropDuplicates::new(["key", "value"]).keep(keep);
        check(&expected, |df| df.drop_duplicates(options())?.select("row"));
        check(&expected, |df| {
            df.drop_duplicates(options().split_out(1))?.select("row")
        });
        // A filter on what is compared goes below, and changes nothing.
        let expected = kept
            .iter()
            .filter(|((key, _), _)| key.as_deref() == Some("key 3"));
        let expected = sorted(expected.map(|(_, row)| row.to_string()));
        check(&expected, |df| {
            df.drop_duplicates(options())?
                .filter(col("key").eq("key 3"))?
                .select("row")
        });
    }
}

#[test]
fn unique_values_and_their_counts() {
    let mut counts: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for (key, _, _) in rows() {
        *counts.entry(key).or_default() += 1;
    }
    let expected = sorted(counts.keys().map(|key| shown(key.as_ref())));
    check(&expected, |df| df.unique("key"));
    let all = sorted(
        counts
            .iter()
            .map(|(key, n)| format!("{}|{n}", shown(key.as_ref()))),
    );
    check(&all, |df| {
        df.value_counts(ValueCounts::new("key").dropna(false))
    });
    let there = counts.iter().filter(|(key, _)| key.is_some());
    let there = sorted(there.map(|(key, n)| format!("{}|{n}", shown(key.as_ref()))));
    check(&there, |df| df.value_counts("key"));
    check(&there, |df| {
        df.value_counts(ValueCounts::new("key").sort(false))
    });
}

#[test]
fn counts_come_in_order_and_as_shares() -> swath::Result<()> {
    let session = Session::testing();
    let df = frame(&session, &[20, 20])?;
    let counts = df.value_counts("key")?;
    assert_eq!(
        (counts.index(), counts.columns()),
        (vec!["key"], vec!["count"])
    );
    let counts: Vec<(String, u64)> = counts.compute()?.rows()?.collect();
    assert!(
        counts.is_sorted_by(|left, right| left.1 >= right.1),
        "{counts:?}"
    );
    let rarest: Vec<(String, u64)> = df
        .value_counts(ValueCounts::new("key").ascending(true))?
        .compute()?
        .rows()?
        .collect();
    assert!(
        rarest.is_sorted_by(|left, right| left.1 <= right.1),
        "{rarest:?}"
    );
    let shares = df.value_counts(ValueCounts::new("key").normalize(true))?;
    let total: f64 = shares.sum("proportion")?.get()?;
    assert!((total - 1.0).abs() < 1e-12);
    Ok(())
}

#[test]
fn missing_values() {
    let filled = rows().into_iter().map(|(key, value, row)| {
        let value = value.unwrap_or(9.0);
        format!(
            "{}|{}|{row}",
            key.unwrap_or_else(|| "none".into()),
            float(Some(value))
        )
    });
    check(&sorted(filled), |df| {
        df.fillna([("key", "none")])?.fillna([("value", 9)])
    });
    let there = |any: bool| {
        let rows = rows().into_iter().filter(move |(key, value, _)| {
            if any {
                key.is_some() && value.is_some()
            } else {
                key.is_some() || value.is_some()
            }
        });
        sorted(rows.map(|(_, _, row)| row.to_string()))
    };
    check(&there(true), |df| df.dropna(..)?.select("row"));
    check(&there(false), |df| {
        df.dropna(DropNa::new(["key", "value"]).if_all())?
            .select("row")
    });
    let is = rows()
        .into_iter()
        .map(|(key, value, _)| format!("{}|{}|false", key.is_none(), value.is_none()));
    check(&sorted(is), DataFrame::isna);
    let not = rows()
        .into_iter()
        .map(|(key, value, _)| format!("{}|{}|true", key.is_some(), value.is_some()));
    check(&sorted(not), DataFrame::notna);
}

#[test]
fn columns_turned_into_rows() {
    let expected = rows().into_iter().flat_map(|(key, value, row)| {
        let key = shown(key.as_ref());
        [
            format!("{key}|value|{}", float(value)),
            format!("{key}|half|{}", float(Some(row as f64 / 2.0))),
        ]
    });
    let halves = |df: &DataFrame| df.assign("half", col("row") / 2)?.drop("row");
    check(&sorted(expected), |df| halves(df)?.melt("key"));
    let only = rows()
        .into_iter()
        .filter(|(key, _, _)| key.as_deref() == Some("key 3"))
        .map(|(key, value, _)| format!("{}|value|{}", shown(key.as_ref()), float(value)));
    check(&sorted(only), |df| {
        df.melt(Melt::ids("key").values("value").variable_name("from"))?
            .filter(col("key").eq("key 3"))
    });
}

#[test]
fn dtypes_are_changed_and_chosen() -> swath::Result<()> {
    let session = Session::testing();
    let df = frame(&session, &[40])?;
    let texts = df.select(["row"])?.astype("string")?;
    assert_eq!(texts.meta().dtype("row")?, &DType::String);
    let back = texts.astype([("row", "int32")])?;
    assert_eq!(back.sum("row")?.get::<i64>()?, df.sum("row")?.get::<i64>()?);
    assert_eq!(df.select_dtypes("number")?.columns(), ["value", "row"]);
    let but_floats = SelectDtypes::include(["number"]).exclude(["float"]);
    assert_eq!(df.select_dtypes(but_floats)?.columns(), ["row"]);
    assert_eq!(
        df.add_prefix("a_")?.add_suffix("_z")?.columns(),
        ["a_key_z", "a_value_z", "a_row_z"]
    );
    assert!(df.round(0)?.max("value")?.get::<f64>()?.is_nan());
    assert_eq!(df.pipe(|df| df.head(3))?.compute()?.num_rows(), 3);
    Ok(())
}

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
fn functions_make_partitions() -> swath::Result<()> {
    let session = Session::testing();
    let parts = ["a", "b"]
        .map(|name| session.try_delayed((), move || Batch::from_csv(&format!("k,v\n{name},1\n"))));
    let df = session.from_delayed(parts)?;
    assert_eq!((df.npartitions(), df.columns()), (2, vec!["k", "v"]));
    let rows: Vec<(String, i64)> = df.compute()?.rows()?.collect();
    assert_eq!(rows, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    let error = session
        .from_delayed(Vec::new())
        .expect_err("nothing to make a frame of");
    assert!(
        error
            .to_string()
            .contains("the number of inputs must be at least 1"),
        "{error}"
    );
    Ok(())
}

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

#[test]
fn bytes_of_columns() -> swath::Result<()> {
    let session = Session::testing();
    let df = frame(&session, &[40])?;
    let bytes = df.memory_usage()?;
    assert_eq!(bytes.columns(), ["key", "value", "row"]);
    let bytes: Vec<(u64, u64, u64)> = bytes.compute()?.rows()?.collect();
    assert!(
        bytes.len() == 1 && bytes[0].2 >= 97 * 8 && bytes[0].0 >= 97 * 16,
        "{bytes:?}"
    );
    assert_eq!(df.memory_usage_per_partition()?.compute()?.num_rows(), 2);
    Ok(())
}

#[test]
fn values_exchanged_for_others() {
    let replaced = rows().into_iter().map(|(key, value, row)| {
        let key = key.map(|key| match &*key {
            "key 1" => "key 2".to_owned(),
            "key 2" => "key 1".to_owned(),
            _ => key,
        });
        // Numbers are looked for in all columns of numbers.
        let value = value.map(|value| if value == 2.5 { 10.0 } else { value });
        format!("{}|{}|{row}", shown(key.as_ref()), float(value))
    });
    check(&sorted(replaced), |df| {
        df.replace([("key 1", "key 2"), ("key 2", "key 1")])?
            .replace([(2.5, 10.0)])
    });
    let filled = rows().into_iter().map(|(key, value, row)| {
        let value = value.map(|value| if value.is_nan() { -1.0 } else { value });
        format!("{}|{}|{row}", shown(key.as_ref()), float(value))
    });
    check(&sorted(filled), |df| df.replace([(f64::NAN, -1.0)]));
    let masked = rows().into_iter().map(|(_, value, row)| {
        // A null condition is not true.
        let hit = value.is_some_and(|value| value > 1.0);
        let of = |number: f64| if hit { None } else { Some(number) };
        let value = value.and_then(of);
        let row = if hit {
            "null".to_owned()
        } else {
            row.to_string()
        };
        format!("{}|{row}", float(value))
    });
    check(&sorted(masked), |df| {
        df.drop("key")?.mask(col("value").gt(1.0), None::<i64>)
    });
    let clipped = rows()
        .into_iter()
        .map(|(key, _, row)| format!("{}|{}", shown(key.as_ref()), row.clamp(10, 50)));
    check(&sorted(clipped), |df| df.drop("value")?.clip(10, 50));
}

/// The numbers of the column `value` that are there.
fn values() -> Vec<f64> {
    rows()
        .into_iter()
        .filter_map(|(_, value, _)| value)
        .collect()
}

#[test]
fn numbers_at_a_glance() -> swath::Result<()> {
    let rows = rows();
    let ids: Vec<f64> = rows.iter().map(|(_, _, row)| *row as f64).collect();
    let mean = ids.iter().sum::<f64>() / ids.len() as f64;
    let squares: f64 = ids.iter().map(|id| (id - mean) * (id - mean)).sum();
    let expected = [
        ("count", 97.0),
        ("mean", mean),
        ("std", (squares / 96.0).sqrt()),
        ("min", 0.0),
        ("10%", 9.6),
        ("99.9%", 95.904),
        ("max", 96.0),
    ];
    for lengths in [&[][..], &[0, 30, 30]] {
        let df = frame(&Session::testing(), lengths)?;
        let options = Describe::new("row").percentiles([0.1, 0.999]);
        let table = df.describe(options)?.compute()?;
        let found: Vec<(String, f64)> = table.rows()?.collect();
        assert_eq!(found.len(), expected.len());
        for ((name, found), (label, expected)) in found.iter().zip(expected) {
            assert_eq!(name, label);
            assert!((found - expected).abs() < 1e-9, "{name}: {found}");
        }
        let all = df.describe(..)?;
        assert_eq!(
            (all.index(), all.columns()),
            (vec!["statistic"], vec!["value", "row"])
        );
        assert_eq!((all.npartitions(), all.len().get::<u64>()?), (1, 8));
        let of_values: Vec<(String, f64, f64)> = all.compute()?.rows()?.collect();
        assert_eq!(of_values[0].1, values().len() as f64);
        assert!(
            of_values[1].1.is_nan(),
            "the mean of numbers with NaN among them"
        );
        assert_eq!(of_values[3].1, 0.0);
        assert!(of_values[7].1.is_nan(), "NaN is the largest");
    }
    Ok(())
}

#[test]
fn text_at_a_glance_and_columns_that_are_none() -> swath::Result<()> {
    let df = frame(&Session::testing(), &[50])?;
    let keys: Vec<String> = rows().into_iter().filter_map(|(key, _, _)| key).collect();
    let count = |key: &String| keys.iter().filter(|other| *other == key).count();
    let top = keys
        .iter()
        .min_by(|a, b| count(b).cmp(&count(a)).then(a.cmp(b)));
    let top = top.expect("there are keys");
    let found: Vec<(String, Option<String>)> = df
        .describe(Describe::new(..).text())?
        .compute()?
        .rows()?
        .collect();
    let expected = [
        ("count", keys.len().to_string()),
        ("unique", "11".to_owned()),
        ("top", top.clone()),
        ("freq", count(top).to_string()),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), Some(value)));
    assert_eq!(found, expected);

    let none = df.filter(col("row").lt(0))?;
    let found: Vec<(String, Option<String>)> = none
        .describe(Describe::new("key").text())?
        .compute()?
        .rows()?
        .collect();
    let found: Vec<Option<&str>> = found.iter().map(|(_, value)| value.as_deref()).collect();
    assert_eq!(found, [Some("0"), Some("0"), None, Some("0")]);
    let found: Vec<(String, Option<f64>)> = none.describe("row")?.compute()?.rows()?.collect();
    let found: Vec<Option<f64>> = found.iter().map(|(_, value)| *value).collect();
    assert_eq!(found, [Some(0.0), None, None, None, None, None, None, None]);

    // Numbers of every width, and one that no float64 holds exactly.
    let wide = Batch::from_columns([("big", vec![i64::MAX, i64::MAX - 1])])?;
    let wide = df.session().from_batches([wide])?;
    let wide = wide.assign("dec", col("big").cast("decimal(30, 2)"))?;
    let wide = wide.assign("f", lit(0.5).cast("float32"))?;
    let found: Vec<(String, f64, f64, f64)> = wide.describe(..)?.compute()?.rows()?.collect();
    let last = found.last().expect("the largest");
    assert_eq!(
        (last.1, last.2, last.3),
        (i64::MAX as f64, i64::MAX as f64, 0.5)
    );
    Ok(())
}

#[test]
fn several_quantiles_at_once() -> swath::Result<()> {
    let shares = [0.0, 0.25, 0.5, 1.0];
    for lengths in [&[][..], &[1, 30, 0, 30]] {
        let df = frame(&Session::testing(), lengths)?;
        let df = df.filter(col("value").eq(col("value")))?;
        let table = df.quantiles(["value", "row"], shares)?.compute()?;
        let found: Vec<(f64, f64, f64)> = table.rows()?.collect();
        assert_eq!(found.len(), shares.len());
        for (found, share) in found.into_iter().zip(shares) {
            let value = df.quantile("value", share)?.get::<f64>()?;
            let row = df.quantile("row", share)?.get::<f64>()?;
            assert_eq!(found, (share, value, row));
        }
    }
    let session = Session::testing();
    let df = session.from_batches([Batch::from_csv("at\n2024-01-01\n2024-01-03\n")?])?;
    let times = df.assign("at", col("at").cast("timestamp[s]"))?;
    let found: Vec<(f64, String)> = times.quantiles("at", [0.5])?.compute()?.rows()?.collect();
    assert_eq!(found, [(0.5, "2024-01-02T00:00:00".to_owned())]);
    let none = times.filter(col("at").isna())?.quantiles("at", [0.5])?;
    assert_eq!(none.compute()?.value("at", 0)?, Value::Null);
    Ok(())
}

#[test]
fn every_pair_of_columns() -> swath::Result<()> {
    for lengths in [&[][..], &[1, 30, 0, 30]] {
        let df = frame(&Session::testing(), lengths)?;
        let df = df.filter(col("value").eq(col("value")))?;
        let df = df.assign("other", col("row") * col("row") % 13)?;
        let names = ["value", "row", "other"];
        for is_cov in [true, false] {
            let matrix = if is_cov {
                df.cov_matrix(names)?
            } else {
                df.corr_matrix(names)?
            };
            let table = matrix.compute()?;
            assert_eq!(table.num_rows(), 3);
            for (at, row) in names.into_iter().enumerate() {
                assert_eq!(table.value("column", at)?, Value::from(row));
                for name in names {
                    let one = if is_cov {
                        df.cov(row, name)?
                    } else {
                        df.corr(row, name)?
                    };
                    let expected: f64 = one.get()?;
                    let Value::Float(found) = table.value(name, at)? else {
                        unreachable!("a number")
                    };
                    assert!((found - expected).abs() < 1e-9, "{row} and {name}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn rows_of_too_few_values_are_dropped() {
    for least in 0..=4 {
        let there = |key: &Option<String>, value: &Option<f64>| {
            1 + usize::from(key.is_some()) + usize::from(value.is_some())
        };
        let kept = rows().into_iter();
        let kept = kept.filter(|(key, value, _)| there(key, value) >= least);
        let expected = sorted(kept.map(|(_, _, row)| row.to_string()));
        check(&expected, |df| {
            df.dropna(DropNa::new(..).thresh(least))?.select("row")
        });
    }
    // No column has no value.
    let none = Vec::<&str>::new;
    check(&[], |df| {
        df.dropna(DropNa::new(none()).thresh(1))?.select("row")
    });
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
