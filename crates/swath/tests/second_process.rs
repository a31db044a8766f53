//! Every task encoded, decoded and run in a second process gives the same answers.

#![expect(
    clippy::disallowed_methods,
    reason = "a test lists its own folder as no part of swath would"
)]

use swath::prelude::*;

mod answers;
mod worker;

use answers::answers;
use worker::elsewhere;

/// A worker that is killed in the middle of a write leaves the files that were there.
#[test]
fn a_write_whose_worker_is_killed_is_undone() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let rows = |session: &Session| {
        session.from_batches((0..200).map(|_| Batch::from_csv("a\n1\n2\n").expect("rows")))
    };
    for micros in [0, 500, 2_000, 8_000, 20_000] {
        let (away, mut worker) = elsewhere();
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
    let (away, _worker) = elsewhere();
    let here = Session::testing();
    let local = answers(&here, &folder.path().join("here"))?;
    let remote = answers(&away, &folder.path().join("away"))?;
    assert_eq!(local, remote);
    Ok(())
}

/// A closure is no data: what would send it says which one it is.
#[test]
fn closures_stay_at_home() -> swath::Result<()> {
    let (away, _worker) = elsewhere();
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
    // What goes without closures goes on.
    assert_eq!(df.sum("a")?.get::<i64>()?, 3);
    Ok(())
}
