//! Functions of the partitions of several frames, against plain Rust over all rows at once, however these are cut.

use std::collections::BTreeMap;
use std::error::Error;

use proptest::prelude::*;
use swath::prelude::*;
use swath::{BatchError, FromMap, Shuffle, map_partitions};

type Result<T, E = swath::Error> = std::result::Result<T, E>;

/// A key, and a number.
type Row = (i64, i64);

fn batch(rows: &[Row], value: &str) -> Result<Batch, BatchError> {
    let (keys, values): (Vec<i64>, Vec<i64>) = rows.iter().copied().unzip();
    Batch::from_columns([("k", keys)])?.with(value, values)
}

/// A frame with these rows of a partition, divided at these keys.
fn divided(
    session: &Session,
    bounds: &[i64],
    rows: &[Row],
    value: &'static str,
) -> Result<DataFrame> {
    let last = bounds.len() - 2;
    let parts = (0..=last).map(|at| {
        let inside = |row: &&Row| {
            let from = bounds[at] <= row.0;
            from && (row.0 < bounds[at + 1] || (at == last && row.0 <= bounds[at + 1]))
        };
        rows.iter().filter(inside).copied().collect::<Vec<Row>>()
    });
    let parts: Vec<Vec<Row>> = parts.collect();
    let map = FromMap::new(parts, move |rows: &Vec<Row>| batch(rows, value));
    let map = map.meta([("k", "int64"), (value, "int64")]).index("k");
    session.from_map(map.divisions(bounds.to_vec()))
}

/// Rows of the first with the sum of the numbers that the others have for their key.
fn sums(left: &[Row], others: &[&[Row]]) -> Vec<(i64, i64, i64)> {
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for (key, number) in others.iter().flat_map(|rows| rows.iter()) {
        *sums.entry(*key).or_default() += number;
    }
    let sum = |row: &Row| (row.0, row.1, sums.get(&row.0).copied().unwrap_or_default());
    left.iter().map(sum).collect()
}

/// The same as a function of batches.
#[expect(
    clippy::needless_pass_by_value,
    reason = "as functions of batches are called"
)]
fn summed<const N: usize>(parts: [Batch; N]) -> Result<Batch, Box<dyn Error + Send + Sync>> {
    let rows = |batch: &Batch, value: &str| -> Result<Vec<Row>, BatchError> {
        let (keys, values) = (batch.i64("k")?, batch.i64(value)?);
        Ok(keys.iter().flatten().zip(values.iter().flatten()).collect())
    };
    let left = rows(&parts[0], "v")?;
    let others = parts[1..].iter().map(|part| rows(part, "w"));
    let others = others.collect::<Result<Vec<_>, _>>()?;
    let others: Vec<&[Row]> = others.iter().map(Vec::as_slice).collect();
    let sums: Vec<i64> = sums(&left, &others).iter().map(|row| row.2).collect();
    Ok(parts[0].with("sum", sums)?)
}

fn meta() -> [(&'static str, &'static str); 3] {
    [("k", "int64"), ("v", "int64"), ("sum", "int64")]
}

fn sorted(df: &DataFrame) -> Result<Vec<(i64, i64, i64)>> {
    let mut rows: Vec<(i64, i64, i64)> = df.compute()?.rows()?.collect();
    rows.sort_unstable();
    Ok(rows)
}

