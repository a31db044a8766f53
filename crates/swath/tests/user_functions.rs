//! Closures as user functions: program P5 of the surface, what functions see, and what their faults say.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a function of a partition is given the rows, whether or not it keeps them"
)]

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use swath::prelude::*;
use swath::{BatchError, DType, ErrorKind, MapOverlap, Meta, Shuffle};

fn ticks(session: &Session) -> swath::Result<DataFrame> {
    session.from_batches([
        Batch::from_csv("ts,side,px,ccy\n2024-01-01,bid,1.5,usd\n2024-01-02,ask,-2.0,eur\n")?,
        Batch::from_csv("ts,side,px,ccy\n2024-01-03,ask,4.0,usd\n2024-01-04,bid,,eur\n")?,
        Batch::from_csv("ts,side,px,ccy\n2024-01-05,ask,8.0,eur\n2024-01-06,bid,0.5,usd\n")?,
    ])
}

/// The error of the author of a function.
#[derive(Debug)]
enum CleanError {
    Batch(BatchError),
    NoRate(String),
}

impl fmt::Display for CleanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(error) => error.fmt(f),
            Self::NoRate(ccy) => write!(f, "no rate for {ccy}"),
        }
    }
}

impl std::error::Error for CleanError {}

impl From<BatchError> for CleanError {
    fn from(error: BatchError) -> Self {
        Self::Batch(error)
    }
}

fn clean(part: Batch) -> Result<Batch, CleanError> {
    let px = part.f64("px")?;
    Ok(part.with("px", px.map(|p| p.max(0.0)))?)
}

fn top_of_book(part: Batch) -> Result<Batch, BatchError> {
    let (side, px) = (part.str("side")?, part.f64("px")?);
    let of = |wanted: &str| -> Vec<Option<f64>> {
        let pairs = side.iter().zip(px.iter());
        pairs
            .map(|(side, px)| px.filter(|_| side == Some(wanted)))
            .collect()
    };
    let (bid, ask) = (of("bid"), of("ask"));
    part.with("bid", bid)?
        .with("ask", ask)?
        .drop(["side", "px"])
}

/// A column as text.
fn texts(table: &Table, column: &str) -> Vec<String> {
    let value = |row| table.value(column, row).expect("a row").to_string();
    (0..table.num_rows()).map(value).collect()
}

/// The text of an error, without lines and columns of this file.
#[track_caller]
fn said<T>(result: swath::Result<T>) -> String {
    let text = result.err().expect("a mistake").to_string();
    let mut shown = String::new();
    let mut parts = text.split("user_functions.rs:");
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        shown.push_str("user_functions.rs:[line]");
        // The colon that ends a place stays.
        if part[..part.len() - rest.len()].ends_with(':') {
            shown.push(':');
        }
        shown.push_str(rest);
    }
    shown
}

/// The program as it stands in the surface, on a session of its own.
#[test]
fn the_program_of_the_surface() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;

    let a = df.map_partitions(clean)?;
    let b = df.map_partitions(
        MapPartitions::new(top_of_book)
            .named("top-of-book-v2")
            .meta([("ts", "date"), ("bid", "float64"), ("ask", "float64")])
            .reads(["ts", "side", "px"]),
    )?;
    let rates = Arc::new(HashMap::from([("usd", 1.0), ("eur", 2.0)]));
    let c = df.assign(
        "eur",
        udf((col("px"), col("ccy")), move |px: f64, ccy: &str| {
            px * rates[ccy]
        }),
    )?;
    let n = df.map_partitions(|part: Batch, cx: &Cx| -> swath::Result<Batch> {
        cx.check()?;
        Ok(part.head(cx.partition().number()))
    })?;

    insta::assert_snapshot!(a.explain().to_string());
    let (a, b, c, n) = swath::compute((&a, &b, &c, &n))?;
    assert_eq!(texts(&a, "px"), ["1.5", "0.0", "4.0", "null", "8.0", "0.5"]);
    assert_eq!(b.meta().names().collect::<Vec<_>>(), ["ts", "bid", "ask"]);
    assert_eq!(
        texts(&c, "eur"),
        ["1.5", "-4.0", "4.0", "null", "16.0", "0.5"]
    );
    assert_eq!(n.num_rows(), 3);
    Ok(())
}

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
fn functions_see_strings_whatever_their_encoding() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let session = Session::testing();
    ticks(&session)?.to_parquet(folder.path())?;
    let df = session
        .read_parquet(folder.path())?
        .filter(col("px").gt(0))?;
    let upper =
        df.map_partitions(|part: Batch| part.with("ccy", part.str("ccy")?.map(str::to_uppercase)))?;
    assert_eq!(
        texts(&upper.compute()?, "ccy"),
        ["USD", "USD", "EUR", "USD"]
    );
    let sides = df.assign("side", col("side").map(|side: &str| side.len() as u32))?;
    assert_eq!(sides.meta().dtype("side")?, &DType::UInt32);
    assert_eq!(texts(&sides.compute()?, "side"), ["3", "3", "3", "3"]);
    // A closure in a filter is pushed to the scan as any other predicate.
    let bids = df.filter(col("side").map(|side: &str| side == "bid"))?;
    assert_eq!(bids.compute()?.num_rows(), 2);
    Ok(())
}

