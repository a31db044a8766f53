//! What is held, for how long, and who is told to hold it.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use swath::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span;

fn sales(session: &Session) -> swath::Result<DataFrame> {
    session.from_batches([
        Batch::from_csv("k,v\na,1\nb,7\n")?,
        Batch::from_csv("k,v\na,12\nb,3\n")?,
    ])
}

/// The operations of the handles that keep the entry of a label.
fn holders(session: &Session, label: &str) -> Vec<&'static str> {
    let persisted = session.persisted();
    let frame = persisted
        .frames()
        .iter()
        .find(|frame| frame.label == label)
        .expect(label);
    frame
        .holders
        .iter()
        .map(|holder| holder.operation)
        .collect()
}

#[test]
fn equal_frames_persisted_together_share_what_is_held() -> swath::Result<()> {
    let session = Session::testing();
    let filtered = sales(&session)?.filter(col("v").gt(2))?;
    let (a, b) = swath::persist((&filtered, &filtered))?;
    drop(b);
    assert_eq!(a.compute()?.num_rows(), 3);
    let held = session.persisted();
    let rows: Vec<u64> = held.frames().iter().map(|frame| frame.rows).collect();
    assert_eq!(rows, [4, 3], "{held}");
    drop((a, filtered));
    assert_eq!(session.memory_used(), 0);
    Ok(())
}

#[test]
fn what_was_persisted_twice_is_released_once() -> swath::Result<()> {
    let session = Session::testing();
    let filtered = sales(&session)?.filter(col("v").gt(2))?;
    let first = filtered.persist()?;
    first.release();
    let second = filtered.persist()?;
    drop(second);
    assert_eq!(first.compute()?.num_rows(), 3);
    let third = first.persist()?;
    assert_eq!(third.compute()?.num_rows(), 3);
    first.release();
    assert_eq!(
        session.persisted().frames().len(),
        2,
        "the handle of what is gone releases nothing"
    );
    third.release();
    assert_eq!(session.persisted().frames().len(), 1);
    assert_eq!(third.compute()?.num_rows(), 3);
    Ok(())
}

#[test]
fn equal_rows_may_come_from_two_threads() -> swath::Result<()> {
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    for _ in 0..50 {
        std::thread::scope(|scope| {
            let one = || {
                let session = session.clone();
                scope.spawn(move || -> swath::Result<i64> {
                    let df = sales(&session)?;
                    df.sum("v")?.get::<i64>()
                })
            };
            let (a, b) = (one(), one());
            for thread in [a, b] {
                assert_eq!(thread.join().expect("no panic")?, 23);
            }
            Ok::<(), swath::Error>(())
        })?;
    }
    assert_eq!(session.memory_used(), 0);
    Ok(())
}

#[test]
fn a_release_between_rounds_takes_nothing_away() -> swath::Result<()> {
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    for turn in 0..50 {
        let kept = sales(&session)?.filter(col("v").gt(2))?.persist()?;
        let run = kept.filter(col("v").gt(&kept.mean("v")?))?.submit()?;
        if turn % 2 == 0 {
            std::thread::yield_now();
        }
        kept.release();
        assert_eq!(run.wait()?.num_rows(), 1);
    }
    assert_eq!(session.memory_used(), 0);
    Ok(())
}

#[test]
fn a_lazy_value_is_a_holder() -> swath::Result<()> {
    let session = Session::testing();
    let big = sales(&session)?
        .filter(col("v").gt(2))?
        .label("big")
        .persist()?;
    assert_eq!(holders(&session, "big"), ["held"]);
    let mean = big.mean("v")?;
    let grouped = big.groupby("k");
    drop(big);
    assert_eq!(holders(&session, "big"), ["held", "reduce"]);
    drop(grouped);
    assert_eq!(holders(&session, "big"), ["reduce"]);
    drop(mean);
    assert_eq!(session.memory_used(), 0);
    Ok(())
}

