//! The golden answers: every case of `tests/golden/cases.json`, asked in several ways that must not matter.
//!
//! `tests/golden/record.py` says how the answers came to be and which other engines give them.

#![expect(
    clippy::panic,
    reason = "a recorded case that cannot be read is a fault of this test"
)]

#[path = "golden/answer.rs"]
mod answer;
#[path = "golden/case.rs"]
mod case;
mod worker;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use answer::Found;
use case::{Built, Case, cases, files, record_batches};
use std::sync::Arc;
use swath::prelude::*;
use swath_store::testing::Reloading;

/// Where the rows of a table come from.
enum From {
    /// The recorded Parquet files, with options of the reader that may change its speed alone.
    Files(&'static [(&'static str, &'static str)]),
    /// The recorded files, one partition a row group.
    RowGroups,
    /// Record batches that another reader made of them.
    Memory,
    /// Files that were read, persisted and are read from the session.
    Persisted,
    /// Files that the engine itself wrote.
    Written,
}

/// A folder of files as a frame of one partition a file.
fn one_a_file(folder: &Path) -> ReadParquet {
    ReadParquet::new(folder).split_row_groups(false)
}

/// The recorded files of a table.
fn recorded(table: &str) -> ReadParquet {
    one_a_file(&files(table))
}

/// One way to ask a case. The answer is the same in all.
struct Way {
    session: Session,
    from: From,
    /// In front of the case, where its answer does not depend on which rows are in which partition.
    repartition: Option<usize>,
}

impl Way {
    /// The rows of a table, for cases that depend on which rows are in which partition, or for those that do not.
    fn source(&self, table: &str, by_partition: bool, written: &Path) -> swath::Result<DataFrame> {
        let session = &self.session;
        let df = match self.from {
            From::Files(options) => {
                let read = recorded(table);
                session.read_parquet(
                    options
                        .iter()
                        .fold(read, |read, (name, value)| read.option(*name, *value)),
                )?
            }
            From::RowGroups if !by_partition => {
                session.read_parquet(recorded(table).split_row_groups(true))?
            }
            From::RowGroups => session.read_parquet(recorded(table))?,
            From::Memory => session.from_record_batches(record_batches(table))?,
            From::Persisted => session.read_parquet(recorded(table))?.persist()?,
            From::Written => {
                let folder = written.join(format!("{table} {by_partition}"));
                session
                    .read_parquet(recorded(table))?
                    .to_parquet(&*folder)?;
                session.read_parquet(one_a_file(&folder))?
            }
        };
        match self.repartition {
            Some(n) if !by_partition => df.repartition(n),
            _ => Ok(df),
        }
    }