#[test]
fn closures_see_nulls_only_where_they_ask_for_them() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let rows = df
        .assign("plain", col("px").map(|px: f64| px * 2.0))?
        .assign("seen", col("px").map(|px: Option<f64>| px.unwrap_or(-1.0)))?
        .assign("made", col("px").map(|px: f64| (px > 0.0).then_some(px)))?
        .assign(
            "both",
            udf(("px", "ccy"), |px: Option<f64>, ccy: &str| {
                format!("{ccy}{px:?}")
            }),
        )?
        .assign("any", col("ts").map(|day: Value| day.to_string()))?
        .assign(
            "checked",
            col("px").map(|px: f64| -> Result<i64, CleanError> { Ok(px as i64) }),
        )?;
    let nullable = |name: &str| rows.meta().field(name).map(|field| field.nullable);
    assert_eq!((nullable("plain")?, nullable("seen")?), (true, false));
    let table = rows.compute()?;
    assert_eq!(texts(&table, "plain")[2..4], ["8.0", "null"]);
    assert_eq!(texts(&table, "seen")[2..4], ["4.0", "-1.0"]);
    assert_eq!(texts(&table, "made")[..2], ["1.5", "null"]);
    assert_eq!(texts(&table, "both")[2..4], ["usdSome(4.0)", "eurNone"]);
    assert_eq!(texts(&table, "any")[0], "2024-01-01");
    assert_eq!(texts(&table, "checked")[..2], ["1", "-2"]);
    Ok(())
}

#[test]
fn meta_is_inferred_once_and_a_function_is_not_called_more_often() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let mapped = df.map_partitions(move |part: Batch| {
        counted.fetch_add(1, Ordering::Relaxed);
        part
    })?;
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    let _ = mapped.filter(col("px").gt(0))?.select(["px"])?.explain();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(mapped.nlargest(1, "px")?.compute()?.num_rows(), 1);
    assert_eq!(calls.load(Ordering::Relaxed), 1 + 3);
    let (_, _) = swath::compute((&mapped.sum("px")?, &mapped.max("px")?))?;
    assert_eq!(calls.load(Ordering::Relaxed), 1 + 3 + 3);

    // A closure whose arguments are known at once is not called before there are rows.
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let seven = udf([lit(7)], move |seven: i64| {
        counted.fetch_add(1, Ordering::Relaxed);
        seven
    });
    let df = df.assign("seven", seven)?.filter(col("seven").gt(5))?;
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_eq!(df.compute()?.num_rows(), 6);
    assert!(calls.load(Ordering::Relaxed) > 0);
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

#[test]
fn equal_names_are_equal_computations() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let make = |name: Option<&str>| {
        let options = MapPartitions::new(clean);
        df.map_partitions(match name {
            Some(name) => options.named(name),
            None => options,
        })
    };
    assert!(make(Some("v1"))?.same_as(&make(Some("v1"))?));
    assert!(!make(Some("v1"))?.same_as(&make(Some("v2"))?));
    assert!(!make(None)?.same_as(&make(None)?));
    let double = col("px").map(|px: f64| px * 2.0);
    assert!(df.assign("x", &double)?.same_as(&df.assign("x", &double)?));
    let again = |px: f64| px * 2.0;
    assert!(
        !df.assign("x", col("px").map(again))?
            .same_as(&df.assign("x", col("px").map(again))?)
    );
    Ok(())
}

#[test]
fn a_functions_own_error_is_found_again() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let fails = |part: Batch| -> Result<Batch, CleanError> {
        if part.str("ccy")?.iter().any(|ccy| ccy == Some("usd")) {
            return Err(CleanError::NoRate("usd".to_owned()));
        }
        Ok(part)
    };
    let error = df.map_partitions(fails)?.compute().expect_err("it fails");
    assert!(matches!(error.downcast_ref(), Some(CleanError::NoRate(ccy)) if ccy == "usd"));
    assert_eq!(error.kind(), &ErrorKind::Task);
    let fails = |ccy: &str| -> Result<f64, CleanError> { Err(CleanError::NoRate(ccy.to_owned())) };
    let df = df.assign("rate", col("ccy").map(fails))?;
    let error = df.compute().expect_err("it fails");
    assert!(matches!(error.downcast_ref(), Some(CleanError::NoRate(_))));
    Ok(())
}

/// What was said so far.
#[derive(Default)]
struct Said(String);

impl Said {
    fn note(&mut self, what: &str, text: String) {
        write!(self.0, "## {what}\n{text}\n\n").expect("a text grows");
    }
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

/// The same for closures of the values of a row.
#[test]
fn what_goes_wrong_with_closures() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let mut all = Said::default();
    let mut note = |what: &str, text: String| all.note(what, text);
    note(
        "a closure of another dtype",
        said(df.assign("x", col("ccy").map(|px: f64| px))),
    );
    note(
        "a closure of another number of arguments",
        said(df.assign("x", udf(["px"], |px: f64, ccy: &str| px + ccy.len() as f64))),
    );
    note(
        "a closure that fails",
        said(
            df.assign(
                "x",
                col("ccy").map(|ccy: &str| -> Result<f64, CleanError> {
                    Err(CleanError::NoRate(ccy.to_owned()))
                }),
            )?
            .compute(),
        ),
    );
    note(
        "a closure that panics",
        said(
            df.assign("x", col("px").map(|px: Option<f64>| px.expect("a price")))?
                .compute(),
        ),
    );
    insta::assert_snapshot!(all.0);
    assert_eq!(df.compute()?.num_rows(), 6, "the session goes on");
    Ok(())
}