#[test]
fn labels_given_later_are_listed() -> swath::Result<()> {
    let session = Session::testing();
    let filtered = sales(&session)?.filter(col("v").gt(2))?;
    let big = filtered.persist()?.label("big");
    assert_eq!(holders(&session, "big"), ["held"]);
    let again = filtered.label("large").persist()?;
    assert_eq!(holders(&session, "big, large"), ["held", "held"]);
    drop(big);
    assert_eq!(
        holders(&session, "big, large"),
        ["held"],
        "the first label stays"
    );
    let explained = again.filter(col("v").gt(7))?.explain().to_string();
    assert!(explained.contains("held `big`"), "{explained}");
    let error = again
        .filter(col("w").gt(7))
        .expect_err("no such column")
        .to_string();
    assert!(error.contains("frame   `large`"), "{error}");
    assert!(
        again.to_string().contains("source:     persisted `big` at"),
        "{again}"
    );
    Ok(())
}

#[test]
fn the_limit_is_what_was_asked_for() -> swath::Result<()> {
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    assert_eq!(session.memory_limit(), 1 << 30);
    assert_eq!(Session::testing().memory_limit(), 256 << 20);
    Ok(())
}

#[test]
fn slices_are_persisted_together() -> swath::Result<()> {
    let session = Session::testing();
    let df = sales(&session)?;
    let frames = [df.filter(col("v").gt(2))?, df.filter(col("v").gt(7))?];
    let held: Vec<DataFrame> = swath::persist(&frames[..])?;
    let rows: Vec<usize> = swath::compute(&held[..])?
        .iter()
        .map(Table::num_rows)
        .collect();
    assert_eq!(rows, [3, 1]);
    assert!(swath::persist(&frames[..0])?.is_empty());
    assert!(swath::compute(Vec::<DataFrame>::new())?.is_empty());
    assert!(swath::compute([0_u8; 0].map(|_| df.len()))?.is_empty());
    Ok(())
}

#[test]
fn batches_count_until_they_are_handed_out() -> swath::Result<()> {
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    let batch = |at: i64| Batch::from_columns([("v", (at..at + 10_000).collect::<Vec<_>>())]);
    let df = session.from_batches((0..8).map(batch).collect::<Result<Vec<_>, _>>()?)?;
    let held = session.memory_used();
    let twice = df.select([(col("v") * 2).alias("w")])?;
    let mut batches = twice.batches()?;
    let first = batches.next().expect("eight batches")?;
    assert_eq!(first.num_rows(), 10_000);
    // Three more partitions are computed ahead and not asked for.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let ahead = session.memory_used() - held;
    assert!(ahead >= 3 * 80_000, "{ahead} bytes count");
    assert_eq!(
        batches
            .map(|batch| batch.map_or(0, |batch| batch.num_rows()))
            .sum::<usize>(),
        70_000
    );
    assert_eq!(session.memory_used(), held);
    Ok(())
}

#[test]
fn batches_need_no_memory_for_what_is_ahead() -> swath::Result<()> {
    let session = Session::builder()
        .threads(2)
        .memory_limit("40MiB")
        .build()?;
    let batch = |at: i64| Batch::from_columns([("v", vec![at; 20_000])]);
    let df = session.from_batches((0..8).map(batch).collect::<Result<Vec<_>, _>>()?)?;
    // More than 2 MiB a partition, where tasks and results have 8 MiB: five of them have no room.
    let column = |n: i32| (col("v") * n).alias(format!("c{n}"));
    let wide = df.select((1..=14).map(column).collect::<Vec<_>>())?;
    let rows: usize = wide
        .batches()?
        .map(|batch| batch.map(|batch| batch.num_rows()))
        .sum::<Result<_, _>>()?;
    assert_eq!(rows, 160_000);
    Ok(())
}

#[test]
fn a_table_without_rows_becomes_a_frame_again() -> swath::Result<()> {
    let session = Session::testing();
    let df = sales(&session)?;
    let none = df
        .filter(col("v").gt(100))?
        .groupby("k")
        .sum("v")?
        .compute()?;
    assert_eq!(none.num_rows(), 0);
    let again = session.from_table(&none)?;
    assert_eq!((again.index(), again.columns()), (vec!["k"], vec!["v"]));
    assert_eq!(again.compute()?.num_rows(), 0);
    assert_eq!(session.from_batches(none.batches())?.columns(), ["v"]);
    assert_eq!(none.rows::<(String, i64)>()?.len(), 0);
    let error = none
        .rows::<(String, i64, i64)>()
        .err()
        .expect("three of two columns");
    assert_eq!(error.code(), "E0108");
    assert_eq!(df.filter(col("v").gt(100))?.batches()?.count(), 0);
    assert!(df.filter(col("v").gt(100))?.max("v")?.compute()?.is_null());
    let some = df.groupby("k").sum("v")?.compute()?;
    let elsewhere = Session::testing().from_table(&some)?;
    some.assert_same_rows(&elsewhere.compute()?.batches());
    Ok(())
}

