//! Plugins in processes of their own: frames see no difference, but that a crash is an error.

use std::path::Path;
use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{ErrorKind, Shuffle, WorkerProgram};
use tempfile::TempDir;

use crate::logged::Lines;
use crate::scene::{behave, in_parts, library, linked, said, totals};
use crate::writing::{cancelled_in_commit, files};

/// The worker: this test binary, started once more. Does nothing in a run of tests.
#[test]
fn serves() {
    swath::plugin_worker();
}

pub(crate) fn worker() -> WorkerProgram {
    let tests = std::env::current_exe().expect("a program has a path");
    WorkerProgram::from(tests)
        .arg("--exact")
        .arg("isolated::serves")
        .arg("--nocapture")
}

/// A session with one plugin that runs apart; the folder has copies of what is loaded, and what it crashed on.
pub(crate) fn apart(threads: usize) -> (Session, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::builder().threads(threads).memory_limit("256MiB");
    let session = session
        .plugin_copies(folder.path().join("copies"))
        .plugin_crashes(folder.path().join("crashes"))
        .plugin_worker(worker())
        .isolate_plugins(true)
        .build()
        .expect("a session");
    session.load_plugin(library()).expect("a plugin");
    (session, folder)
}

#[test]
fn pipelines_give_what_they_give_in_this_process() -> swath::Result<()> {
    let (session, _folder) = apart(2);
    let here = linked();
    for parts in [1, 7] {
        let results = [&session, &here].map(|session| -> swath::Result<_> {
            let df = in_parts(session, parts)?
                .assign("y", plugin("tried.plus_one").call([col("x")]))?
                .map_partitions(
                    plugin("tried.scale")
                        .param("column", "y")
                        .param("factor", 3),
                )?;
            let sums = df
                .groupby("k")
                .agg([("s", plugin("tried.sum").agg(col("y")))])?;
            let by = Shuffle::on("z").by(plugin("tried.in_turn")).npartitions(3);
            let rows = df.shuffle(by)?.sum("y")?.get::<f64>()?;
            Ok((totals(&sums)?, rows, df.compute()?.to_string()))
        });
        let [found, expected] = results;
        assert_eq!(found?, expected?);
    }
    Ok(())
}

