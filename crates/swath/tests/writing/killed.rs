//! A process that is killed while it writes.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use swath::prelude::*;

use super::{FORMATS, folder, found_in, listing, of_regions, read, rows, two_threads, write};

const CHILD: &str = "SWATH_TEST_WRITES_INTO";

/// What the process that is killed does: a mode, and the format that it writes.
const MODE: &str = "SWATH_TEST_WRITES_HOW";

/// The regions that a generation has rows for: one of `a` and `b`, never `c`.
fn touched(generation: i64) -> &'static str {
    if generation % 2 == 0 { "a" } else { "b" }
}

/// The process that is killed: does nothing unless this test binary was started as one.
#[test]
fn child() {
    let (Some(out), Ok(mode)) = (std::env::var_os(CHILD), std::env::var(MODE)) else {
        return;
    };
    let session = two_threads();
    let (mode, format) = mode.split_once(' ').expect("a mode and a format");
    let out = Path::new(&out);
    for generation in 2.. {
        let written = match mode {
            "overwrite" => {
                let frame = rows(&session, generation, 20 + (generation as usize % 2) * 10);
                write(&frame, format, out, "overwrite", &[])
            }
            "append" => {
                let frame = of_regions(&session, generation, 6, &["a", "b", "c"]);
                write(&frame, format, out, "append", &["region"])
            }
            _ => {
                let frame = of_regions(&session, generation, 20, &[touched(generation)]);
                write(&frame, format, out, "partitions", &["region"])
            }
        };
        written.expect("written");
    }
}

/// Starts a process that writes into a folder, and kills it some time after it began.
fn kill_a_writer(mode: &str, format: &str, out: &Path, after: Duration) {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["killed::child", "--exact", "--nocapture"])
        .env(CHILD, out)
        .env(MODE, format!("{mode} {format}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a second process");
    let begun = Instant::now();
    while listing(out).iter().all(|name| !name.starts_with('.')) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never began");
    }
    std::thread::sleep(after);
    child.kill().expect("killed");
    child.wait().expect("gone");
}

/// The rows in a folder, or `None` where a process was killed while files got their names: told, not read.
fn told(session: &Session, format: &str, out: &Path) -> Option<Table> {
    match read(session, format, out) {
        Ok(df) => Some(df.compute().expect("a data set")),
        Err(error) => {
            assert!(error.to_string().contains("getting their names"), "{error}");
            None
        }
    }
}

/// The next write puts a half-published data set in place, and removes what else is left.
fn put_right(session: &Session, format: &str, out: &Path) {
    let error = write(&rows(session, 0, 1), format, out, "new", &[]).expect_err("it has files");
    assert!(error.to_string().contains("files already"), "{error}");
    let left = listing(out);
    assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
}

/// How often a process is killed: most for the format whose tests these were first, since all share what is tested.
fn attempts(format: &str, most: u64) -> u64 {
    if format == "parquet" { most } else { most / 4 }
}

#[test]
fn a_process_that_is_killed_leaves_the_old_files_or_the_new_ones() {
    let session = two_threads();
    for format in FORMATS {
        let out = folder();
        write(&rows(&session, 1, 30), format, out.path(), "new", &[]).expect("files");
        for attempt in 0..attempts(format, 12) {
            let after = Duration::from_micros(attempt * 1700);
            kill_a_writer("overwrite", format, out.path(), after);
            if let Some(rows) = told(&session, format, out.path()) {
                let (generation, all) = found_in(&session, format, out.path());
                assert_eq!(rows.num_rows(), all);
                let expected = if generation % 2 == 0 { 200 } else { 300 };
                assert_eq!(
                    all, expected,
                    "{format}: generation {generation} is not whole"
                );
            }
            put_right(&session, format, out.path());
            let (generation, rows) = found_in(&session, format, out.path());
            assert_eq!(
                rows,
                if generation % 2 == 0 { 200 } else { 300 },
                "{format}"
            );
        }
    }
}

/// Checks that each row is there once and each generation whole, and returns the generations of each region.
fn generations(table: &Table, rows_each: impl Fn(i64) -> usize) -> Vec<(String, i64)> {
    let mut rows: Vec<(i64, i64, String)> = table.rows().expect("three columns").collect();
    let all = rows.len();
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), all, "a row is there twice");
    let mut counts = std::collections::BTreeMap::new();
    for (generation, _, region) in rows {
        *counts.entry((region, generation)).or_insert(0) += 1;
    }
    let mut by_generation = std::collections::BTreeMap::new();
    for ((_, generation), rows) in &counts {
        *by_generation.entry(*generation).or_insert(0) += rows;
    }
    for (generation, rows) in by_generation {
        let expected = rows_each(generation);
        assert!(
            rows == expected || generation == 1,
            "generation {generation} has {rows} rows of {expected}"
        );
    }
    counts.into_keys().collect()
}

#[test]
fn a_process_that_is_killed_while_it_adds_adds_all_or_nothing() {
    let session = two_threads();
    for format in FORMATS {
        let out = folder();
        let first = of_regions(&session, 1, 6, &["a", "b", "c"]);
        write(&first, format, out.path(), "new", &["region"]).expect("files");
        let check = |table: &Table| {
            let found = generations(table, |_| 60);
            let c = ("c".to_owned(), 1);
            assert!(found.contains(&c), "{format}: what was there is there");
        };
        let mut most = 0;
        for attempt in 0..attempts(format, 8) {
            // Every process begins with generation 2 again: what it added goes first.
            let after = Duration::from_micros(attempt * 2300);
            kill_a_writer("append", format, out.path(), after);
            if let Some(table) = told(&session, format, out.path()) {
                check(&table);
            }
            put_right(&session, format, out.path());
            let table = read(&session, format, out.path())
                .and_then(|df| df.compute())
                .expect("rows");
            check(&table);
            most = most.max(table.num_rows());
            write(&first, format, out.path(), "overwrite", &["region"]).expect("files");
        }
        assert!(most >= 60);
    }
}

#[test]
fn a_process_that_is_killed_while_it_replaces_partitions_leaves_each_whole() {
    let session = two_threads();
    for format in FORMATS {
        let out = folder();
        let first = of_regions(&session, 1, 6, &["a", "b", "c"]);
        write(&first, format, out.path(), "new", &["region"]).expect("files");
        let check = |table: &Table| {
            let found = generations(table, |_| 200);
            let regions: Vec<&str> = found.iter().map(|(region, _)| region.as_str()).collect();
            assert_eq!(
                regions,
                ["a", "b", "c"],
                "{format}: one generation in each: {found:?}"
            );
            assert_eq!(found[2].1, 1, "nobody writes c");
        };
        for attempt in 0..attempts(format, 8) {
            let after = Duration::from_micros(attempt * 2300);
            kill_a_writer("partitions", format, out.path(), after);
            if let Some(table) = told(&session, format, out.path()) {
                check(&table);
            }
            put_right(&session, format, out.path());
            let table = read(&session, format, out.path()).and_then(|df| df.compute());
            check(&table.expect("rows"));
        }
    }
}
