//! Functions of partitions and batches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use swath::prelude::*;
use swath::{DType, Meta};

use super::{CleanError, Said, clean, said, texts, ticks};

#[test]
fn a_function_is_told_where_it_is() -> swath::Result<()> {
    let session = Session::builder()
        .threads(3)
        .memory_limit("64MiB")
        .build()?;
    let df = ticks(&session)?;
    let numbered = df.map_partitions(|part: Batch, cx: &Cx| {
        let (number, count) = (cx.partition().number(), cx.partition().count());
        part.with("at", vec![format!("{number}/{count}"); part.num_rows()])
    })?;
    let all = texts(&numbered.compute()?, "at");
    assert_eq!(all, ["0/3", "0/3", "1/3", "1/3", "2/3", "2/3"]);
    // However few of the partitions are wanted, each keeps its number.
    let last = numbered.partitions([2, 1])?;
    assert_eq!(texts(&last.compute()?, "at"), ["2/3", "2/3", "1/3", "1/3"]);
    assert_eq!(texts(&numbered.tail(1)?.compute()?, "at"), ["2/3"]);
    assert_eq!(
        texts(&numbered.partitions([2, 0])?.head(1)?.compute()?, "at"),
        ["2/3"]
    );
    let streamed = numbered.partitions(1..)?.batches()?;
    let streamed: Vec<String> = streamed
        .map(|batch| batch.and_then(|batch| Ok(batch.value("at", 0)?.to_string())))
        .collect::<swath::Result<_>>()?;
    assert_eq!(streamed, ["1/3", "2/3"]);
    // What stands below is another frame with other numbers.
    let below = df.partitions([2])?.map_partitions(|part: Batch, cx: &Cx| {
        part.with("at", vec![cx.partition().number() as i64; part.num_rows()])
    })?;
    assert_eq!(texts(&below.compute()?, "at"), ["0", "0"]);
    Ok(())
}

#[test]
fn functions_see_whole_partitions_and_batches_are_parts_of_them() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?.repartition(1)?;
    let rows = |batch: Batch| batch.with("rows", vec![batch.num_rows() as i64; batch.num_rows()]);
    assert_eq!(
        texts(&df.map_partitions(rows)?.head(1)?.compute()?, "rows"),
        ["6"]
    );
    assert_eq!(df.map_batches(rows)?.compute()?.num_rows(), 6);
    // An empty partition is one that a function of partitions sees.
    let empty = df.filter(col("px").gt(100))?;
    let one_row = |part: Batch| {
        let n = part.num_rows() as i64;
        Batch::from_columns([("n", vec![n])])
    };
    assert_eq!(
        texts(&empty.map_partitions(one_row)?.compute()?, "n"),
        ["0"]
    );
    assert_eq!(empty.map_batches(one_row)?.compute()?.num_rows(), 0);
    Ok(())
}

#[test]
fn columns_that_a_function_does_not_read_are_not_read() -> swath::Result<()> {
    let session = Session::testing();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let df = ticks(&session)?.map_partitions(
        MapPartitions::new(move |part: Batch| {
            let names: Vec<String> = part.meta().names().map(str::to_owned).collect();
            told.lock().expect("no panic").push(names.join(" "));
            part
        })
        .reads(["px", "side"]),
    )?;
    assert_eq!(df.compute()?.num_columns(), 2);
    assert_eq!(*seen.lock().expect("no panic"), ["px side"; 4]);
    Ok(())
}

#[test]
fn index_and_divisions_stay_where_it_is_said() -> swath::Result<()> {
    let session = Session::testing();
    let days = ticks(&session)?
        .groupby("ts")
        .sort(true)
        .agg([("n", Agg::size())])?;
    let same = |part: Batch| part;
    assert_eq!(days.map_partitions(same)?.index(), Vec::<&str>::new());
    let kept = days.map_partitions(MapPartitions::new(same).keeps_divisions())?;
    assert_eq!(kept.index(), ["ts"]);
    let declared = MapPartitions::new(same).meta(|meta: &Meta| meta.with("n", "uint64"));
    assert_eq!(days.map_partitions(declared)?.index(), ["ts"]);
    Ok(())
}

/// Everything a user can do wrong with functions of partitions, and what it says.
#[test]
fn what_goes_wrong_with_functions() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let mut all = Said::default();
    let mut note = |what: &str, text: String| all.note(what, text);
    note(
        "a function that has no answer for made-up rows",
        said(
            df.map_partitions(|part: Batch| -> Result<Batch, CleanError> {
                let ccy = part
                    .str("ccy")?
                    .iter()
                    .flatten()
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                Err(CleanError::NoRate(ccy))
            }),
        ),
    );
    note(
        "a function that panics on made-up rows",
        said(df.map_partitions(|part: Batch| {
            let rates = HashMap::from([("usd", 1.0)]);
            let rate = rates[part
                .str("ccy")
                .expect("text")
                .iter()
                .flatten()
                .next()
                .expect("a row")];
            part.with("rate", vec![rate; part.num_rows()])
        })),
    );
    note(
        "a column that a function does not find",
        said(df.map_partitions(|part: Batch| part.with("x", part.f64("pxx")?))),
    );
    note(
        "other columns than declared",
        said(
            df.map_partitions(MapPartitions::new(clean).meta([("px", "int64"), ("z", "string")]))?
                .compute(),
        ),
    );
    let nulls = MapPartitions::new(|part: Batch| part.select(["px"])).reads("px");
    let not_null = swath::Field::new("px", DType::Float64, false);
    let not_null = Meta::try_new([not_null], swath::Index::none())?;
    note(
        "nulls where none are declared",
        said(df.map_partitions(nulls.meta(not_null))?.compute()),
    );
    note(
        "a declared dtype that is none",
        said(df.map_partitions(MapPartitions::new(clean).meta([("px", "flaot64")]))),
    );
    note(
        "a function that reads a column that is not there",
        said(df.map_partitions(MapPartitions::new(clean).reads(["px", "cyc"]))),
    );
    note(
        "an index that does not come back",
        said(
            df.groupby("ts").sum("px")?.map_partitions(
                MapPartitions::new(|part: Batch| part.select(["px"]))
                    .meta([("px", "float64")])
                    .keeps_divisions(),
            ),
        ),
    );
    note(
        "a function that fails on some partition",
        said(
            df.map_partitions(|part: Batch, cx: &Cx| -> Result<Batch, CleanError> {
                match cx.partition().number() {
                    2 => Err(CleanError::NoRate("chf".to_owned())),
                    _ => Ok(part),
                }
            })?
            .compute(),
        ),
    );
    note(
        "a function that panics on some partition",
        said(
            df.map_partitions(|part: Batch, cx: &Cx| {
                assert!(cx.partition().number() != 1, "no rates for that day");
                part
            })?
            .compute(),
        ),
    );
    insta::assert_snapshot!(all.0);
    assert_eq!(df.compute()?.num_rows(), 6, "the session goes on");
    Ok(())
}