#[test]
fn a_crash_is_an_error_of_the_run() -> swath::Result<()> {
    let (session, folder) = apart(2);
    let plugins = session.plugins();
    let shown = plugins.to_string();
    let first = shown.lines().next().unwrap_or_default();
    assert!(first.ends_with("  isolated"), "{first}");
    let df = in_parts(&session, 1)?;
    let crashing = df.map_partitions(plugin("tried.behave").param("how", "segv"))?;
    let text = said(crashing.compute());
    let text = text.replace(&folder.path().display().to_string(), "[folder]");
    let (front, rest) = text.split_once("-partition-0-").expect("a file");
    let text = format!("{front}-partition-0-[hash]{}", &rest[12..]);
    insta::assert_snapshot!(text, @r"
    error[E0401]: `tried.behave`: crashed with SIGSEGV on partition 0, and again in a new process; the rows it was given are in `[folder]/crashes/tried.behave-partition-0-[hash].arrow`
      at      crates/swath/tests/plugins/isolated.rs:[line]
      task    map-partitions
      stage   map-partitions
    ");
    // The session goes on, and so does the plugin.
    let scaled = df.map_partitions(plugin("tried.scale").param("column", "x"))?;
    assert_eq!(scaled.sum("x")?.get::<f64>()?, df.sum("x")?.get::<f64>()?);
    // What it crashed on can be looked at.
    let kept = session.read_ipc(folder.path().join("crashes").join("*.arrow"))?;
    assert_eq!(kept.len().get::<i64>()?, 100);
    Ok(())
}

#[test]
fn what_it_logs_arrives() -> swath::Result<()> {
    let lines = Lines::global();
    let (session, _folder) = apart(1);
    let df = in_parts(&session, 1)?;
    df.map_partitions(behave("log"))?.compute()?;
    let said = lines.containing("100 rows");
    insta::assert_snapshot!(said.join("\n"), @r#"WARN message=100 rows plugin="tried" function="tried.behave" partition=0 target="swath_tried""#);
    Ok(())
}

/// The processes beside this one that have something of a folder in their memory.
fn processes_with(folder: &Path) -> Vec<u32> {
    let folder = folder.canonicalize().expect("a folder");
    let folder = folder.to_str().expect("a text");
    let processes = std::fs::read_dir("/proc").expect("processes");
    let numbers = processes.filter_map(|one| one.ok()?.file_name().to_str()?.parse().ok());
    let others = numbers.filter(|number| *number != std::process::id());
    let has = |number: &u32| {
        let maps = std::fs::read_to_string(format!("/proc/{number}/maps"));
        maps.is_ok_and(|maps| maps.contains(folder))
    };
    others.filter(has).collect()
}

/// A commit is told there that the run is cancelled, as it is here: all of the write is seen, or nothing. One that does not listen is ended,
/// and nobody knows how far it came. No process is left.
#[test]
fn a_commit_is_told_to_stop_there_too() -> swath::Result<()> {
    let (session, folder) = apart(2);
    let (outcome, table, after) = cancelled_in_commit(&session, "endless commit")?;
    let error = outcome.expect_err("it stopped");
    assert_eq!(error.kind(), &ErrorKind::Cancelled, "{error}");
    assert!(files(table.path()).is_empty() && files(after.path()).is_empty());

    let (outcome, table, after) = cancelled_in_commit(&session, "commit although cancelled")?;
    let error = outcome.expect_err("the one behind it is not begun");
    assert_eq!(error.kind(), &ErrorKind::Cancelled, "{error}");
    assert!(error.to_string().contains("written"), "{error}");
    assert_eq!(files(table.path()), ["part.0", "part.1"]);
    assert!(files(after.path()).is_empty());

    let (outcome, table, after) = cancelled_in_commit(&session, "deaf commit")?;
    let error = said(outcome);
    let error = error.replace(table.path().to_str().expect("a text"), "[table]");
    let error = error.replace(after.path().to_str().expect("a text"), "[after]");
    insta::assert_snapshot!(error, @r#"
    error[E0403]: `tried.table`: it was told to stop, did not within 500ms, and its process was ended; all, a part or nothing of the write may be seen, nothing of it is cleared away, and it is not tried again: look at what is there, and complete or remove it before it is written again
      at      crates/swath/tests/plugins/writing.rs:[line], write
      unknown tried@0.1.0.table(folder="[table]", how="deaf commit"), crates/swath/tests/plugins/writing.rs:[line]
      aborted tried@0.1.0.table(folder="[after]"), crates/swath/tests/plugins/writing.rs:[line]
      fix     of what is unknown, look at what is there, and complete or remove it; compute again only those that were aborted
    "#);
    let left = files(table.path());
    assert!(left.contains(&"begun".to_owned()), "{left:?}");
    assert!(files(after.path()).is_empty());

    assert!(!processes_with(folder.path()).is_empty());
    drop(session);
    let since = Instant::now();
    while !processes_with(folder.path()).is_empty() {
        assert!(since.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// A write that may be seen is not one to compute again without a look.
#[test]
fn one_of_several_writes_that_is_cut_off_is_unknown() -> swath::Result<()> {
    let (session, folder) = apart(2);
    let df = in_parts(&session, 2)?;
    let table = |name: &str, how: &str| {
        let folder = folder.path().join(name);
        let table = plugin("tried.table").param("folder", folder.to_str().expect("a text"));
        df.sink(table.param("how", how))
    };
    let shown = |error: String| {
        let text = error.replace(&folder.path().display().to_string(), "[folder]");
        // The name of the write.
        let (front, rest) = text.split_once("`write-").expect("it is named");
        let (_, rest) = rest.split_once('`').expect("it ends");
        format!("{front}`[write]`{rest}")
    };
    let sinks = [
        table("first", "")?,
        table("second", "exit in commit")?,
        table("third", "")?,
    ];
    insta::assert_snapshot!(shown(said(swath::compute(&sinks))), @r#"
    error[E0401]: `tried.table`: ended its process by `exit` while it made the write `[write]` seen; all, a part or nothing of the write may be seen, nothing of it is cleared away, and it is not tried again: look at what is there, and complete or remove it before it is written again
      at      crates/swath/tests/plugins/isolated.rs:[line], write
      written tried@0.1.0.table(folder="[folder]/first", how=""), crates/swath/tests/plugins/isolated.rs:[line]
      unknown tried@0.1.0.table(folder="[folder]/second", how="exit in commit"), crates/swath/tests/plugins/isolated.rs:[line]
      aborted tried@0.1.0.table(folder="[folder]/third", how=""), crates/swath/tests/plugins/isolated.rs:[line]
      fix     what is written stays; of what is unknown, look at what is there, and complete or remove it; compute again only those that were aborted
    "#);
    // Without one that is seen, and without one that is aborted.
    let sinks = [table("fourth", "exit in commit")?, table("fifth", "")?];
    insta::assert_snapshot!(shown(said(swath::compute(&sinks))), @r#"
    error[E0401]: `tried.table`: ended its process by `exit` while it made the write `[write]` seen; all, a part or nothing of the write may be seen, nothing of it is cleared away, and it is not tried again: look at what is there, and complete or remove it before it is written again
      at      crates/swath/tests/plugins/isolated.rs:[line], write
      unknown tried@0.1.0.table(folder="[folder]/fourth", how="exit in commit"), crates/swath/tests/plugins/isolated.rs:[line]
      aborted tried@0.1.0.table(folder="[folder]/fifth", how=""), crates/swath/tests/plugins/isolated.rs:[line]
      fix     of what is unknown, look at what is there, and complete or remove it; compute again only those that were aborted
    "#);
    let sinks = [table("sixth", "")?, table("seventh", "exit in commit")?];
    insta::assert_snapshot!(shown(said(swath::compute(&sinks))), @r#"
    error[E0401]: `tried.table`: ended its process by `exit` while it made the write `[write]` seen; all, a part or nothing of the write may be seen, nothing of it is cleared away, and it is not tried again: look at what is there, and complete or remove it before it is written again
      at      crates/swath/tests/plugins/isolated.rs:[line], write
      written tried@0.1.0.table(folder="[folder]/sixth", how=""), crates/swath/tests/plugins/isolated.rs:[line]
      unknown tried@0.1.0.table(folder="[folder]/seventh", how="exit in commit"), crates/swath/tests/plugins/isolated.rs:[line]
      fix     what is written stays; of what is unknown, look at what is there, and complete or remove it
    "#);
    let sink = table("eighth", "exit in commit")?;
    insta::assert_snapshot!(shown(said(swath::compute(&sink))), @r#"
    error[E0401]: `tried.table`: ended its process by `exit` while it made the write `[write]` seen; all, a part or nothing of the write may be seen, nothing of it is cleared away, and it is not tried again: look at what is there, and complete or remove it before it is written again
      at      crates/swath/tests/plugins/isolated.rs:[line], write
    "#);
    Ok(())
}
