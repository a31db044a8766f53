//! What Dask's own tests ask of a data frame, as one table: each case by its name, with the answer that Dask gives, or with the reason
//! why swath gives another one.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make and touch files as no part of swath would"
)]

mod creation;
mod cutting;
mod files;
mod groups;
mod identity;
mod meta;
mod rows;

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use swath::prelude::*;
use swath::{Event, Metrics};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn Error>>;

/// How swath stands to what Dask answers.
enum Verdict {
    /// As Dask.
    Same,
    /// In another way, on purpose: why.
    Differs(&'static str),
    /// Not there yet: with what it comes.
    Later(&'static str),
}

use Verdict::{Differs, Later, Same};

/// What Dask is asked, and how swath answers.
struct Case {
    /// What is asked, and Dask's answer.
    what: &'static str,
    verdict: Verdict,
    /// Asserts swath's answer.
    check: fn() -> Outcome,
}

/// Nothing to ask yet.
fn not_yet() -> Outcome {
    Err("there is nothing to ask yet".into())
}

fn areas() -> [(&'static str, &'static [Case]); 7] {
    [
        ("frames made of rows", creation::CASES),
        ("meta and user functions", meta::CASES),
        ("divisions and partitions", cutting::CASES),
        ("rows", rows::CASES),
        ("names, plans and persist", identity::CASES),
        ("groups and reductions", groups::CASES),
        ("files", files::CASES),
    ]
}

#[test]
fn every_case_has_dasks_answer_or_a_reason() {
    let mut failed = Vec::new();
    for (area, cases) in areas() {
        for case in cases {
            if let Differs(why) | Later(why) = case.verdict {
                assert!(!why.is_empty(), "{area}: {}: why?", case.what);
            }
            if matches!(case.verdict, Later(_)) {
                continue;
            }
            let problem = match catch_unwind(AssertUnwindSafe(case.check)) {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => error.to_string(),
                Err(_) => "see the panic above".to_owned(),
            };
            failed.push(format!("{area}: {}: {problem}", case.what));
        }
    }
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

#[test]
fn no_case_is_listed_twice() {
    let mut names: Vec<_> = areas()
        .iter()
        .flat_map(|(_, cases)| cases.iter().map(|case| case.what))
        .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    let later = areas()
        .iter()
        .flat_map(|(_, cases)| *cases)
        .filter(|case| matches!(case.verdict, Later(_)))
        .count();
    assert!(later < all / 2, "{later} of {all} cases ask nothing");
}

/// Rows of each partition.
fn sizes(df: &DataFrame) -> swath::Result<Vec<usize>> {
    (0..df.npartitions())
        .map(|at| Ok(df.partitions(at)?.compute()?.num_rows()))
        .collect()
}

/// The values of a column as texts, in row order.
fn texts(df: &DataFrame, column: &str) -> swath::Result<Vec<String>> {
    let table = df.compute()?;
    (0..table.num_rows())
        .map(|row| Ok(table.value(column, row)?.to_string()))
        .collect()
}

/// The boundaries of known divisions, all of them.
fn bounds(df: &DataFrame) -> String {
    df.divisions()
        .bounds()
        .map_or_else(|| df.divisions().to_string(), ToString::to_string)
}

/// Files of rows with the index `id`, one partition a file.
struct Indexed {
    df: DataFrame,
    folder: TempDir,
}

impl Indexed {
    /// How the files are read, by another session too.
    fn read(&self) -> ReadParquet {
        ReadParquet::new(self.folder.path())
            .index("id")
            .split_row_groups(true)
    }
}

fn indexed(parts: &[&str]) -> Result<Indexed, Box<dyn Error>> {
    let df = of(parts)?;
    let folder = tempfile::tempdir()?;
    df.to_parquet(folder.path())?;
    let mut rows = Indexed { df, folder };
    rows.df = rows.df.session().read_parquet(rows.read())?;
    Ok(rows)
}

/// A session, and what its tasks have counted so far.
fn watched() -> swath::Result<(Session, impl Fn(&str) -> u64)> {
    let metrics = Arc::new(Mutex::new(Metrics::default()));
    let counted = Arc::clone(&metrics);
    let session = Session::builder()
        .threads(1)
        .memory_limit("64MiB")
        .observer(move |event: &Event| {
            if let Event::RunFinished { stats, .. } = event {
                let mut metrics = metrics.lock().expect("no panic");
                metrics.merge(&stats.metrics);
            }
        })
        .build()?;
    Ok((session, move |name: &str| {
        counted.lock().expect("no panic").total(name)
    }))
}

/// Ten rows: `id` and `x` from 0 to 9, `y` a, a, b, b, …; divisions (0, 4, 7, 9).
fn ten() -> Result<Indexed, Box<dyn Error>> {
    cut_at(&[0, 4, 7, 10])
}

/// The ten rows, cut at these.
fn cut_at(cuts: &[i64]) -> Result<Indexed, Box<dyn Error>> {
    let parts: Vec<String> = cuts
        .windows(2)
        .map(|ends| {
            let line = |id: i64| {
                format!(
                    "{id},{id},{}\n",
                    ["a", "b", "c", "d", "e"][(id / 2) as usize]
                )
            };
            format!(
                "id,x,y\n{}",
                (ends[0]..ends[1]).map(line).collect::<String>()
            )
        })
        .collect();
    indexed(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A frame of rows in memory, one partition a text.
fn of(parts: &[&str]) -> swath::Result<DataFrame> {
    let batches: Vec<Batch> = parts
        .iter()
        .map(|text| Batch::from_csv(text).expect("a table"))
        .collect();
    Session::testing().from_batches(batches)
}

/// What an error says.
fn message<T>(outcome: swath::Result<T>) -> String {
    outcome.map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

/// Fails unless each of these is said.
#[track_caller]
fn says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "no `{word}` in:\n{message}");
    }
}
