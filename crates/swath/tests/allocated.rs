//! What the session counts is what the process allocates.
//!
//! Operators reserve what they keep; what passes through (pages, chunks on their way, the copies that kernels make) is scratch, for
//! which every thread has an allowance that the limit leaves out. Nothing in the engine can see a byte that it forgot to count,
//! so an allocator looks: it stands in this file alone, with one test, because it counts every thread of the process.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringViewArray};
use peak_alloc::PeakAlloc;
use swath::prelude::*;
use swath::{Event, FromMap, Observer};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Rows of all four files.
const ROWS: i64 = 200_000;
const THREADS: usize = 2;
/// What the limit leaves to each thread beside reservations: `SCRATCH_PER_THREAD` of the session.
const SCRATCH: u64 = 16 << 20;
/// Room for what a computation costs whatever its rows: its graph, names, footers, thread-locals.
const PLANNING: u64 = 2 << 20;
/// A task reserves at most so many times what it expected, and a megabyte.
const ESTIMATE: u64 = 4;

/// Ten numbers and two texts a row; as many ids as rows.
fn rows(file: i64) -> RecordBatch {
    let here = file * ROWS / 4..(file + 1) * ROWS / 4;
    let ids: Int64Array = here.clone().map(|row| row * 7919 % ROWS).collect();
    let mut columns: Vec<(String, ArrayRef)> = vec![("id".into(), Arc::new(ids))];
    for column in 0..10_i64 {
        let numbers: Float64Array = here
            .clone()
            .map(|row| ((row * 31 + column) % 10_007) as f64 / 8.0)
            .collect();
        columns.push((format!("x{column}"), Arc::new(numbers)));
    }
    for (name, text) in [
        ("short", ""),
        ("long", " of some length that is kept apart"),
    ] {
        let texts: StringViewArray = here
            .clone()
            .map(|row| Some(format!("{}{text}", row % 50_021)))
            .collect();
        columns.push((name.into(), Arc::new(texts)));
    }
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

/// The demand and the peak of each task.
#[derive(Clone, Default)]
struct Tasks(Arc<Mutex<Vec<(u64, u64)>>>);

impl Observer for Tasks {
    fn on(&self, event: &Event) {
        if let Event::TaskFinished { demand, peak, .. } = event {
            let mut tasks = self.0.lock().expect("no panic");
            tasks.push((demand.expected, *peak));
        }
    }
}

struct Case {
    name: &'static str,
    query: fn(&DataFrame) -> swath::Result<DataFrame>,
    /// Bytes that the answer has at least: what is counted cannot be less.
    answer: u64,
}

const CASES: &[Case] = &[
    Case {
        name: "as many groups as rows",
        query: |df| {
            df.groupby("id")
                .agg([("sum", col("x0").sum()), ("mean", col("x1").mean())])
        },
        answer: ROWS as u64 * 24,
    },
    Case {
        name: "groups of text",
        query: |df| df.groupby("long").sum("x0"),
        answer: 50_021 * 40,
    },
    Case {
        name: "the largest thousand, all columns",
        query: |df| df.nlargest(1000, "x3"),
        answer: 1000 * 100,
    },
    Case {
        name: "half of the rows, all columns",
        query: |df| df.filter(col("x5").gt(625.0)),
        answer: ROWS as u64 / 2 * 100,
    },
    Case {
        name: "a row in a thousand, all columns",
        query: |df| df.filter(col("id").lt(200)),
        answer: 200 * 100,
    },
];

/// What a write holds of its files is counted, and where memory is short the files are written in smaller row groups.
fn check_writes(to: &Path) -> swath::Result<()> {
    for (limit, folder) in [("512MiB", "ample"), ("44MiB", "short")] {
        let outside = live();
        let session = Session::builder()
            .threads(THREADS)
            .memory_limit(limit)
            .build()?;
        // Streams: each partition is made when it is written.
        let made = FromMap::new(0..4_i64, |file| Batch::from_record_batch(rows(*file)));
        let made = session.from_map(made)?.assign("folder", col("id") % 40)?;
        let before = live();
        ALLOCATOR.reset_peak_usage();
        let target = to.join(folder);
        let written =
            made.to_parquet(ToParquet::new(&*target.to_string_lossy()).partition_on("folder"))?;
        assert_eq!(written.rows(), ROWS as u64, "{folder}");
        let allocated = ALLOCATOR.peak_usage() as u64 - before;
        let counted = session.memory_peak();
        assert!(
            allocated <= counted + THREADS as u64 * SCRATCH + PLANNING,
            "{folder}: {allocated} bytes were allocated, {counted} counted"
        );
        assert_eq!(session.memory_used(), 0, "{folder}");
        drop((made, written, session));
        assert!(
            comes_back_to(outside + 4096),
            "{folder}: {} bytes are still allocated after the session",
            live() - outside
        );
    }
    Ok(())
}

fn live() -> u64 {
    ALLOCATOR.current_usage() as u64
}

/// Waits until no more than `bytes` are allocated: threads that end give back last.
fn comes_back_to(bytes: u64) -> bool {
    (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        live() <= bytes
    })
}