/// Keeps the text of warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?};").expect("text can be written");
    }
}

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN && metadata.target().contains("held")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.0.lock().expect("no panic").push(fields.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[test]
fn computing_a_released_frame_again_is_warned_of() -> swath::Result<()> {
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        let session = Session::testing();
        let filtered = sales(&session)?.filter(col("v").gt(2))?.label("big");
        let persisted = line!() + 1;
        let big = filtered.persist()?;
        let read = line!() + 1;
        let grouped = big.groupby("k").sum("v")?;
        grouped.compute()?;
        big.release();
        println!("{}", grouped.explain());
        assert!(
            warnings.0.lock().expect("no panic").is_empty(),
            "nothing was computed again yet"
        );
        grouped.compute()?;
        let warned = warnings.0.lock().expect("no panic").clone();
        let [warned] = &warned[..] else {
            panic!("one warning: {warned:?}");
        };
        for part in [
            "a released frame is computed again".to_owned(),
            "frame=\"big\"".to_owned(),
            format!("persisted=\"{}:{persisted}:", file!()),
            format!("reader=\"{}:{read}:", file!()),
        ] {
            assert!(warned.contains(&part), "{part} in {warned}");
        }
        Ok(())
    })
}

#[test]
fn an_error_names_its_column() -> swath::Result<()> {
    let session = Session::testing();
    let rows = Batch::from_csv("region,qty,amount\neu,0,1.5\nus,300,2.5\n")?;
    let df = session.from_batches([rows])?;
    let column = |error: swath::Error| error.column().map(str::to_owned);
    let of = |expr: Expr| -> Option<String> {
        let planned = df.select([expr.alias("x")]);
        let error = match planned {
            Err(error) => error,
            Ok(frame) => frame.compute().expect_err("a task fails"),
        };
        column(error)
    };
    let found = [
        of(col("amuont")),
        of(col("region").cast("bool") + 1),
        of(col("region").gt(5)),
        of(col("amount").gt(col("region"))),
        of(col("qty").cast("int8")),
        of(lit(7).floordiv(col("qty"))),
        of(col("region").cast("int64")),
        column(
            df.groupby("qty")
                .mean("region")
                .expect_err("text has no mean"),
        ),
        df.compute()?
            .rows::<(String, u8, f64)>()
            .err()
            .and_then(column),
    ];
    let found: Vec<_> = found
        .iter()
        .map(|found| found.as_deref().unwrap_or("none"))
        .collect();
    assert_eq!(
        found,
        [
            "amuont", "region", "region", "none", "qty", "qty", "region", "region", "qty"
        ]
    );
    Ok(())
}

/// Few rows of many keep neither the pages nor the dictionaries they came from.
#[test]
fn a_small_part_of_a_file_holds_its_own_bytes() -> swath::Result<()> {
    const ROWS: usize = 100_000;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut text = String::from("id,name,kind\n");
    for row in 0..ROWS {
        let kind = row % 2000;
        writeln!(
            text,
            "{row},the name of row {row:08},kind number {kind:04} of two thousand"
        )
        .expect("text grows");
    }
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    session
        .from_batches([Batch::from_csv(&text)?])?
        .to_parquet(folder.path())?;
    let few = session
        .read_parquet(folder.path())?
        .filter((col("id") % 100).eq(3))?
        .persist()?;
    assert_eq!(few.compute()?.num_rows(), ROWS / 100);
    let held: u64 = session
        .persisted()
        .frames()
        .iter()
        .map(|frame| frame.bytes)
        .sum();
    // A number, a view and its text for each row, and as much for the kind, were it not a code.
    let logical = (ROWS / 100 * (8 + 2 * 16 + 24 + 33)) as u64;
    assert!(held * 10 <= logical * 12, "{held} bytes for {logical}");
    Ok(())
}
