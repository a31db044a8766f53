//! Functions as tasks: calls that are put off, what they read, and frames made of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{Delayed, ErrorKind, FromDelayed, FromMap};

fn two_threads() -> Session {
    Session::builder()
        .threads(2)
        .memory_limit("128MiB")
        .build()
        .expect("a session")
}

fn sales(session: &Session) -> swath::Result<DataFrame> {
    session.from_batches([
        Batch::from_csv("region,amount\neu,10\nus,5\n")?,
        Batch::from_csv("region,amount\neu,2\n")?,
    ])
}

/// Counts how often it is called.
#[derive(Clone, Default)]
struct Calls(Arc<AtomicUsize>);

impl Calls {
    fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn so_far(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a user's program has: no word of it is about swath.
#[derive(Debug, PartialEq)]
struct Model {
    weights: BTreeMap<String, f64>,
}

fn fit(rows: &Table, mean: &Value) -> swath::Result<Model> {
    let mean = f64::try_from(mean.clone())?;
    let rows = rows.rows::<(String, i64)>()?;
    let mut weights = BTreeMap::new();
    for (region, amount) in rows {
        *weights.entry(region).or_insert(0.0) += amount as f64 / mean;
    }
    Ok(Model { weights })
}

#[test]
fn a_call_reads_frames_values_and_other_calls_and_all_is_one_graph() -> swath::Result<()> {
    for session in [Session::testing(), two_threads()] {
        let calls = Calls::default();
        let counted = calls.clone();
        let df = sales(&session)?.map_partitions(move |part: Batch| {
            if part.num_rows() > 0 {
                counted.count();
            }
            part
        })?;
        // Inferring the meta called it.
        let before = calls.so_far();
        let mean = df.mean("amount")?;
        let model = session.try_delayed((&df, &mean), fit);
        let largest = session.delayed((&model,), |model: &Model| {
            let weights = model.weights.iter();
            let largest = weights.max_by(|a, b| a.1.total_cmp(b.1));
            largest.map(|(region, _)| region.clone())
        });
        assert_eq!(calls.so_far(), before, "nothing runs at a call");

        let (rows, mean, model, largest) = swath::compute((&df, &mean, &model, &largest))?;
        assert_eq!(calls.so_far(), before + 2, "what they share runs once");
        assert_eq!(rows.num_rows(), 3);
        assert_eq!(f64::try_from(mean)?, 17.0 / 3.0);
        let weight = |of: f64| of / (17.0 / 3.0);
        let weights = [("eu", weight(10.0) + weight(2.0)), ("us", weight(5.0))];
        let weights = weights.map(|(region, weight)| (region.to_owned(), weight));
        assert_eq!(model.weights, BTreeMap::from(weights));
        assert_eq!(largest.as_deref(), Some("eu"));
        assert_eq!(session.memory_used(), held_by(&df));
    }
    Ok(())
}

/// Bytes of the rows that were handed in for a frame.
fn held_by(df: &DataFrame) -> u64 {
    df.session().persisted().bytes()
}

#[test]
fn a_call_runs_once_however_many_read_it() -> swath::Result<()> {
    let session = two_threads();
    let calls = Calls::default();
    let counted = calls.clone();
    let base = session.delayed((), move || {
        counted.count();
        10_i64
    });
    let terms: Vec<Delayed<i64>> = (0..50)
        .map(|n| session.delayed(&base, move |base: &i64| base + n))
        .collect();
    let total = session.delayed(&terms, |terms: &[Arc<i64>]| {
        terms.iter().map(|term| **term).sum::<i64>()
    });
    let (total, base, few) = swath::compute((&total, &base, &terms[..2]))?;
    assert_eq!((*total, *base), (50 * 10 + 49 * 25, 10));
    assert_eq!(few.iter().map(|term| **term).collect::<Vec<_>>(), [10, 11]);
    assert_eq!(calls.so_far(), 1);
    Ok(())
}

#[test]
fn long_chains_and_calls_that_read_one_twice_are_ordinary() -> swath::Result<()> {
    let session = two_threads();
    let mut sum = session.delayed((), || 0_u64);
    for _ in 0..20_000 {
        sum = session.delayed(&sum, |sum: &u64| sum + 1);
    }
    assert_eq!(*sum.compute()?, 20_000);
    drop(sum);
    let mut twice = session.delayed((), || 1_u64);
    for _ in 0..60 {
        twice = session.delayed((&twice, &twice), |a: &u64, b: &u64| a + b);
    }
    assert_eq!(*twice.compute()?, 1 << 60);
    let elsewhere = Session::testing().delayed((), || 1_u64);
    let mut wrong = session.delayed((&twice, &elsewhere), |a: &u64, b: &u64| a + b);
    for _ in 0..60 {
        wrong = session.delayed((&wrong, &wrong), |a: &u64, b: &u64| a + b);
    }
    let error = wrong.compute().expect_err("two sessions");
    assert_eq!(error.kind(), &ErrorKind::Sessions);
    Ok(())
}

#[test]
fn every_number_of_inputs_and_a_cx_behind_them() -> swath::Result<()> {
    let session = Session::testing();
    let n = |n: i64| session.delayed((), move || n);
    let eight = (n(1), n(2), n(3), n(4), n(5), n(6), n(7), n(8));
    let sum = session.delayed(
        eight,
        |a: &i64, b: &i64, c: &i64, d: &i64, e: &i64, f: &i64, g: &i64, h: &i64, cx: &Cx| {
            assert!(cx.check().is_ok());
            a + b + c + d + e + f + g + h
        },
    );
    assert_eq!(*sum.compute()?, 36);
    let alone = session.delayed((), |cx: &Cx| cx.partition().count());
    assert_eq!(*alone.compute()?, 1);
    // Empty frames, lists and tables are inputs as any.
    let none = sales(&session)?.filter(col("amount").gt(99))?;
    let none_of: Vec<Delayed<i64>> = Vec::new();
    let nothing = session.delayed(
        (&none, none.max("amount")?, &none_of),
        |rows: &Table, max: &Value, none: &[Arc<i64>]| {
            assert_eq!(
                rows.meta().names().collect::<Vec<_>>(),
                ["region", "amount"]
            );
            (rows.num_rows(), max.is_null(), none.len())
        },
    );
    assert_eq!(*nothing.compute()?, (0, true, 0));
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
fn calls_of_batches_are_partitions() -> swath::Result<()> {
    let session = two_threads();
    let calls = Calls::default();
    let counted = calls.clone();
    let rates = session.delayed((), move || {
        counted.count();
        BTreeMap::from([("eu", 2_i64), ("us", 3)])
    });
    let df = sales(&session)?;
    let part = |region: &'static str| {
        let rows = df.filter(col("region").eq(region)).expect("a column");
        session.try_delayed(
            (&rows, &rates),
            move |rows: &Table, rates: &BTreeMap<&str, i64>| {
                let amounts = rows.rows::<(String, i64)>()?;
                let amounts: Vec<i64> = amounts.map(|(_, amount)| amount * rates[region]).collect();
                Ok::<_, swath::Error>(Batch::from_columns([("amount", amounts)])?)
            },
        )
    };
    let parts = FromDelayed::new(["eu", "us"].map(part)).meta([("amount", "int64")]);
    let made = session.from_delayed(parts)?;
    assert_eq!((made.npartitions(), calls.so_far()), (2, 0));
    let (sum, rows) = swath::compute((&made.sum("amount")?, &made.filter(col("amount").gt(14))?))?;
    assert_eq!(i64::try_from(sum)?, 24 + 15);
    let rows: Vec<i64> = rows.rows::<(i64,)>()?.map(|(amount,)| amount).collect();
    assert_eq!((rows, calls.so_far()), (vec![20, 15], 1));
    // One of them is computed alone, and a stream of all computes each once.
    assert_eq!(made.partitions(1)?.compute()?.num_rows(), 1);
    assert_eq!(calls.so_far(), 2);
    let mut streamed = 0;
    for batch in made.batches()? {
        streamed += batch?.num_rows();
    }
    assert_eq!((streamed, calls.so_far()), (3, 3));
    let explained = made.explain().to_string();
    assert!(
        explained.contains("delayed closure (local function)"),
        "{explained}"
    );
    Ok(())
}

#[test]
fn a_persisted_call_is_held_released_and_found_again() -> swath::Result<()> {
    let session = two_threads();
    let calls = Calls::default();
    let model = |name: &str| {
        let counted = calls.clone();
        let model = session.delayed((), move || {
            counted.count();
            vec![1_u8; 1000]
        });
        model
            .heap_bytes(|model| model.capacity() as u64)
            .named(name.to_owned())
    };
    let held = model("model-v1").persist()?;
    assert_eq!(calls.so_far(), 1);
    let bytes = session.persisted().bytes();
    assert!((1000..2000).contains(&bytes), "{bytes}");
    assert_eq!(session.memory_used(), bytes);
    let len = session.delayed(&held, |model: &Vec<u8>| model.len());
    assert_eq!(*len.compute()?, 1000);
    assert_eq!(model("model-v1").compute()?.len(), 1000);
    assert_eq!(calls.so_far(), 1, "an equal call is found by its name");
    assert_eq!(model("model-v2").compute()?.len(), 1000);
    assert_eq!(calls.so_far(), 2);
    held.release();
    assert_eq!(session.memory_used(), 0);
    assert_eq!(*len.compute()?, 1000);
    assert_eq!(calls.so_far(), 3, "what was released is called again");
    // Two types are two values, whatever they are called.
    let other = session.delayed((), || 7_u64).named("model-v1");
    assert_eq!(*other.compute()?, 7);

    let df = sales(&session)?;
    let (df, len) = swath::persist((&df, &len))?;
    assert_eq!(
        (df.npartitions(), *len.compute()?, calls.so_far()),
        (2, 1000, 4)
    );
    Ok(())
}

#[test]
fn a_cancelled_call_stops_when_it_asks_and_those_after_it_never_begin() -> swath::Result<()> {
    let session = two_threads();
    let (begun, after) = (Calls::default(), Calls::default());
    let (counted, after_it) = (begun.clone(), after.clone());
    let long = session.try_delayed((), move |cx: &Cx| {
        counted.count();
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            cx.check()?;
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok::<_, swath::Error>(())
    });
    let next = session.delayed(&long, move |(): &()| after_it.count());
    let run = next.submit()?;
    while begun.so_far() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let asked = Instant::now();
    session.cancel_all();
    let error = run.wait().expect_err("it was cancelled");
    assert_eq!(error.kind(), &ErrorKind::Cancelled);
    assert!(asked.elapsed() < Duration::from_secs(10));
    assert_eq!(after.so_far(), 0);
    Ok(())
}

#[test]
fn declared_divisions_are_known_to_what_comes_after() -> swath::Result<()> {
    let session = two_threads();
    let days = FromMap::new([1_i64, 11, 21], |first: &i64| {
        let days: Vec<i64> = (*first..first + 10).collect();
        Batch::from_columns([("day", days.clone())])?.with("v", days)
    });
    let days = days.meta([("day", "int64"), ("v", "int64")]).index("day");
    let df = session.from_map(days.divisions([1, 11, 21, 30]))?;
    assert_eq!((df.index(), df.columns()), (vec!["day"], vec!["v"]));
    assert_eq!(df.divisions().to_string(), "Known(1 … 30, 3 partitions)");
    // Known order cuts and joins partitions along the index.
    let cut = df.repartition(6)?;
    assert!(cut.divisions().is_known(), "{}", cut.divisions());
    assert_eq!(cut.sum("v")?.get::<i64>()?, 465);
    let later = FromMap::new([()], |(): &()| {
        Batch::from_columns([("day", vec![40_i64]), ("v", vec![1])])
    });
    let later = later.meta([("day", "int64"), ("v", "int64")]);
    let later = session.from_map(later.index("day").divisions([40, 40]))?;
    let both = swath::concat([&df, &later], swath::Join::Inner)?;
    assert_eq!(both.divisions().to_string(), "Known(1 … 40, 4 partitions)");
    assert_eq!(both.compute()?.num_rows(), 31);

    // Text is read as a date, and a function may ask for its own boundaries.
    let at = FromMap::new(["2025-01-01", "2025-01-02"], |day: &&str| {
        Batch::from_csv(&format!("at,n\n{day} 12:00:00,1\n"))
    });
    let at = at
        .meta([("at", "timestamp[us]"), ("n", "int64")])
        .index("at");
    let df = session.from_map(at.divisions(["2025-01-01", "2025-01-02", "2025-01-03"]))?;
    assert_eq!(df.compute()?.num_rows(), 2);
    assert_eq!(
        df.divisions()
            .locate("2025-01-02 07:00:00")
            .expect("a label"),
        1
    );
    Ok(())
}
