//! Blocking calls work on any thread: in an asynchronous runtime of either flavour, inside a rayon pool.

use swath::prelude::*;

fn frame(session: &Session) -> swath::Result<DataFrame> {
    session
        .from_batches([Batch::from_csv("region,amount\neu,10\nus,5\neu,2\n")?])?
        .repartition(3)
}

fn session() -> swath::Result<Session> {
    Session::builder().threads(2).memory_limit("256MiB").build()
}

/// The program of the README on three files: read, print, persist, three answers of one graph.
fn readme(session: &Session) -> swath::Result<i64> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    frame(session)?.to_parquet(folder.path())?;
    let sales = session.read_parquet(folder.path())?;
    assert!(sales.to_string().contains("amount"));
    let filtered = sales.filter(col("amount").gt(3))?.persist()?;
    assert!(session.persisted().to_string().contains("anywhere.rs:"));
    let by_region = filtered.groupby("region").sum("amount")?;
    let by_category = filtered.groupby("region").mean("amount")?;
    let top = filtered.nlargest(1, "amount")?;
    let (by_region, _, top) = swath::compute((&by_region, &by_category, &top))?;
    assert_eq!(top.num_rows(), 1);
    Ok(by_region.rows::<(String, i64)>()?.map(|(_, sum)| sum).sum())
}

async fn awaited(session: &Session) -> swath::Result<usize> {
    let run = frame(session)?.groupby("region").sum("amount")?.submit()?;
    Ok(run.await?.num_rows())
}

#[test]
fn inside_a_current_thread_runtime() -> swath::Result<()> {
    #[tokio::main(flavor = "current_thread")]
    async fn main() -> swath::Result<()> {
        let session = session()?;
        assert_eq!(readme(&session)?, 15);
        assert_eq!(awaited(&session).await?, 2);
        Ok(())
    }
    main()
}

#[test]
fn inside_a_multi_thread_runtime() -> swath::Result<()> {
    #[tokio::main(flavor = "multi_thread", worker_threads = 2)]
    async fn main() -> swath::Result<()> {
        let session = session()?;
        assert_eq!(readme(&session)?, 15);
        assert_eq!(awaited(&session).await?, 2);
        Ok(())
    }
    main()
}

#[test]
fn inside_a_rayon_pool() -> swath::Result<()> {
    let session = session()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .expect("a pool");
    let totals = pool.broadcast(|_| readme(&session));
    for total in totals {
        assert_eq!(total?, 15);
    }
    Ok(())
}

#[test]
fn many_threads_share_a_session() -> swath::Result<()> {
    let session = session()?;
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..5).map(|_| readme(&session)).collect::<Vec<_>>()))
            .collect();
        for caller in callers {
            for total in caller.join().expect("no panic") {
                assert_eq!(total?, 15);
            }
        }
        Ok(())
    })
}

#[test]
fn a_dropped_run_is_cancelled_and_leaves_nothing() -> swath::Result<()> {
    let session = session()?;
    let df = frame(&session)?;
    let before = session.memory_used();
    drop(df.submit()?);
    let run = df.submit()?;
    run.cancel();
    match run.wait() {
        Ok(table) => assert_eq!(table.num_rows(), 3),
        Err(error) => assert_eq!(error.kind(), &swath::ErrorKind::Cancelled),
    }
    assert_eq!(df.compute()?.num_rows(), 3);
    assert_eq!(session.memory_used(), before);
    Ok(())
}
