//! Queries inside an asynchronous service: awaited with a deadline, cancelled by being dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{Event, Observer};

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Sale {
    region: String,
    amount: i64,
}

/// What a handler of a web service does: a lazy frame shared by all requests, one query awaited.
async fn top(sales: DataFrame, region: String, n: usize) -> swath::Result<Vec<Sale>> {
    let run = sales
        .filter(col("region").eq(region))?
        .nlargest(n, "amount")?
        .submit()?;
    Ok(run.await?.rows()?.collect())
}

#[tokio::test]
async fn requests_run_side_by_side() -> swath::Result<()> {
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .build()?;
    let text = "region,amount\neu,10\nus,5\neu,2\nus,7\neu,4\n";
    let sales = session
        .from_batches([Batch::from_csv(text)?])?
        .repartition(3)?;
    let requests = (0..16).map(|request| {
        let region = if request % 2 == 0 { "eu" } else { "us" };
        tokio::spawn(top(sales.clone(), region.to_owned(), 2))
    });
    let requests: Vec<_> = requests.collect();
    for (request, answer) in requests.into_iter().enumerate() {
        let answer = answer.await.expect("no panic")?;
        let amounts: Vec<i64> = answer.iter().map(|sale| sale.amount).collect();
        let expected = if request % 2 == 0 { [10, 4] } else { [7, 5] };
        assert_eq!(amounts, expected);
    }
    Ok(())
}

/// Counts tasks that ended.
#[derive(Clone, Default)]
struct Ended(Arc<AtomicU64>);

impl Observer for Ended {
    fn on(&self, event: &Event) {
        if matches!(event, Event::TaskFinished { .. }) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn a_query_past_its_deadline_is_cancelled() -> swath::Result<()> {
    let ended = Ended::default();
    let session = Session::builder()
        .threads(1)
        .memory_limit("256MiB")
        .observer(ended.clone())
        .build()?;
    let rows = (0..2000).map(|row| format!("{},{row}", row % 997));
    let rows: Vec<String> = std::iter::once("k,v".to_owned()).chain(rows).collect();
    let batch = Batch::from_csv(&rows.join("\n"))?;
    // Two thousand tasks of some milliseconds each: far more than the deadline leaves time for.
    let df = session.from_batches(vec![batch; 2000])?.repartition(2000)?;
    let before = session.memory_used();
    let slow = df
        .assign("w", (col("v") * 3 + 1) % 7)?
        .groupby(["k", "w"])
        .sum("v")?;

    let deadline = Duration::from_millis(20);
    let began = Instant::now();
    let late = tokio::time::timeout(deadline, slow.submit()?).await;
    assert!(late.is_err(), "the query took less than {deadline:?}");
    // The run was dropped with the future. What it held is given back, and nothing of it goes on.
    while session.memory_used() > before {
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "memory is not back"
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let tasks = ended.0.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let later = ended.0.load(Ordering::Relaxed);
    assert!(later - tasks <= 1, "{tasks} tasks had ended, then {later}");
    assert!(later < 2000);
    assert_eq!(df.len().get::<u64>()?, 4_000_000);
    Ok(())
}