fn check(case: &Case, folder: &Path, from_memory: bool) -> swath::Result<()> {
    let name = format!(
        "{} of {}",
        case.name,
        if from_memory { "memory" } else { "files" }
    );
    let outside = live();
    let tasks = Tasks::default();
    let session = Session::builder()
        .threads(THREADS)
        .memory_limit("512MiB")
        .observer(tasks.clone())
        .build()?;
    let source = if from_memory {
        session.from_record_batches((0..4).map(rows).collect::<Vec<_>>())?
    } else {
        session.read_parquet(ReadParquet::new(folder).split_row_groups(false))?
    };
    let query = (case.query)(&source)?;

    let (before, counted_before) = (live(), session.memory_used());
    ALLOCATOR.reset_peak_usage();
    let answer = query.compute()?;
    let allocated = ALLOCATOR.peak_usage() as u64 - before;
    let counted = session.memory_peak() - counted_before;
    assert!(
        allocated <= counted + THREADS as u64 * SCRATCH + PLANNING,
        "{name}: {allocated} bytes were allocated, {counted} counted"
    );
    // Counting too much would pass the line above, and make tasks wait for memory that nobody has. Texts of rows in memory are
    // shared, and counted once more by what keeps them.
    let shared = if from_memory { counted_before } else { 0 };
    assert!(
        counted >= case.answer && counted <= 2 * allocated + shared + PLANNING,
        "{name}: {counted} bytes were counted, {allocated} allocated, {shared} shared, {} are the answer",
        case.answer
    );
    let tasks = std::mem::take(&mut *tasks.0.lock().expect("no observer panics"));
    assert!(!tasks.is_empty(), "{name}");
    for (expected, peak) in &tasks {
        assert!(
            *peak <= ESTIMATE * expected + (1 << 20),
            "{name}: a task expected {expected} bytes and reserved {peak}"
        );
    }

    drop((answer, query, source));
    assert_eq!(session.memory_used(), 0, "{name}");
    drop((session, tasks));
    assert!(
        comes_back_to(outside + 4096),
        "{name}: {} bytes are still allocated after the session",
        live() - outside
    );
    Ok(())
}

#[test]
fn what_is_counted_is_what_is_allocated() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let session = Session::builder()
        .threads(THREADS)
        .memory_limit("512MiB")
        .build()?;
    session
        .from_record_batches((0..4).map(rows).collect::<Vec<_>>())?
        .to_parquet(folder.path())?;
    drop(session);
    for from_memory in [false, true] {
        for case in CASES {
            check(case, folder.path(), from_memory)?;
        }
    }
    check_writes(folder.path())?;
    Ok(())
}