/// Rows, and boundaries around all of them.
fn cut() -> impl Strategy<Value = (Vec<i64>, Vec<Row>)> {
    let inner = proptest::collection::btree_set(0_i64..40, 0..6);
    let ends = (-5_i64..=0, 40_i64..45);
    let rows = proptest::collection::vec((0_i64..40, -9_i64..10), 0..60);
    (inner, ends, rows).prop_map(|(inner, (first, last), rows)| {
        let mut bounds: Vec<i64> = inner.into_iter().filter(|at| *at > first).collect();
        bounds.insert(0, first);
        bounds.push(last);
        (bounds, rows)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Rows with equal keys meet, whatever the divisions; the result keeps those of the first frame.
    #[test]
    fn known_divisions_bring_equal_keys_together(a in cut(), b in cut(), c in cut()) {
        let session = Session::testing();
        let left = divided(&session, &a.0, &a.1, "v").expect("a frame");
        let right = divided(&session, &b.0, &b.1, "w").expect("a frame");
        let third = divided(&session, &c.0, &c.1, "w").expect("a frame");
        let function = MapPartitions::new(summed::<3>).meta(meta()).keeps_divisions();
        let all = map_partitions([&left, &right, &third], function).expect("they go together");
        prop_assert!(all.divisions().is_known());
        let mut expected = sums(&a.1, &[&b.1, &c.1]);
        expected.sort_unstable();
        prop_assert_eq!(sorted(&all).expect("it runs"), expected);
    }

    /// Keys that were shuffled alike meet too.
    #[test]
    fn shuffled_alike_brings_equal_keys_together(a in cut(), b in cut(), n in 1_usize..5) {
        let session = Session::testing();
        let left = divided(&session, &a.0, &a.1, "v").expect("a frame").reset_index().expect("a frame");
        let right = divided(&session, &b.0, &b.1, "w").expect("a frame").reset_index().expect("a frame");
        let shuffled = |df: &DataFrame| df.shuffle(Shuffle::on("k").npartitions(n)).expect("a key");
        let (left, right) = (shuffled(&left), shuffled(&right));
        let all = map_partitions([&left, &right], MapPartitions::new(summed::<2>).meta(meta())).expect("they go together");
        let mut expected = sums(&a.1, &[&b.1]);
        expected.sort_unstable();
        prop_assert_eq!(sorted(&all).expect("it runs"), expected);
    }

    /// Every call sees all of a frame that it sees whole.
    #[test]
    fn a_frame_seen_whole(a in cut(), b in cut()) {
        let session = Session::testing();
        let left = divided(&session, &a.0, &a.1, "v").expect("a frame");
        let right = divided(&session, &b.0, &b.1, "w").expect("a frame");
        let function = MapPartitions::new(summed::<2>).meta(meta()).whole(1);
        let all = map_partitions([&left, &right], function).expect("one is whole");
        prop_assert_eq!(all.npartitions(), left.npartitions());
        let mut expected = sums(&a.1, &[&b.1]);
        expected.sort_unstable();
        prop_assert_eq!(sorted(&all).expect("it runs"), expected);
    }
}

const LEFT: [Row; 6] = [(0, 1), (3, 2), (7, 3), (12, 4), (15, 5), (19, 6)];

fn frames(session: &Session) -> Result<(DataFrame, DataFrame)> {
    let left = divided(session, &[0, 5, 10, 20], &LEFT, "v")?;
    let right = divided(
        session,
        &[0, 10, 15, 20],
        &[(3, 30), (15, 150), (19, 190)],
        "w",
    )?;
    Ok((left, right))
}

#[test]
fn frames_made_from_one_go_together_by_number() -> Result<()> {
    let session = Session::testing();
    let (df, _) = frames(&session)?;
    let df = df.reset_index()?;
    assert!(!df.divisions().is_known());
    let big = df.filter(col("v").gt(2))?;
    let held = df.assign("w", col("v") * 10)?.persist()?;
    let counts = |[all, big, held]: [Batch; 3], cx: &Cx| {
        let counts = [all.num_rows(), big.num_rows(), held.num_rows()].map(|n| n as i64);
        let number = cx.partition().number() as i64;
        Batch::from_columns([("part", vec![number; 3]), ("rows", counts.to_vec())])
    };
    let counted = map_partitions([&df, &big, &held], counts)?;
    let rows: Vec<(i64, i64)> = counted.compute()?.rows()?.collect();
    let expected = [
        (0, 2),
        (0, 0),
        (0, 2),
        (1, 1),
        (1, 1),
        (1, 1),
        (2, 3),
        (2, 3),
        (2, 3),
    ];
    assert_eq!(rows, expected);

    // Some of the partitions, the same of all.
    let some = |df: &DataFrame| df.partitions([2, 0]);
    let counted = map_partitions([&some(&df)?, &some(&big)?], |[all, big]: [Batch; 2]| {
        Batch::from_columns([("rows", vec![all.num_rows() as i64, big.num_rows() as i64])])
    })?;
    let rows: Vec<(i64,)> = counted.compute()?.rows()?.collect();
    assert_eq!(rows, [(3,), (3,), (2,), (0,)]);
    Ok(())
}

#[test]
fn of_one_frame_it_is_map_partitions() -> Result<()> {
    let session = Session::testing();
    let (df, _) = frames(&session)?;
    let one = map_partitions([&df], |[part]: [Batch; 1]| part.head(1))?;
    let same = df.map_partitions(|part: Batch| part.head(1))?;
    assert_eq!(sorted_pairs(&one)?, sorted_pairs(&same)?);
    // The same frame twice.
    let twice = map_partitions([&df, &df], |[one, other]: [Batch; 2]| {
        assert_eq!(one.num_rows(), other.num_rows());
        one
    })?;
    assert_eq!(sorted_pairs(&twice)?, sorted_pairs(&df)?);
    Ok(())
}

fn sorted_pairs(df: &DataFrame) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = df.compute()?.rows()?.collect();
    rows.sort_unstable();
    Ok(rows)
}

#[test]
fn what_is_read_and_what_is_done() -> Result<()> {
    let session = Session::testing();
    let (left, right) = frames(&session)?;
    let function = MapPartitions::new(summed::<2>).named("summed").meta(meta());
    let all = map_partitions([&left, &right], function.clone().keeps_divisions())?;
    insta::assert_snapshot!(all.filter(col("sum").gt(0))?.select(["sum"])?.explain());
    let whole = map_partitions([&left, &right], function.whole(1))?;
    insta::assert_snapshot!(whole.explain());
    // A head reads what it needs and no more.
    assert_eq!(
        all.head(1)?.compute()?.rows::<(i64, i64, i64)>()?.next(),
        Some((0, 1, 0))
    );
    Ok(())
}

#[test]
fn what_goes_wrong() -> Result<()> {
    let session = Session::testing();
    let (left, right) = frames(&session)?;
    let unknown = right.reset_index()?;
    let function = || MapPartitions::new(summed::<2>).named("summed").meta(meta());
    let mut said = Vec::new();
    let mut says = |what: &str, result: Result<DataFrame>| {
        let error = result.and_then(|df| df.compute().map(|_| df)).err();
        let error = error.map_or_else(|| "NO ERROR".to_owned(), |error| error.to_string());
        said.push(format!("--- {what}\n{error}"));
    };
    says(
        "unknown divisions",
        map_partitions([&left, &unknown], function()),
    );
    says("unknown divisions of both", {
        let first = left.reset_index()?;
        map_partitions([&first, &unknown], function())
    });
    says("other index", {
        let text = FromMap::new(["a"], |k: &&str| Batch::from_columns([("k", vec![*k])]));
        let text = session.from_map(
            text.meta([("k", "string")])
                .index("k")
                .divisions(["a", "b"]),
        )?;
        map_partitions([&left, &text], function())
    });
    says(
        "the first whole",
        map_partitions([&left, &right], function().whole(0)),
    );
    says(
        "one that is not there",
        map_partitions([&left, &right], function().whole(2)),
    );
    says(
        "none beside",
        map_partitions([&left], MapPartitions::new(summed::<1>).whole(1)),
    );
    says(
        "a method of one frame",
        left.map_partitions(MapPartitions::new(|part: Batch| part).whole(0)),
    );
    says(
        "no frame",
        map_partitions([], |_: [Batch; 0]| Batch::from_csv("a\n1\n")),
    );
    says("another session", {
        let (other, _) = frames(&Session::testing())?;
        map_partitions([&left, &other], function())
    });
    says(
        "an error",
        map_partitions([&left, &right], {
            let fails = |[left, _]: [Batch; 2], cx: &Cx| match cx.partition().number() {
                1 => Err("not today"),
                _ => Ok(left),
            };
            MapPartitions::new(fails)
                .named("fails")
                .meta([("k", "int64"), ("v", "int64")])
        }),
    );
    says(
        "inference",
        map_partitions([&left, &right], |[left, right]: [Batch; 2]| {
            left.with("w", right.i64("x")?.iter().collect::<Vec<_>>())
        }),
    );
    insta::assert_snapshot!(said.join("\n"));
    Ok(())
}

/// Frames of which a part is in memory at a time.
#[test]
fn partitions_come_and_go() -> Result<()> {
    let session = Session::builder()
        .threads(2)
        .memory_limit("64MiB")
        .build()?;
    let parts = |value: &'static str| {
        let parts = FromMap::new(0..64_i64, move |part: &i64| {
            let rows: Vec<Row> = (0..40_000).map(|row| (part * 40_000 + row, row)).collect();
            batch(&rows, value)
        });
        let bounds: Vec<i64> = (0..=64).map(|part| part * 40_000).collect();
        parts
            .meta([("k", "int64"), (value, "int64")])
            .index("k")
            .divisions(bounds)
    };
    let left = session.from_map(parts("v"))?;
    let right = session.from_map(parts("w"))?.repartition(24)?;
    let all = map_partitions(
        [&left, &right],
        MapPartitions::new(summed::<2>).meta(meta()),
    )?;
    let expected: i64 = 64 * (0..40_000_i64).sum::<i64>();
    assert_eq!(all.sum("sum")?.get::<i64>()?, expected);
    Ok(())
}
