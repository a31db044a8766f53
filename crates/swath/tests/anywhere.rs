//! Blocking calls work on any thread: in an asynchronous runtime of either flavour, inside a rayon pool.

use swath::prelude::*;

fn frame(session: &Session) -> swath::Result<DataFrame> {
    session
        .from_batches([Batch::from_csv("region,amount\neu,10\nus,5\neu,2\n")?])?
        .repartition(3)
}

fn total(session: &Session) -> swath::Result<i64> {
    let kept = frame(session)?.filter(col("amount").gt(3))?.persist()?;
    kept.sum("amount")?.get()
}

#[test]
fn inside_a_current_thread_runtime() -> swath::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .build()?;
    runtime.block_on(async {
        assert_eq!(total(&session)?, 15);
        let run = frame(&session)?.groupby("region").sum("amount")?.submit()?;
        assert_eq!(run.await?.num_rows(), 2);
        Ok(())
    })
}

#[test]
fn inside_a_multi_thread_runtime() -> swath::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a runtime");
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .build()?;
    runtime.block_on(async {
        assert_eq!(total(&session)?, 15);
        let run = frame(&session)?.groupby("region").sum("amount")?.submit()?;
        assert_eq!(run.await?.num_rows(), 2);
        Ok(())
    })
}

#[test]
fn inside_a_rayon_pool() -> swath::Result<()> {
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .build()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .expect("a pool");
    let totals = pool.broadcast(|_| total(&session));
    for total in totals {
        assert_eq!(total?, 15);
    }
    Ok(())
}

#[test]
fn many_threads_share_a_session() -> swath::Result<()> {
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .build()?;
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..20).map(|_| total(&session)).collect::<Vec<_>>()))
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
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .build()?;
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
