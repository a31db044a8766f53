//! Sinks out of plugins.

use std::path::Path;
use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{ErrorKind, PluginFunction, Written};
use tempfile::TempDir;

use crate::scene::{elsewhere_with, in_parts, linked, loaded, said};

fn table(folder: &Path) -> PluginFunction {
    plugin("tried.table").param("folder", folder.to_str().expect("a text"))
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The names of the files of a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name().into_string());
    let mut names: Vec<String> = names.map(|name| name.expect("a text")).collect();
    names.sort();
    names
}

/// How many lines a file has.
fn lines(folder: &Path, name: &str) -> usize {
    let text = std::fs::read_to_string(folder.join(name)).expect("a file");
    text.lines().count()
}

#[test]
fn a_write_is_seen_whole() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        let folder = folder();
        let df = in_parts(&session, 3)?;
        let written = df.write(table(folder.path()))?;
        assert_eq!(
            (written.rows(), written.files(), written.receipts().len()),
            (100, 0, 3)
        );
        assert_eq!(written.to_string(), "3 partitions, 100 rows");
        assert_eq!(files(folder.path()), ["part.0", "part.1", "part.2"]);
        assert_eq!(lines(folder.path(), "part.2"), 32);
        // In the order of the partitions, whichever is done first.
        assert!(written.receipts()[2].contains("-2-"), "{written:?}");
        // Partitions without rows are some too.
        let few = df.filter(col("z").lt(40))?.write(table(folder.path()))?;
        assert_eq!((few.rows(), few.receipts().len()), (40, 3));
        assert_eq!(lines(folder.path(), "part.2"), 0);
    }
    Ok(())
}

#[test]
fn a_lazy_write_shares_what_others_read() -> swath::Result<()> {
    let session = linked();
    let (one, other) = (folder(), folder());
    let df = session.read(plugin("tried.numbers"))?;
    let to = |folder: &TempDir| table(folder.path()).param("column", "n");
    let first = df.sink(to(&one))?;
    assert!(files(one.path()).is_empty());
    let second = df.partitions(0)?.sink(to(&other))?;
    let (halves, first, second) = swath::compute((&df.sum("half")?, &first, &second))?;
    assert_eq!(f64::try_from(halves)?, 390.0);
    assert_eq!((first.rows(), second.rows()), (40, 10));
    assert_eq!((files(one.path()).len(), files(other.path()).len()), (4, 1));
    // Computed again, it is another write.
    let again = df.sink(to(&one))?;
    assert_eq!(swath::compute(&again)?.rows(), 40);
    assert_eq!(swath::compute(&again)?.rows(), 40);
    let plan = df.explain().to_string();
    assert!(plan.contains("read tried@0.1.0.numbers()"), "{plan}");
    Ok(())
}

