//! A cancelled computation ends within 200 ms, whatever its tasks are at.

use std::time::{Duration, Instant};

use arrow_array::{Float64Array, Int64Array, RecordBatch};
use swath::{ErrorKind, prelude::*};

const ROWS: i64 = 400_000;
const PARTS: i64 = 4;
const PROMISED: Duration = Duration::from_millis(200);

/// As many groups as rows, in a few partitions.
fn rows(part: i64) -> RecordBatch {
    let here = part * ROWS / PARTS..(part + 1) * ROWS / PARTS;
    let ids: Int64Array = here
        .clone()
        .map(|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64))
        .collect();
    let values: Float64Array = here.map(|row| row as f64).collect();
    RecordBatch::try_from_iter([
        ("id", std::sync::Arc::new(ids) as _),
        ("v", std::sync::Arc::new(values) as _),
    ])
    .expect("columns of one length")
}

/// How long it takes to end after it was cancelled `after` its last task began; `None` if it was done before. The machine may
/// be busy: what takes too long is tried again.
fn ends_within(query: &DataFrame, after: Duration) -> swath::Result<Option<Duration>> {
    let mut took = once(query, after)?;
    for _ in 0..2 {
        if took.is_some_and(|took| took > PROMISED) {
            took = took.min(once(query, after)?);
        }
    }
    Ok(took)
}

fn once(query: &DataFrame, after: Duration) -> swath::Result<Option<Duration>> {
    let run = query.submit()?;
    loop {
        let progress = run.progress();
        if run.is_done() || progress.total > 0 && progress.done + 1 >= progress.total {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(after);
    if run.is_done() {
        run.wait()?;
        return Ok(None);
    }
    let asked = Instant::now();
    run.cancel();
    let ended = run.wait();
    let took = asked.elapsed();
    match ended {
        Err(error) => assert_eq!(error.kind(), &ErrorKind::Cancelled),
        // It had just finished.
        Ok(_) => return Ok(None),
    }
    Ok(Some(took))
}

#[test]
fn a_slow_function_of_values() -> swath::Result<()> {
    let session = Session::builder().threads(1).build()?;
    let rows = session.from_record_batches([rows(0)])?;
    // Some minutes for all of the only partition.
    let slow = rows.assign(
        "slow",
        col("v").map(|v: f64| {
            std::thread::sleep(Duration::from_millis(1));
            v
        }),
    )?;
    let run = slow.submit()?;
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    run.cancel();
    let error = run.wait().expect_err("it cannot be done yet");
    let took = asked.elapsed();
    assert_eq!(error.kind(), &ErrorKind::Cancelled, "{error}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    Ok(())
}

#[test]
fn a_merge_of_many_groups() -> swath::Result<()> {
    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    let rows = session.from_record_batches((0..PARTS).map(rows).collect::<Vec<_>>())?;
    for query in [
        rows.groupby("id").sum("v")?,
        rows.groupby("id").sort(true).sum("v")?,
        rows.nlargest(ROWS / 4, "v")?,
    ] {
        let held = session.memory_used();
        let mut slowest = Duration::ZERO;
        let mut cancelled = 0;
        for after in [1, 20, 60, 120, 200, 300, 500, 800] {
            let Some(took) = ends_within(&query, Duration::from_millis(after))? else {
                break;
            };
            slowest = slowest.max(took);
            cancelled += 1;
        }
        assert!(cancelled > 1, "the last task is too short to tell anything");
        assert!(slowest <= PROMISED, "{slowest:?}");
        assert_eq!(session.memory_used(), held);
    }
    Ok(())
}
