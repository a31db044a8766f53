//! Every task encoded, decoded and run in a second process gives the same answers.

#![expect(
    clippy::disallowed_methods,
    reason = "a test lists its own folder as no part of swath would"
)]

use swath::prelude::*;

mod answers;
mod worker;

use answers::answers;
use worker::{Shortest, elsewhere};

/// A worker that is killed in the middle of a write leaves the files that were there.
#[test]
fn a_write_whose_worker_is_killed_is_undone() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let rows = |session: &Session| {
        session.from_batches((0..200).map(|_| Batch::from_csv("a\n1\n2\n").expect("rows")))
    };
    for micros in [0, 500, 2_000, 8_000, 20_000] {
        let (away, mut worker) = elsewhere(Session::builder(), None);
        let old = Session::testing().from_batches([Batch::from_csv("a\n7\n")?])?;
        old.to_parquet(ToParquet::new(&*out).overwrite())?;
        let sink = rows(&away)?.sink_parquet(ToParquet::new(&*out).overwrite())?;
        let run = swath::submit(&sink)?;
        std::thread::sleep(std::time::Duration::from_micros(micros));
        worker.0.kill().expect("killed");
        let outcome = run.wait();
        let files = Session::testing().read_parquet(&out)?;
        let total: i64 = files.sum("a")?.get()?;
        assert_eq!(total, if outcome.is_ok() { 600 } else { 7 });
        let hidden = std::fs::read_dir(&out).expect("a folder").any(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().starts_with('.')
        });
        assert!(!hidden, "a hidden folder is left");
    }
    Ok(())
}

#[test]
fn a_second_process_gives_the_same_answers() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (away, _worker) = elsewhere(Session::builder(), None);
    let here = Session::testing();
    let local = answers(&here, &folder.path().join("here"))?;
    let remote = answers(&away, &folder.path().join("away"))?;
    assert_eq!(local, remote);
    Ok(())
}

/// A closure is no data: what would send it says which one it is.
#[test]
fn closures_stay_at_home() -> swath::Result<()> {
    let (away, _worker) = elsewhere(Session::builder(), None);
    let df = away.from_batches([Batch::from_csv("a\n1\n2\n")?])?;
    let mapped = df.map_partitions(MapPartitions::new(|part: Batch| part).named("clean-v2"))?;
    let error = mapped.compute().expect_err("it cannot be sent").to_string();
    assert!(error.contains("`clean-v2` at "), "{error}");
    assert!(error.contains("second_process.rs:"), "{error}");
    assert!(
        error.contains("is part of this process and cannot leave it"),
        "{error}"
    );
    let assigned = df.assign("b", col("a").map(|a: i64| a + 1))?;
    let error = assigned
        .compute()
        .expect_err("it cannot be sent")
        .to_string();
    assert!(error.contains("the closure at "), "{error}");
    assert!(
        error.contains("is part of this process and cannot leave it"),
        "{error}"
    );
    let call = away.delayed(&df, |rows: &Table| rows.num_rows());
    let error = call
        .named("count-v1")
        .compute()
        .expect_err("it cannot be sent");
    let error = error.to_string();
    assert!(error.contains("`count-v1` at "), "{error}");
    assert!(
        error.contains("is part of this process and cannot leave it"),
        "{error}"
    );
    // What goes without closures goes on.
    assert_eq!(df.sum("a")?.get::<i64>()?, 3);
    Ok(())
}

/// The states of an aggregate of one's own are data: however partial results are merged, and wherever.
#[test]
fn an_aggregate_of_ones_own_goes_along() -> swath::Result<()> {
    let (away, _worker) = elsewhere(Session::builder(), None);
    let store = std::sync::Arc::new(swath_store::testing::Reloading::new());
    let reloaded = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .aggregate(Shortest)
        .keep(std::sync::Arc::clone(&store) as _)
        .build()?;
    let here = Session::builder().aggregate(Shortest).build()?;
    for session in [&here, &away, &reloaded] {
        let batches = [
            "k,t\na,long\nb,x\n",
            "k,t\na,\na,mid\n,lost\n",
            "k,t\nb,y\na,cat\n",
        ];
        let batches = batches.map(|text| Batch::from_csv(text).expect("rows"));
        let df = session.from_batches(batches)?.repartition(6)?;
        let shortest = || Agg::new("shortest", &col("t")).alias("t");
        let groups = || df.groupby("k").sort(true);
        let expected = [("a", "mid (3)"), ("b", "x (2)")];
        let expected = expected.map(|(k, t)| (k.to_owned(), t.to_owned()));
        for found in [
            groups().agg(shortest())?,
            groups().split_every(2).agg(shortest())?,
            groups().split_every(3).agg(shortest())?,
            df.groupby("k")
                .split_out(3)
                .agg(shortest())?
                .nsmallest(2, "k")?,
            df.groupby("k")
                .agg(shortest())?
                .persist()?
                .nsmallest(2, "k")?,
        ] {
            let rows: Vec<(String, String)> = found.compute()?.rows()?.collect();
            assert_eq!(rows, expected);
        }
        let of_all = df.agg(shortest())?.compute()?;
        assert_eq!(of_all.value("t", 0)?, Value::from("x (6)"));
        let none = df.filter(col("t").eq("none"))?.agg(shortest())?.compute()?;
        assert_eq!(none.value("t", 0)?, Value::Null);
        let error = df
            .agg(Agg::new("shortest", &(col("k").str().len())))
            .unwrap_err();
        assert!(
            error.to_string().contains("there is no shortest of int64"),
            "{error}"
        );
    }
    assert!(store.reloads() > 0, "nothing was read back");
    Ok(())
}
