//! The pipeline of the README, timed: with what it persists, and without.

use crate::{
    counters::Counters,
    interrupt::Interrupt,
    options::Options,
    page::{self, Memory},
};
use anyhow::{Result, ensure};
use std::{
    io::Write,
    path::Path,
    thread,
    time::{Duration, Instant},
};
use swath::{DataFrame, Metrics, Session, SessionBuilder, Table, col};

/// What the three queries are called on the page, in their order.
pub(crate) const QUERIES: [&str; 3] = ["by region", "by category", "largest ten"];

/// Until the threads of a session that is closed are gone.
const THREADS_END: Duration = Duration::from_millis(200);

/// The end of the data, for a query that most row groups have nothing for.
const LAST_WEEK: &str = "2024-12-25";

/// The three queries over one frame.
pub(crate) struct Answered {
    pub(crate) answers: [Table; 3],
    /// Each by itself.
    pub(crate) alone: [Duration; 3],
    /// All three as one graph.
    pub(crate) together: Duration,
    /// What the scans of that graph counted.
    pub(crate) read: Metrics,
}

/// Runs everything in one session, and writes the page as results come.
///
/// # Errors
/// Whatever a computation meets; answers that differ with and without what was persisted.
pub(crate) fn run(
    options: &Options,
    files: &Path,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    let counters = Counters::default();
    let session = session(options, counters.clone())?;
    interrupt.guards(&session);
    let sales = session.read_parquet(files)?;
    page::frame(out, &sales)?;

    let before = memory(session.memory_used());
    let start = Instant::now();
    let filtered = sales
        .filter(col("amount").gt(5000))?
        .label("amount > 5000")
        .persist()?;
    let persist = start.elapsed();
    let read_by_persist = counters.take();
    page::persisted(out, &session.persisted(), &read_by_persist)?;
    let with = answer(&filtered, &counters)?;
    page::answers(out, &with.answers)?;

    let held = memory(session.memory_used());
    filtered.release();
    drop(filtered);
    let after = memory(session.memory_used());

    let without = answer(&sales.filter(col("amount").gt(5000))?, &counters)?;
    ensure!(
        same(&with.answers, &without.answers)?,
        "the answers with and without what was persisted differ"
    );
    let week = sales.filter(col("timestamp").ge(LAST_WEEK).and(col("amount").gt(5000)))?;
    week.groupby("region").sum("amount")?.compute()?;
    let read_by_week = counters.take();

    page::reads(
        out,
        &[
            ("to persist", &read_by_persist),
            ("queries, persisted", &with.read),
            ("queries, files", &without.read),
            ("last week, files", &read_by_week),
        ],
    )?;
    page::times(out, persist, &with, &without)?;
    drop((with, without, week, sales));
    interrupt.lets_go();
    drop(session);
    // Its threads end by themselves, and what they kept for the next task goes with them.
    thread::sleep(THREADS_END);
    page::memory(
        out,
        &[
            ("before", before),
            ("persisted", held),
            ("released", after),
            ("session closed", memory(0)),
        ],
    )
}

fn session(options: &Options, counters: Counters) -> swath::Result<Session> {
    builder(options).observer(counters).build()
}

/// A session as the options say, that counts nothing.
///
/// # Errors
/// A limit that is none.
pub(crate) fn plain_session(options: &Options) -> swath::Result<Session> {
    builder(options).build()
}

fn builder(options: &Options) -> SessionBuilder {
    let builder = Session::builder().memory_limit(options.memory_limit.as_str());
    match options.threads {
        Some(threads) => builder.threads(threads),
        None => builder,
    }
}

fn answer(filtered: &DataFrame, counters: &Counters) -> Result<Answered> {
    let by_region = filtered.groupby("region").sort(true).sum("amount")?;
    let by_category = filtered.groupby("category").sort(true).mean("amount")?;
    let top = filtered.nlargest(10, "amount")?;
    let mut alone = [Duration::ZERO; 3];
    for (query, time) in [&by_region, &by_category, &top].into_iter().zip(&mut alone) {
        let start = Instant::now();
        query.compute()?;
        *time = start.elapsed();
    }
    counters.take();
    let start = Instant::now();
    let answers = swath::compute([&by_region, &by_category, &top])?;
    Ok(Answered {
        answers,
        alone,
        together: start.elapsed(),
        read: counters.take(),
    })
}

/// Whether two sets of answers are the same: sums and means to a relative 1e-9, because rows may have been added up in other groups.
fn same(ours: &[Table; 3], theirs: &[Table; 3]) -> Result<bool> {
    for (ours, theirs) in ours.iter().zip(theirs).take(2) {
        let ours = ours.rows::<(String, f64)>()?;
        let mut theirs = theirs.rows::<(String, f64)>()?;
        if ours.len() != theirs.len() {
            return Ok(false);
        }
        for (group, amount) in ours {
            let is_same = theirs.next().is_some_and(|(other, expected)| {
                group == other && (amount - expected).abs() <= 1e-9 * expected.abs()
            });
            if !is_same {
                return Ok(false);
            }
        }
    }
    Ok(ours[2].to_string() == theirs[2].to_string())
}

/// What the session counts, and the process has now, after freed memory went back to the system.
fn memory(session: u64) -> Memory {
    swath_process::purge();
    Memory {
        session,
        process: swath_process::resident(),
    }
}
