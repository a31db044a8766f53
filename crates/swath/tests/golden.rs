//! The golden answers: every case of `tests/golden/cases.json`, asked in several ways that must not matter.
//!
//! `tests/golden/record.py` says how the answers came to be and which other engines give them.

#[path = "golden/answer.rs"]
mod answer;
#[path = "golden/case.rs"]
mod case;

use std::panic::{AssertUnwindSafe, catch_unwind};

use answer::Found;
use case::{Built, Case, cases, files, record_batches};
use swath::prelude::*;

/// Where the rows of a table come from.
#[derive(Clone, Copy, Debug)]
enum From {
    /// The recorded Parquet files.
    Files,
    /// Record batches that another reader made of them.
    Memory,
    /// Files that were read, persisted and are read from the session.
    Persisted,
    /// Files that the engine itself wrote.
    Written,
}

/// One way to ask a case. The answer is the same in all.
struct Way {
    session: Session,
    from: From,
    /// In front of the case, where its answer does not depend on which rows are in which partition.
    repartition: Option<usize>,
}

impl Way {
    fn source(&self, case: &Case, written: &std::path::Path) -> swath::Result<DataFrame> {
        let session = &self.session;
        let df = match self.from {
            From::Files => session.read_parquet(files(&case.table))?,
            From::Memory => session.from_record_batches(record_batches(&case.table))?,
            From::Persisted => session.read_parquet(files(&case.table))?.persist()?,
            From::Written => session.read_parquet(written.join(&case.table))?,
        };
        match self.repartition {
            Some(n) if !case.by_partition => df.repartition(n),
            _ => Ok(df),
        }
    }

    fn ask(&self, case: &Case, written: &std::path::Path) -> Result<(), String> {
        let answer = || -> swath::Result<Found> {
            match case.build(self.source(case, written)?)? {
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

    /// Asks every case, and names each that fails.
    #[track_caller]
    fn ask_all(&self) {
        let written = tempfile::tempdir().expect("a temporary folder");
        if matches!(self.from, From::Written) {
            for table in ["awkward", "events", "empty"] {
                let df = self.session.read_parquet(files(table)).expect("the recorded files");
                df.to_parquet(written.path().join(table)).expect("written");
            }
        }
        let cases = cases();
        let failed: Vec<String> = cases
            .iter()
            .filter_map(|case| Some(format!("{}: {}", case.name, self.ask(case, written.path()).err()?)))
            .collect();
        assert!(failed.is_empty(), "{} of {} cases failed\n\n{}", failed.len(), cases.len(), failed.join("\n\n"));
        assert_eq!(self.session.memory_used(), 0, "every frame is gone, and memory is still in use");
    }
}

fn threads(threads: usize) -> Session {
    Session::builder().threads(threads).memory_limit("256MiB").build().expect("a session")
}

macro_rules! ways {
    ($($name:ident: $session:expr, $from:ident, $repartition:expr;)*) => {$(
        #[test]
        fn $name() {
            Way { session: $session, from: From::$from, repartition: $repartition }.ask_all();
        }
    )*};
}

ways! {
    files_on_the_callers_thread: Session::testing(), Files, None;
    files_on_one_thread_in_one_partition: threads(1), Files, Some(1);
    files_on_three_threads: threads(3), Files, None;
    files_on_three_threads_in_five_partitions: threads(3), Files, Some(5);
    memory_on_the_callers_thread_in_five_partitions: Session::testing(), Memory, Some(5);
    memory_on_one_thread: threads(1), Memory, None;
    memory_on_three_threads_in_one_partition: threads(3), Memory, Some(1);
    persisted_files_on_three_threads: threads(3), Persisted, None;
    files_written_by_the_engine: threads(3), Written, None;
}

/// All frames of a table as one graph, so that every scan and every common part is shared.
#[test]
fn all_at_once() -> swath::Result<()> {
    let session = threads(3);
    let cases = cases();
    for table in ["awkward", "events", "empty"] {
        let of_table: Vec<&Case> = cases.iter().filter(|case| case.table == table && case.error.is_none()).collect();
        for chunk in of_table.chunks(64) {
            let source = session.read_parquet(files(table))?;
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
        let Built::Frame(df) = case.build(session.read_parquet(files(&case.table))?)? else { continue };
        let batches = df.batches()?.collect::<swath::Result<Vec<_>>>()?;
        if let Err(why) = answer::check(case, &Found::of_batches(df.meta(), &batches)) {
            panic!("{}: {why}", case.name);
        }
    }
    assert_eq!(session.memory_used(), 0);
    Ok(())
}
