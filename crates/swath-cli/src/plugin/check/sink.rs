//! What a sink promises: tried on rows that are made up, of writes that are all given up.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use swath_batch::Batch;
use swath_meta::Meta;
use swath_plugin_host::{BoundSink, Function, SinkRun};

use super::columns::written;
use super::subject::Trouble;
use super::{Random, Rows, Task};
use crate::Error;

/// The name of the writes, of which none is committed.
const WRITE: &str = "write-check";

/// Whether a promise is kept for these rows.
type Holds = fn(&Arc<BoundSink>, &Batch, Random) -> Result<(), Trouble>;

const PROMISES: &[(&str, &str, Holds)] = &[
    (
        "abort",
        "a write of which nothing is there can be aborted",
        abort,
    ),
    (
        "receipt",
        "a partition has a receipt, also one without rows",
        receipt,
    ),
    ("pieces", "rows are taken however they are cut", pieces),
    (
        "again",
        "a partition can be begun again while it is written",
        again,
    ),
    ("drop", "a partition can be given up in the middle", give_up),
];

/// What became of a sink, and whether a promise is broken. Writing into a text cannot fail.
pub(super) fn tried(
    function: &Function,
    params: &str,
    input: &Meta,
    (seed, cases): (u64, u32),
) -> Result<(String, bool), Error> {
    let bound = Arc::new(function.bind_sink(params, input)?);
    let mut text = format!("{}, sink", function.name());
    if params != "{}" {
        let _ = write!(text, ", with {params}");
    }
    let _ = writeln!(text, ", on {}; nothing is committed", written([input]));
    let rows = Rows::of(input, &[], true);
    let mut is_found = false;
    for (name, says, holds) in PROMISES {
        let (mut tried, mut refused, mut broken) = (0, None, None);
        for case in 0..cases {
            let found = holds(
                &bound,
                &rows.case(seed, case),
                Random::new(seed, name, case),
            );
            // Whatever it was, it is cleared away.
            let cleared = bound.abort(WRITE).map_err(Trouble::from);
            match found.and(cleared.map_err(in_abort)) {
                Ok(()) => tried += 1,
                Err(Trouble::Refused(words)) => refused = Some(words),
                Err(Trouble::Broke(words) | Trouble::Endless(words)) => {
                    broken = Some(format!("{words}, in case {case} of seed {seed}"));
                    break;
                }
            }
        }
        is_found |= broken.is_some();
        let outcome = match (broken, tried, refused) {
            (Some(words), ..) => format!("BROKEN: {says}: {words}"),
            (None, 0, Some(reason)) => format!("not tried: {reason}"),
            (None, 1, _) => format!("holds: {says}, in 1 case"),
            (None, tried, _) => format!("holds: {says}, in {tried} cases"),
        };
        let _ = writeln!(text, "  {name:<8}  {outcome}");
    }
    text.push('\n');
    Ok((text, is_found))
}

/// To abort is no right to refuse.
fn in_abort(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Refused(words) => Trouble::Broke(format!("it does not abort: {words}")),
        other => other,
    }
}

fn begun(sink: &Arc<BoundSink>) -> Result<SinkRun, Trouble> {
    static ATTEMPTS: AtomicU64 = AtomicU64::new(0);
    // In two runs of this program at once too.
    let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
    let attempt = format!("check{}x{attempt}", std::process::id());
    Ok(sink.open(WRITE, &attempt, Arc::new(Task::default()))?)
}

fn abort(sink: &Arc<BoundSink>, _: &Batch, _: Random) -> Result<(), Trouble> {
    sink.abort(WRITE).map_err(Trouble::from).map_err(in_abort)
}

fn receipt(sink: &Arc<BoundSink>, rows: &Batch, _: Random) -> Result<(), Trouble> {
    let mut run = begun(sink)?;
    if rows.num_rows() > 0 {
        run.push(rows)?;
    }
    run.finish()?;
    Ok(())
}

fn pieces(sink: &Arc<BoundSink>, rows: &Batch, mut random: Random) -> Result<(), Trouble> {
    receipt(sink, rows, Random::new(0, "", 0))?;
    let cuts = random.cuts(rows.num_rows());
    let mut run = begun(sink)?;
    for cut in cuts.windows(2) {
        let piece = rows.slice(cut[0], cut[1] - cut[0]);
        run.push(&piece)
            .map_err(|error| match Trouble::from(error) {
                Trouble::Refused(words) => Trouble::Broke(format!(
                    "it takes all rows at once, and not where they are cut: {words}"
                )),
                other => other,
            })?;
    }
    run.finish()?;
    Ok(())
}

fn again(sink: &Arc<BoundSink>, rows: &Batch, _: Random) -> Result<(), Trouble> {
    let mut first = begun(sink)?;
    first.push(rows)?;
    receipt(sink, rows, Random::new(0, "", 0)).map_err(|trouble| match trouble {
        Trouble::Refused(words) => Trouble::Broke(words),
        other => other,
    })?;
    first.finish()?;
    Ok(())
}

fn give_up(sink: &Arc<BoundSink>, rows: &Batch, _: Random) -> Result<(), Trouble> {
    let mut run = begun(sink)?;
    run.push(rows)?;
    drop(run);
    Ok(())
}