#[test]
fn what_fails_is_aborted() -> swath::Result<()> {
    let session = linked();
    let df = in_parts(&session, 3)?;
    let failed = |how: &str| {
        let folder = folder();
        let error = said(df.write(table(folder.path()).param("how", how)));
        let left = files(folder.path());
        assert!(left.is_empty(), "{how}: {left:?}");
        error
    };
    insta::assert_snapshot!(failed("error in open"), @r"
    error[E0401]: `tried.table`: the table is locked
      at      crates/swath/tests/plugins/writing.rs:[line]
      task    pipeline
      part    partition 1 of 3
      stage   read
      for     write
    ");
    insta::assert_snapshot!(failed("error"), @r"
    error[E0401]: `tried.table`: the disk is full
      at      crates/swath/tests/plugins/writing.rs:[line]
      task    pipeline
      part    partition 1 of 3
      stage   read
      for     write
    ");
    insta::assert_snapshot!(failed("panic"), @r"
    error[E0402]: `tried.table`: panicked: no room for chf, tests/plugin/src/sink.rs:[line]
      at      crates/swath/tests/plugins/writing.rs:[line]
      task    pipeline
      part    partition 1 of 3
      stage   read
      for     write
    ");
    insta::assert_snapshot!(failed("error in finish"), @r"
    error[E0401]: `tried.table`: the disk is full after all
      at      crates/swath/tests/plugins/writing.rs:[line]
      task    pipeline
      part    partition 1 of 3
      stage   read
      for     write
    ");
    insta::assert_snapshot!(failed("error in commit"), @r"
    error[E0401]: `tried.table`: somebody was faster
      at      crates/swath/tests/plugins/writing.rs:[line], write
    ");
    insta::assert_snapshot!(failed("panic in commit"), @r"
    error[E0402]: `tried.table`: panicked: no table, tests/plugin/src/sink.rs:[line]
      at      crates/swath/tests/plugins/writing.rs:[line], write
    ");
    // Something else that is computed with it fails.
    let folder = folder();
    let fails = df.assign("y", plugin("other.below_ten").call("x"))?;
    let error = swath::compute((&df.sink(table(folder.path()))?, &fails));
    assert!(error.is_err());
    assert!(files(folder.path()).is_empty());
    // What cannot be cleared away stays, and the error is that of the write.
    let error = df.write(table(folder.path()).param("how", "error in abort"));
    assert_eq!(error.expect_err("commit clears away too").code(), "E0401");
    Ok(())
}

#[test]
fn a_write_that_is_cancelled_or_dropped_is_aborted() -> swath::Result<()> {
    let (session, _folder) = loaded();
    let df = in_parts(&session, 2)?;
    let folder = folder();
    let sink = df.sink(table(folder.path()).param("how", "endless"))?;
    let begun = |run: &swath::Run<Written>| {
        let since = Instant::now();
        while files(folder.path()).is_empty() {
            assert!(since.elapsed() < Duration::from_secs(10) && !run.is_done());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let cleared = || {
        let since = Instant::now();
        while !files(folder.path()).is_empty() {
            assert!(
                since.elapsed() < Duration::from_secs(10),
                "{:?}",
                files(folder.path())
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let run = swath::submit(&sink)?;
    begun(&run);
    run.cancel();
    let error = run.wait().expect_err("it was cancelled");
    assert_eq!(error.kind(), &ErrorKind::Cancelled);
    cleared();
    let run = swath::submit(&sink)?;
    begun(&run);
    drop(run);
    cleared();
    Ok(())
}

/// Sinks of one computation are committed last, one after the other; the error of one says what became of the others.
#[test]
fn the_commit_of_one_of_several_fails() -> swath::Result<()> {
    let session = linked();
    let df = in_parts(&session, 3)?;
    let (first, second, third) = (folder(), folder(), folder());
    let sinks = |how: &str| {
        swath::Result::Ok([
            df.sink(table(first.path()))?,
            df.sink(table(second.path()).param("how", how))?,
            df.sink(table(third.path()))?,
        ])
    };
    let shown = |error: String| {
        [&first, &second, &third]
            .iter()
            .zip(["[first]", "[second]", "[third]"])
            .fold(error, |text, (folder, name)| {
                text.replace(folder.path().to_str().expect("a text"), name)
            })
    };
    let error = shown(said(swath::compute(&sinks("error in commit")?)));
    insta::assert_snapshot!(error, @r#"
    error[E0401]: `tried.table`: somebody was faster
      at      crates/swath/tests/plugins/writing.rs:[line], write
      written tried@0.1.0.table(folder="[first]"), crates/swath/tests/plugins/writing.rs:[line]
      aborted tried@0.1.0.table(folder="[second]", how="error in commit"), crates/swath/tests/plugins/writing.rs:[line]
              tried@0.1.0.table(folder="[third]"), crates/swath/tests/plugins/writing.rs:[line]
      fix     what is written stays; compute again only those that were aborted
    "#);
    assert_eq!(files(first.path()).len(), 3, "it was seen before");
    assert!(files(second.path()).is_empty() && files(third.path()).is_empty());
    std::fs::remove_dir_all(first.path()).expect("it is there");
    std::fs::create_dir(first.path()).expect("it is not there");
    // A partition that fails: nothing of any is seen.
    for how in ["error", "error in finish", "panic"] {
        assert!(swath::compute(&sinks(how)?).is_err());
        for folder in [&first, &second, &third] {
            assert!(files(folder.path()).is_empty(), "{how}");
        }
    }
    Ok(())
}

/// An attempt at a partition that asks for another leaves what it wrote: nothing of it is in the table.
#[test]
fn what_a_first_attempt_left_is_not_seen() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        let folder = folder();
        let df = in_parts(&session, 3)?;
        let written = df.write(table(folder.path()).param("how", "busy once"))?;
        assert_eq!((written.rows(), written.receipts().len()), (100, 3));
        assert_eq!(files(folder.path()), ["part.0", "part.1", "part.2"]);
        for part in 0..3 {
            let rows = lines(folder.path(), &format!("part.{part}"));
            assert_eq!(rows, if part == 2 { 32 } else { 34 });
        }
    }
    Ok(())
}

/// What becomes of a write and of one behind it, of which the first does something in its commit and is cancelled there; and their folders.
pub(crate) type Committed = (swath::Result<(Written, Written)>, TempDir, TempDir);

pub(crate) fn cancelled_in_commit(session: &Session, how: &str) -> swath::Result<Committed> {
    let df = in_parts(session, 2)?;
    let (folder, after) = (folder(), folder());
    let sink = df.sink(table(folder.path()).param("how", how))?;
    let second = df.sink(table(after.path()))?;
    let run = swath::submit((&sink, &second))?;
    let begun = folder.path().join("begun");
    let cancel = run.cancel_handle();
    let cancels = std::thread::spawn(move || {
        let since = Instant::now();
        while !begun.exists() {
            assert!(since.elapsed() < Duration::from_secs(10));
            std::thread::sleep(Duration::from_millis(5));
        }
        cancel.cancel();
    });
    let outcome = run.wait();
    cancels.join().expect("it began");
    Ok((outcome, folder, after))
}

/// A commit is told that the run is cancelled, and its own outcome decides.
#[test]
fn a_commit_is_told_to_stop() -> swath::Result<()> {
    let session = linked();
    let (outcome, folder, after) = cancelled_in_commit(&session, "endless commit")?;
    let error = outcome.expect_err("it stopped");
    assert_eq!(error.kind(), &ErrorKind::Cancelled, "{error}");
    assert!(files(folder.path()).is_empty() && files(after.path()).is_empty());
    // One that went on is seen, and the one behind it is not begun.
    let (outcome, folder, after) = cancelled_in_commit(&session, "commit although cancelled")?;
    let error = outcome.expect_err("one of them is not seen");
    assert_eq!(error.kind(), &ErrorKind::Cancelled, "{error}");
    assert!(error.to_string().contains("written"), "{error}");
    assert_eq!(files(folder.path()), ["part.0", "part.1"]);
    assert!(files(after.path()).is_empty());
    Ok(())
}

#[test]
fn what_cannot_be_written() -> swath::Result<()> {
    let session = linked();
    let df = in_parts(&session, 2)?;
    let folder = folder();
    insta::assert_snapshot!(said(df.write(table(folder.path()).param("column", "k"))), @r"
    error[E0103]: `tried.table`: column `k` is string, and must be int64
      at      crates/swath/tests/plugins/writing.rs:[line], write
    ");
    insta::assert_snapshot!(said(df.sink(table(folder.path()).param("columm", "z"))), @r"
    error[E0105]: `tried.table`: no parameter `columm`; did you mean `column`? parameters are `folder`, `column`, `how`, `at`
      at      crates/swath/tests/plugins/writing.rs:[line], sink
    ");
    insta::assert_snapshot!(said(df.sink(plugin("tried.table"))), @r"
    error[E0105]: `tried.table`: parameter `folder` is missing: a string that has no default
      at      crates/swath/tests/plugins/writing.rs:[line], sink
    ");
    insta::assert_snapshot!(said(df.write(plugin("tried.numbers"))), @r#"
    error[E0110]: `tried.numbers` is a source, and is used as a sink
      at      crates/swath/tests/plugins/writing.rs:[line], write
      fix     write `session.read(plugin("tried.numbers"))`
    "#);
    insta::assert_snapshot!(said(session.read(plugin("tried.table"))), @r#"
    error[E0110]: `tried.table` is a sink, and is used as a source
      at      crates/swath/tests/plugins/writing.rs:[line], read
      fix     write `df.write(plugin("tried.table"))`
    "#);
    insta::assert_snapshot!(said(df.map_partitions(plugin("tried.table"))), @r#"
    error[E0110]: `tried.table` is a sink, and is used as a partition function
      at      crates/swath/tests/plugins/writing.rs:[line], map_partitions
      fix     write `df.write(plugin("tried.table"))`
    "#);
    assert!(files(folder.path()).is_empty());
    Ok(())
}

/// Its tasks are data: another process writes the partitions, and this one commits them.
#[test]
fn other_processes_write_too() -> swath::Result<()> {
    let folder = folder();
    let (session, _worker) = elsewhere_with(true);
    let written = in_parts(&session, 3)?.write(table(folder.path()))?;
    assert_eq!((written.rows(), files(folder.path()).len()), (100, 3));
    let (session, _worker) = elsewhere_with(false);
    let error = said(in_parts(&session, 3)?.write(table(folder.path())));
    assert!(
        error.contains("this process has not the plugin of `tried@0.1.0.table`"),
        "{error}"
    );
    assert_eq!(files(folder.path()).len(), 3);
    Ok(())
}
