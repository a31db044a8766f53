//! What the tests stand on.

use std::path::{Path, PathBuf};

use swath::prelude::*;
use tempfile::TempDir;

use crate::other;
use crate::worker::{Worker, elsewhere};

/// The library that was built beside these tests.
pub(crate) fn library() -> PathBuf {
    let tests = std::env::current_exe().expect("a program has a path");
    tests
        .parent()
        .expect("it is in a folder")
        .join("libswath_tried.so")
}

/// A session with two plugins that are part of this program.
pub(crate) fn linked() -> Session {
    let session = Session::builder().threads(1).memory_limit("256MiB");
    let session = session
        .plugin(swath_tried::plugin())
        .plugin(other::plugin());
    session.build().expect("a session")
}

/// A session with one plugin out of a library; the folder has copies of what is loaded.
pub(crate) fn loaded() -> (Session, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::builder().threads(2).memory_limit("256MiB");
    let session = session
        .plugin_copies(folder.path().join("copies"))
        .build()
        .expect("a session");
    session.load_plugin(library()).expect("a plugin");
    (session, folder)
}

/// A session with a plugin, whose tasks run in a process that has it or has not.
pub(crate) fn elsewhere_with(has: bool) -> (Session, Worker) {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::builder().plugin_copies(folder.path().join("copies"));
    let library = library();
    let (session, worker) = elsewhere(session, has.then_some(&*library));
    session.load_plugin(library).expect("a plugin");
    (session, worker)
}

/// The library with other words in it, as many: another file, which does the same.
pub(crate) fn changed(folder: &Path, name: &str, from: &str, to: &str) -> PathBuf {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    assert_eq!(from.len(), to.len());
    let mut bytes = std::fs::read(library()).expect("the library");
    let mut at = 0;
    let mut found = 0;
    while let Some(next) = bytes[at..]
        .windows(from.len())
        .position(|window| window == from)
    {
        at += next;
        bytes[at..at + to.len()].copy_from_slice(to);
        found += 1;
    }
    assert!(found > 0, "it has the words");
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

/// Into how many partitions the same rows are cut.
pub(crate) const PARTS: [usize; 3] = [1, 7, 64];

/// The numbers from 0 to 99 as `x`, one of them missing, with a letter `k` and a column `z` that nobody reads, in partitions.
pub(crate) fn in_parts(session: &Session, parts: usize) -> swath::Result<DataFrame> {
    let rows: Vec<usize> = (0..100).collect();
    let batches = rows.chunks(100_usize.div_ceil(parts)).map(|rows| {
        let x: Vec<Option<f64>> = rows
            .iter()
            .map(|row| (*row != 50).then_some(*row as f64))
            .collect();
        let k: Vec<&str> = rows.iter().map(|row| ["a", "b", "c"][row % 3]).collect();
        let z: Vec<i64> = rows.iter().map(|row| *row as i64).collect();
        Batch::from_columns([("k", k)])
            .and_then(|batch| batch.with("x", x))
            .and_then(|batch| batch.with("z", z))
    });
    let batches = batches.collect::<Result<Vec<_>, _>>()?;
    let missing = parts.saturating_sub(batches.len());
    let empty = batches[0].head(0);
    session.from_batches(
        batches
            .into_iter()
            .chain((0..missing).map(|_| empty.clone())),
    )
}

/// Multiplies the column `x`.
pub(crate) fn scale(factor: f64) -> swath::PluginFunction {
    plugin("tried.scale")
        .param("column", "x")
        .param("factor", factor)
}

/// Does what its parameter says, whatever it promised.
pub(crate) fn behave(how: &str) -> swath::PluginFunction {
    plugin("tried.behave").param("how", how)
}

/// The columns of [`in_parts`].
pub(crate) type Row = (String, Option<f64>, i64);

/// The rows of a frame with the columns of [`in_parts`].
pub(crate) fn rows_of(df: &DataFrame) -> swath::Result<Vec<Row>> {
    Ok(df.compute()?.rows()?.collect())
}

/// Groups and their sums, by group.
pub(crate) fn totals(df: &DataFrame) -> swath::Result<Vec<(String, f64)>> {
    let mut totals: Vec<_> = df.compute()?.rows::<(String, f64)>()?.collect();
    totals.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(totals)
}

/// The text of an error, without lines and columns of these files.
#[track_caller]
pub(crate) fn said<T>(result: swath::Result<T>) -> String {
    let text = result.err().expect("a mistake").to_string();
    let mut shown = String::new();
    let mut parts = text.split(".rs:");
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        shown.push_str(".rs:[line]");
        shown.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    // Which of the tasks that run at once is the first to fail is chance.
    let lines = shown
        .lines()
        .map(|line| match line.split_once(", partition ") {
            Some((task, _)) if task.starts_with("  task") => task,
            _ => line,
        });
    lines.collect::<Vec<_>>().join("\n")
}
