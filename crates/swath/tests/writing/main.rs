//! What a write promises: the old files or the new ones, whatever happens on the way, and nothing else.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make, list and damage files as no part of swath would"
)]

mod faults;
mod killed;
mod other_programs;
mod partitions;
mod sources;
mod together;

use std::path::{Path, PathBuf};

use swath::prelude::*;
use swath::{ToIpc, ToJson, Written};
use tempfile::TempDir;

fn two_threads() -> Session {
    Session::builder()
        .threads(2)
        .memory_limit("128MiB")
        .build()
        .expect("a session")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// `n` partitions of ten rows, each with the value of `generation`.
fn rows(session: &Session, generation: i64, n: usize) -> DataFrame {
    let partition = |at: usize| {
        let rows: Vec<String> = (0..10)
            .map(|row| format!("{generation},{}", at * 10 + row))
            .collect();
        Batch::from_csv(&format!("generation,row\n{}\n", rows.join("\n"))).expect("rows")
    };
    session
        .from_batches((0..n).map(partition).collect::<Vec<_>>())
        .expect("a frame")
}

/// Everything below a folder, hidden names and folders too, by path within it.
fn listing(folder: &Path) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("below it").display();
            found.push(name.to_string());
            if path.is_dir() && !path.is_symlink() {
                walk(root, &path, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

/// The formats that files are written in.
const FORMATS: [&str; 4] = ["parquet", "csv", "json", "ipc"];

/// Writes a frame in a format: `how` says what becomes of files that are there, `on` which columns name folders.
fn write(
    df: &DataFrame,
    format: &str,
    out: &Path,
    how: &str,
    on: &[&str],
) -> swath::Result<Written> {
    macro_rules! to {
        ($options:ident, $verb:ident) => {{
            let to = $options::new(out).partition_on(on);
            df.$verb(match how {
                "append" => to.append(),
                "overwrite" => to.overwrite(),
                "partitions" => to.overwrite_partitions(),
                _ => to,
            })
        }};
    }
    match format {
        "csv" => to!(ToCsv, to_csv),
        "json" => to!(ToJson, to_json),
        "ipc" => to!(ToIpc, to_ipc),
        _ => to!(ToParquet, to_parquet),
    }
}

/// The frame of the files of a format.
fn read(session: &Session, format: &str, from: &Path) -> swath::Result<DataFrame> {
    match format {
        "csv" => session.read_csv(from),
        "json" => session.read_json(from),
        "ipc" => session.read_ipc(from),
        _ => session.read_parquet(from),
    }
}

/// The one generation in a folder and how many rows it has.
fn found(session: &Session, folder: &Path) -> (i64, usize) {
    found_in(session, "parquet", folder)
}

fn found_in(session: &Session, format: &str, folder: &Path) -> (i64, usize) {
    let table = read(session, format, folder)
        .and_then(|df| df.select(["generation", "row"]))
        .and_then(|df| df.compute())
        .expect("a data set");
    let generations: Vec<i64> = table
        .rows::<(i64, i64)>()
        .expect("two columns")
        .map(|(generation, _)| generation)
        .collect();
    assert!(
        generations.iter().all(|one| *one == generations[0]),
        "old and new rows together"
    );
    (generations[0], generations.len())
}

/// Rows of a generation for some of three regions, `n` partitions each with rows of all of them.
fn of_regions(session: &Session, generation: i64, n: usize, regions: &[&str]) -> DataFrame {
    let frame = rows(session, generation, n);
    let region = regions[1..]
        .iter()
        .enumerate()
        .fold(lit(regions[0]), |region, (at, name)| {
            when((col("row") % regions.len() as i64).eq(at as i64))
                .then(*name)
                .otherwise(region)
        });
    frame.assign("region", region).expect("a column")
}

/// A second path of a folder or file, relative to where the test runs.
fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().expect("a working folder");
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    up.join(path.strip_prefix("/").expect("absolute"))
}

#[track_caller]
fn is_source_error(error: &swath::Error, what: &str) {
    assert_eq!(error.code(), "E0203", "{what}: {error}");
    let at = error.location().expect(what).to_string();
    assert!(at.contains("tests/writing/"), "{what}: at {at}");
}
