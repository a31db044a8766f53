//! Functions that say to which partition rows go, and rows that meet without one.

use swath::prelude::*;
use swath::{BatchError, MapOverlap, Shuffle};

use super::{CleanError, Said, said, texts};

/// The numbers `from..to` in three partitions, with a key that repeats, and texts.
fn numbers(session: &Session) -> swath::Result<DataFrame> {
    let batch = |range: std::ops::Range<i64>| {
        let key: Vec<Option<String>> = range
            .clone()
            .map(|id| (id % 5 > 0).then(|| format!("key {}", id % 7)))
            .collect();
        Batch::from_columns([("id", range.collect::<Vec<i64>>())])?.with("k", key)
    };
    session.from_batches([batch(0..900)?, batch(900..900)?, batch(900..1500)?])
}

/// The numbers in a partition, in order.
fn ids(df: &DataFrame, partition: usize) -> swath::Result<Vec<i64>> {
    let rows = df.partitions(partition)?.select("id")?.compute()?;
    Ok(rows.rows::<(i64,)>()?.map(|row| row.0).collect())
}

fn by_rest(keys: Batch, n: usize) -> Result<Vec<usize>, BatchError> {
    let ids = keys.i64("id")?;
    Ok(ids.iter().map(|id| id.unwrap_or(0) as usize % n).collect())
}

#[test]
fn a_function_says_where_rows_go() -> swath::Result<()> {
    for threads in [1, 3] {
        let session = Session::builder()
            .threads(threads)
            .memory_limit("64MiB")
            .build()?;
        let df = numbers(&session)?;
        for n in [1, 4, 1600] {
            let shuffled = df.shuffle(Shuffle::on("id").by(by_rest).npartitions(n))?;
            assert_eq!(shuffled.npartitions(), n);
            assert!(!shuffled.divisions().is_known());
            for partition in [0, n / 2, n - 1] {
                let expected: Vec<i64> = (0..1500)
                    .filter(|id| *id as usize % n == partition)
                    .collect();
                assert_eq!(ids(&shuffled, partition)?, expected, "{partition} of {n}");
            }
            assert_eq!(shuffled.sum("id")?.get::<i64>()?, 1500 * 1499 / 2);
            // A filter above it is one below it.
            let some = shuffled.filter(col("id").lt(700))?;
            let expected: Vec<i64> = (0..700).step_by(n).collect();
            assert_eq!(ids(&some, 0)?, expected);
        }
        // What it does not read is not read for it, and the index stays one.
        let indexed = df.groupby("id").sort(true).agg([("n", Agg::size())])?;
        let shuffled = indexed.shuffle(Shuffle::on("id").by(by_rest).npartitions(2))?;
        assert_eq!(shuffled.index(), ["id"]);
        assert_eq!(
            texts(&shuffled.partitions(1)?.head(2)?.compute()?, "id"),
            ["1", "3"]
        );
    }
    let session = Session::testing();
    let df = numbers(&session)?;
    let named = || df.shuffle(Shuffle::on("id").by(by_rest).named("rest"));
    assert!(named()?.same_as(&named()?));
    let unnamed = || df.shuffle(Shuffle::on("id").by(by_rest));
    assert!(!unnamed()?.same_as(&unnamed()?));
    insta::assert_snapshot!(named()?.filter(col("id").gt(5))?.select("k")?.explain().to_string(), @r"
    logical plan
    select [k]  [3 partitions]
    └─ filter (id > 5)  [3 partitions]
       └─ shuffle by rest (local function) of [id]  [3 partitions]
          └─ held [id, k]  [3 partitions]

    optimised plan (push-down-predicates)
    select [k]  [3 partitions]
    └─ shuffle by rest (local function) of [id]  [3 partitions]
       └─ filter (id > 5)  [3 partitions]
          └─ held [id, k]  [3 partitions]
    ");
    Ok(())
}

#[test]
fn equal_keys_meet_without_a_function() -> swath::Result<()> {
    let session = Session::testing();
    let df = numbers(&session)?.persist()?;
    let shuffled = df.shuffle("k")?;
    assert_eq!(shuffled.npartitions(), 3);
    assert!(shuffled.same_as(&df.shuffle(Shuffle::on(["k"]))?));
    let firsts = shuffled.map_partitions(|part: Batch| part.select(["k"]))?;
    let mut seen = Vec::new();
    for partition in 0..3 {
        let here = texts(&firsts.partitions(partition)?.compute()?, "k");
        let mut here: Vec<String> = here.into_iter().collect();
        here.sort();
        here.dedup();
        seen.append(&mut here);
    }
    seen.sort();
    let mut keys: Vec<String> = (0..7).map(|k| format!("key {k}")).collect();
    keys.push("null".to_owned());
    assert_eq!(seen, keys, "each in one partition");
    assert_eq!(shuffled.sum("id")?.get::<i64>()?, 1500 * 1499 / 2);
    Ok(())
}

#[test]
fn what_goes_wrong_with_functions_that_place_rows() -> swath::Result<()> {
    let session = Session::testing();
    let df = numbers(&session)?;
    let mut all = Said::default();
    let mut note = |what: &str, text: String| all.note(what, text);
    let on_id = || Shuffle::on("id");
    let too_far = |keys: Batch, n: usize| -> Result<Vec<usize>, BatchError> {
        let ids = keys.i64("id")?;
        let place = |id: Option<i64>| if id == Some(1003) { n } else { 0 };
        Ok(ids.iter().map(place).collect())
    };
    note(
        "a partition that does not exist",
        said(df.shuffle(on_id().by(too_far).npartitions(4))?.compute()),
    );
    note(
        "rows that are not placed",
        said(
            df.shuffle(on_id().by(|_: Batch, _: usize| vec![0, 1]))?
                .compute(),
        ),
    );
    let fails = |keys: Batch, _: usize| -> Result<Vec<usize>, CleanError> {
        match keys.num_rows() {
            600 => Err(CleanError::NoRate("chf".to_owned())),
            rows => Ok(vec![0; rows]),
        }
    };
    let failed = df.shuffle(on_id().by(fails).named("by rate"))?;
    note("a function that fails", said(failed.compute()));
    let error = failed.compute().expect_err("it fails");
    assert!(matches!(
        error.downcast_ref::<CleanError>(),
        Some(CleanError::NoRate(_))
    ));
    note(
        "a function that panics",
        said(
            df.shuffle(on_id().by(|keys: Batch, n: usize| {
                assert!(keys.num_rows() > 700, "too few rows");
                vec![n - 1; keys.num_rows()]
            }))?
            .compute(),
        ),
    );
    note("a key that is not there", said(df.shuffle("idd")));
    note("no partition", said(df.shuffle(on_id().npartitions(0))));
    let many = said(df.shuffle(on_id().npartitions(1_i64 << 32)));
    note("more partitions than there can be", many);
    note("fewer than none", said(df.shuffle(on_id().npartitions(-2))));
    let shuffled = df.shuffle("k")?;
    note(
        "rows with their neighbours, afterwards",
        said(shuffled.map_overlap(MapOverlap::new(|part: Batch| part).before(1))),
    );
    note(
        "rows in their order, afterwards",
        said(shuffled.assign("before", col("id").shift(1))),
    );
    insta::assert_snapshot!(all.0);
    Ok(())
}
