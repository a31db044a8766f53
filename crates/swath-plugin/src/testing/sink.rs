//! Sinks.

use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::cast::AsArray;
use swath_batch::Batch;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{ArrowArray, Place, PlaceMore, Run, Step};
use swath_plugin_data::{give_batch, take_columns};

use super::calls::{Ready, take};
use crate::shim::{bind_sink, nobody};
use crate::{Error, Result, Sink};

/// Writes partitions into a sink, one after the other, and commits them; where one fails, aborts what there is.
///
/// # Errors
/// The function's own, and those of a contract that it does not keep.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make the function in the call"
)]
pub fn write<F: Sink>(sink: F, parts: &[Batch]) -> Result<()> {
    written(&sink, parts, &[Attempted::Counts])
}

/// As [`write()`], where each partition takes three attempts: the first is given up after its rows, of the second the receipt is lost, and the
/// third counts.
///
/// # Errors
/// As of [`write()`].
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make the function in the call"
)]
pub fn write_retried<F: Sink>(sink: F, parts: &[Batch]) -> Result<()> {
    let attempts = [Attempted::GivenUp, Attempted::Lost, Attempted::Counts];
    written(&sink, parts, &attempts)
}

/// What becomes of an attempt at a partition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempted {
    /// It is dropped after its rows.
    GivenUp,
    /// It is done, and nobody gets its receipt.
    Lost,
    /// Its receipt is committed.
    Counts,
}

fn written<F: Sink>(sink: &F, parts: &[Batch], attempts: &[Attempted]) -> Result<()> {
    let Some(first) = parts.first() else {
        return Err(Error::new("a frame has at least one partition"));
    };
    let ready = Ready::bind(bind_sink::<F>, sink, first.meta(), 0)?;
    let (table, instance) = (ready.bound.table(), ready.bound.instance());
    let absent = || Error::new("it has no table of a sink");
    let open = table.open_write().flatten().ok_or_else(absent)?;
    let commit = table.commit().flatten().ok_or_else(absent)?;
    let abort = table.abort().flatten().ok_or_else(absent)?;
    let name = format!("write-{}", unlike("write"));
    let write = RStr::from_str(&name);
    let one = |part: &Batch, number: u64, attempted: Attempted| -> Result<Option<String>> {
        let more = serde_json::to_string(&PlaceMore {
            attempt: unlike("attempt"),
        })?;
        let place = Place {
            number,
            count: parts.len() as u64,
            more: RStr::from_str(&more),
            ..Place::ONLY
        };
        // SAFETY: the instance is that of `bound`, and lives as long.
        let open = |out| unsafe { open(instance, nobody(), place, write, out) };
        // SAFETY: it writes a run, as the contract says.
        let run: Run = unsafe { take(open) }?;
        let step = |rows: ArrowArray| -> Result<Step> {
            // SAFETY: the run is used here alone.
            let step = |out| unsafe { (run.table().step())(run.instance(), 0, rows, out) };
            // SAFETY: it writes how it goes on, as the contract says.
            unsafe { take(step) }
        };
        step(give_batch(part))?;
        if attempted == Attempted::GivenUp {
            return Ok(None);
        }
        let found = step(ArrowArray::released())?;
        let (receipt, _) = take_columns(found.rows, &ready.outputs[0].1)?;
        let receipt = receipt[0].as_string_view().value(0).to_owned();
        Ok((attempted == Attempted::Counts).then_some(receipt))
    };
    let mut receipts = Vec::new();
    let mut every = parts.iter().zip(0..);
    let done = every.try_for_each(|(part, number)| {
        attempts.iter().try_for_each(|attempted| {
            receipts.extend(one(part, number, *attempted)?);
            Ok(())
        })
    });
    let done = done.and_then(|()| {
        let receipts = format!("[{}]", receipts.join(","));
        let receipts = RStr::from_str(&receipts);
        // SAFETY: the instance is that of `bound`, and lives as long.
        let commit = |_: *mut ()| unsafe { commit(instance, nobody(), write, receipts) };
        // SAFETY: what is given is nothing.
        unsafe { take(commit) }
    });
    done.or_else(|error| {
        // SAFETY: the instance is that of `bound`, and lives as long.
        let abort = |_: *mut ()| unsafe { abort(instance, nobody(), write) };
        // SAFETY: what is given is nothing.
        unsafe { take(abort) }.map_err(|error| error.context("it was to abort"))?;
        Err(error)
    })
}

/// A name that nothing else has: tests run at once, in processes too.
fn unlike(kind: &str) -> String {
    static NAMED: AtomicU64 = AtomicU64::new(0);
    let named = NAMED.fetch_add(1, Ordering::Relaxed);
    format!("{kind}{}x{named}", std::process::id())
}