    /// Asks every case, and names each that fails.
    #[track_caller]
    fn ask_all(&self) {
        let written = tempfile::tempdir().expect("a temporary folder");
        let mut sources: HashMap<(String, bool), DataFrame> = HashMap::new();
        let mut failed = Vec::new();
        let cases = cases();
        for case in &cases {
            let source = sources
                .entry((case.table.clone(), case.by_partition))
                .or_insert_with(|| {
                    self.source(&case.table, case.by_partition, written.path())
                        .expect("the rows of the table")
                });
            if let Err(why) = ask(case, source) {
                failed.push(format!("{}: {why}", case.name));
            }
        }
        assert!(
            failed.is_empty(),
            "{} of {} cases failed\n\n{}",
            failed.len(),
            cases.len(),
            failed.join("\n\n")
        );
        drop(sources);
        assert_eq!(
            self.session.memory_used(),
            0,
            "every frame is gone, and memory is still in use"
        );
    }
}

fn ask(case: &Case, source: &DataFrame) -> Result<(), String> {
    let answer = || -> swath::Result<Found> {
        match case.build(source.clone())? {
            Built::Frame(df) => Ok(Found::of_table(&df.compute()?)),
            Built::Scalar(scalar) => Ok(Found::of_value(scalar.dtype(), &scalar.compute()?)),
        }
    };
    match catch_unwind(AssertUnwindSafe(answer)) {
        Err(_) => Err("it panicked".to_owned()),
        Ok(Ok(found)) => answer::check(case, &found),
        Ok(Err(error)) => answer::check_error(case, &error),
    }
}

fn threads(threads: usize) -> Session {
    Session::builder()
        .threads(threads)
        .memory_limit("256MiB")
        .build()
        .expect("a session")
}

macro_rules! ways {
    ($($name:ident: $session:expr, $from:expr, $repartition:expr;)*) => {$(
        #[test]
        fn $name() {
            Way { session: $session, from: $from, repartition: $repartition }.ask_all();
        }
    )*};
}

ways! {
    files_on_the_callers_thread: Session::testing(), From::Files(&[]), None;
    files_on_one_thread_in_one_partition: threads(1), From::Files(&[("filter", "early")]), Some(1);
    files_on_three_threads: threads(3), From::Files(&[]), None;
    files_without_statistics_in_five_partitions: threads(3), From::Files(&SLOW), Some(5);
    row_groups_on_three_threads: threads(3), From::RowGroups, None;
    memory_on_the_callers_thread_in_five_partitions: Session::testing(), From::Memory, Some(5);
    memory_on_one_thread: threads(1), From::Memory, None;
    memory_on_three_threads_in_one_partition: threads(3), From::Memory, Some(1);
    persisted_files_on_three_threads: threads(3), From::Persisted, None;
    files_written_by_the_engine: threads(3), From::Written, None;
}

/// Every result is dropped as soon as no task reads it, and comes back from its encoded form.
#[test]
fn results_that_are_reloaded() {
    let store = Arc::new(Reloading::new());
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .keep(Arc::clone(&store) as _)
        .build()
        .expect("a session");
    Way {
        session,
        from: From::Persisted,
        repartition: Some(3),
    }
    .ask_all();
    assert!(store.reloads() > 0, "nothing was read back");
}

/// Every task is encoded, and what it gives comes back encoded.
#[test]
fn tasks_in_a_second_process() {
    let (session, _worker) = worker::elsewhere(Session::builder(), None);
    Way {
        session,
        from: From::Files(&[]),
        repartition: Some(3),
    }
    .ask_all();
}

/// Nothing is skipped, and rows are dropped last.
const SLOW: [(&str, &str); 3] = [
    ("statistics", "off"),
    ("page_index", "off"),
    ("filter", "late"),
];

/// All frames of a table as one graph, so that every scan and every common part is shared.
#[test]
fn all_at_once() -> swath::Result<()> {
    let session = threads(3);
    let cases = cases();
    for table in ["awkward", "events", "empty"] {
        let of_table: Vec<&Case> = cases
            .iter()
            .filter(|case| case.table == table && case.error.is_none())
            .collect();
        for chunk in of_table.chunks(64) {
            let source = session.read_parquet(recorded(table))?;
            let mut frames = Vec::new();
            let mut asked = Vec::new();
            for case in chunk {
                if let Built::Frame(df) = case.build(source.clone())? {
                    frames.push(df);
                    asked.push(case);
                }
            }
            let tables = swath::compute(frames)?;
            for (case, table) in asked.into_iter().zip(&tables) {
                if let Err(why) = answer::check(case, &Found::of_table(table)) {
                    panic!("{}: {why}", case.name);
                }
            }
        }
    }
    assert_eq!(session.memory_used(), 0);
    Ok(())
}

/// What streams out is what is computed at once.
#[test]
fn streamed_in_batches() -> swath::Result<()> {
    let session = threads(3);
    for case in cases().iter().filter(|case| case.error.is_none()) {
        let Built::Frame(df) = case.build(session.read_parquet(recorded(&case.table))?)? else {
            continue;
        };
        let batches = df.batches()?.collect::<swath::Result<Vec<_>>>()?;
        if let Err(why) = answer::check(case, &Found::of_batches(df.meta(), &batches)) {
            panic!("{}: {why}", case.name);
        }
    }
    assert_eq!(session.memory_used(), 0);
    Ok(())
}
