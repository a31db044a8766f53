//! Files in object stores: read, written, slow, failing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use swath::ErrorKind;
use swath::object_store::ObjectStore;
use swath::object_store::memory::InMemory;
use swath::prelude::*;
use swath_io::testing::{Fault, Faulty, Request};

/// A session with a store at `memory://data`, and the store.
fn scene(threads: usize) -> (Session, Faulty) {
    let store = Faulty::new(Arc::new(InMemory::new()));
    let session = Session::builder()
        .threads(threads)
        .memory_limit("128MiB")
        .store("memory://data", Arc::new(store.clone()))
        .build()
        .expect("a session");
    (session, store)
}

/// Sales in three partitions, 30 rows each.
fn sales(session: &Session) -> DataFrame {
    let batches = (0..3).map(|partition| {
        let rows: Vec<String> = (0..30)
            .map(|row| format!("{},{}", ["eu", "us", "ap"][row % 3], partition * 30 + row))
            .collect();
        Batch::from_csv(&format!("region,amount\n{}\n", rows.join("\n"))).expect("rows")
    });
    session.from_batches(batches).expect("a frame")
}

fn keys(store: &Faulty) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let listed: Vec<_> = runtime
        .block_on(store.list(None).try_collect())
        .expect("a listing");
    let mut keys: Vec<String> = listed
        .iter()
        .map(|meta| meta.location.to_string())
        .collect();
    keys.sort();
    keys
}

/// The message without the numbers of lines.
fn told(error: &swath::Error) -> String {
    let text = error.to_string();
    let lines = text.lines().map(|line| match line.find("stores.rs:") {
        Some(at) => format!("{}[line]", &line[..at + "stores.rs:".len()]),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_pipeline_reads_and_writes_urls() -> swath::Result<()> {
    let (session, store) = scene(2);
    let written = sales(&session).to_parquet("memory://data/sales")?;
    assert_eq!((written.files(), written.rows()), (3, 90));
    assert_eq!(
        written.paths().next(),
        Some("memory://data/sales/part.0.parquet".as_ref())
    );
    assert_eq!(
        keys(&store),
        [
            "sales/part.0.parquet",
            "sales/part.1.parquet",
            "sales/part.2.parquet"
        ]
    );
    for url in ["memory://data/sales/", "memory://data/sales/part.*.parquet"] {
        let big = session.read_parquet(url)?.filter(col("amount").ge(60))?;
        let sums = big.groupby("region").sum("amount")?.compute()?;
        let mut sums: Vec<(String, i64)> = sums.rows()?.collect();
        sums.sort();
        assert_eq!(
            sums,
            [("ap".into(), 755), ("eu".into(), 735), ("us".into(), 745)]
        );
    }
    // Through persist, back to the store, and over what was there.
    let unkept = session.read_parquet("memory://data/sales")?;
    let over = unkept.to_parquet(ToParquet::new("memory://data/sales").overwrite());
    assert_eq!(over.expect_err("it reads them").code(), "E0203");
    let kept = unkept.persist()?;
    let one = kept.repartition(1)?;
    one.to_parquet("memory://data/one")?;
    sales(&session)
        .partitions(0..1)?
        .to_parquet(ToParquet::new("memory://data/sales").overwrite())?;
    assert_eq!(keys(&store), ["one/part.0.parquet", "sales/part.0.parquet"]);
    assert_eq!(
        session
            .read_parquet("memory://data/one")?
            .len()
            .get::<i64>()?,
        90
    );
    Ok(())
}

#[test]
fn what_goes_wrong_is_told_and_nothing_is_left() -> swath::Result<()> {
    let (session, store) = scene(1);
    sales(&session).to_parquet("memory://data/sales")?;
    let before = keys(&store);
    let mut said = Vec::new();
    // One thread: of two, either may be the first to fail.
    let mut mistake = |what: &str, result: swath::Result<()>| {
        let error = result.expect_err(what);
        said.push(format!("## {what}\n{}\n", told(&error)));
        store.heal();
        error.kind().clone()
    };
    let kind = mistake(
        "a store that is not there",
        session.read_parquet("other://bucket/x").map(drop),
    );
    assert!(matches!(kind, ErrorKind::File { .. }), "{kind:?}");
    mistake(
        "to write to a store that is not there",
        sales(&session).to_parquet("other://bucket/x").map(drop),
    );
    let kind = mistake(
        "a folder that is not there",
        session.read_parquet("memory://data/sale").map(drop),
    );
    assert!(matches!(kind, ErrorKind::NotFound { .. }), "{kind:?}");
    mistake(
        "a folder that has files",
        sales(&session).to_parquet("memory://data/sales").map(drop),
    );
    store.fail(Request::List, 0, Fault::Denied);
    mistake(
        "a listing that is denied",
        session.read_parquet("memory://data/sales").map(drop),
    );
    let planned = session.read_parquet("memory://data/sales")?;
    store.fail(Request::Get, 0, Fault::Broken);
    mistake("rows that do not come", planned.compute().map(drop));
    store.fail(Request::Put, 0, Fault::Broken);
    mistake(
        "a file that does not go",
        sales(&session).to_parquet("memory://data/out").map(drop),
    );
    let address = Session::builder()
        .store("bucket", Arc::new(InMemory::new()))
        .build();
    mistake("an address that is none", address.map(drop));
    insta::assert_snapshot!("what_goes_wrong_with_stores", said.join("\n"));
    assert_eq!(keys(&store), before);
    assert_eq!(planned.sum("amount")?.get::<i64>()?, 4005);
    Ok(())
}

#[test]
fn a_run_that_waits_for_a_store_can_be_cancelled() -> swath::Result<()> {
    let (session, store) = scene(2);
    sales(&session).to_parquet("memory://data/sales")?;
    let planned = session.read_parquet("memory://data/sales")?;
    store.delay(Duration::from_secs(60));
    let run = planned.submit()?;
    std::thread::sleep(Duration::from_millis(50));
    let start = Instant::now();
    run.cancel();
    let error = run.wait().expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error}");
    assert!(
        start.elapsed() < Duration::from_millis(200),
        "{:?}",
        start.elapsed()
    );
    Ok(())
}

#[test]
fn folders_of_a_store_are_partitioned_added_to_and_replaced() -> swath::Result<()> {
    let (session, store) = scene(2);
    let to = || ToParquet::new("memory://data/sales").partition_on("region");
    let written = sales(&session).to_parquet(to())?;
    assert_eq!((written.files(), written.partitions().len()), (9, 3));
    assert!(keys(&store).contains(&"sales/region=eu/part.2.parquet".to_owned()));
    let read = || session.read_parquet("memory://data/sales");
    assert_eq!(
        read()?.filter(col("region").eq("eu"))?.len().get::<i64>()?,
        30
    );

    let added = sales(&session).to_parquet(to().append())?;
    let paths: Vec<_> = added
        .paths()
        .map(|path| path.display().to_string())
        .collect();
    assert!(
        paths[0].starts_with("memory://data/sales/region=ap/part.3-"),
        "{paths:?}"
    );
    assert_eq!(read()?.len().get::<i64>()?, 180);

    let eu = sales(&session).filter(col("region").eq("eu"))?;
    eu.to_parquet(to().overwrite_partitions())?;
    assert_eq!(
        read()?.filter(col("region").eq("eu"))?.len().get::<i64>()?,
        30
    );
    assert_eq!(read()?.len().get::<i64>()?, 150);
    assert!(keys(&store).iter().all(|key| !key.contains("/.swath")));
    Ok(())
}
