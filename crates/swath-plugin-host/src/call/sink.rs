//! Sinks: where rows go.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use swath_batch::{Batch, Host};
use swath_meta::{DType, Meta};
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{ArrowArray, Place, PlaceMore, Run, Step, step};
use swath_plugin_data::{Columns, give_batch, take_columns};

use super::bind::Parts;
use super::entries::SinkEntries;
use super::{CallError, Services, place};
use crate::load::Guarded;

/// A sink, ready for columns that are known.
pub struct BoundSink {
    parts: Parts,
    entries: SinkEntries,
    input: Arc<Meta>,
    receipt: (Arc<Meta>, Columns),
}

impl BoundSink {
    pub(super) fn new(parts: Parts, input: &Meta) -> Result<Self, CallError> {
        let (meta, columns) = parts.output()?;
        match meta.fields() {
            [text] if text.dtype == DType::String => {}
            _ => return Err(parts.broke("declared no receipt, which is a column of text")),
        }
        let entries = SinkEntries::of(parts.bound.table());
        Ok(Self {
            entries: entries.map_err(|lacks| parts.broke(lacks))?,
            input: Arc::new(input.clone()),
            receipt: (Arc::new(meta), columns),
            parts,
        })
    }

    /// Begins a partition of the write of this name, in an attempt that no other has the name of: what `task` answers is what the function
    /// may ask, as long as the run lives.
    ///
    /// # Errors
    /// Its own.
    pub fn open(
        self: &Arc<Self>,
        write: &str,
        attempt: &str,
        task: Arc<dyn Host>,
    ) -> Result<SinkRun, CallError> {
        let more = PlaceMore {
            attempt: attempt.to_owned(),
        };
        let more = serde_json::to_string(&more).expect("a text is JSON");
        let place = Place {
            more: RStr::from_str(&more),
            ..place(Some(&*task))
        };
        let services = Services::new(&self.parts.name, Some(task));
        let (open, instance) = (self.entries.open_write, self.parts.bound.instance());
        let write = RStr::from_str(write);
        // SAFETY: the instance is that of `bound`, whose table it is; the services live as long as the run.
        let call = |out| unsafe { open(instance, services.host(), place, write, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let run: Run = unsafe { services.ask(call) }?;
        Ok(SinkRun {
            run: Guarded::new(run, &self.parts.name),
            services,
            of: Arc::clone(self),
            has_failed: false,
        })
    }

    /// Makes a write seen, by the receipts of its partitions, in their order: each a JSON text. To be called once. What the function may
    /// ask is what `task` answers.
    ///
    /// # Errors
    /// Its own: the write did not take place, and is to be aborted, unless it was [cut off](CallError::is_cut_off).
    pub fn commit(
        &self,
        write: &str,
        receipts: &[String],
        task: Option<Arc<dyn Host>>,
    ) -> Result<(), CallError> {
        let receipts = format!("[{}]", receipts.join(","));
        let services = Services::new(&self.parts.name, task);
        let (commit, instance) = (self.entries.commit, self.parts.bound.instance());
        let (write, receipts) = (RStr::from_str(write), RStr::from_str(&receipts));
        // SAFETY: the instance is that of `bound`, whose table it is; what is given is nothing.
        let call = |_: *mut ()| unsafe { commit(instance, services.host(), write, receipts) };
        // SAFETY: it writes what it gives, as the contract says.
        unsafe { services.ask(call) }
    }

    /// Removes what there is of a write that is not committed. Nobody tells it to stop: it is what whoever stops a write waits for.
    ///
    /// # Errors
    /// Its own.
    pub fn abort(&self, write: &str) -> Result<(), CallError> {
        let services = Services::new(&self.parts.name, None);
        let (abort, instance) = (self.entries.abort, self.parts.bound.instance());
        let write = RStr::from_str(write);
        // SAFETY: the instance is that of `bound`, whose table it is; what is given is nothing.
        let call = |_: *mut ()| unsafe { abort(instance, services.host(), write) };
        // SAFETY: it writes what it gives, as the contract says.
        unsafe { services.ask(call) }
    }
}

impl Debug for BoundSink {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "BoundSink({})", self.parts.name)
    }
}

/// One partition while it is written. Dropped before [`finish`](Self::finish), it was given up.
pub struct SinkRun {
    // Dropped before the services that it may call, and before what it is a run of.
    run: Guarded<Run>,
    services: Services,
    of: Arc<BoundSink>,
    /// After which the plugin is not asked again.
    has_failed: bool,
}

impl SinkRun {
    /// Takes the next rows.
    ///
    /// # Errors
    /// Its own, and rows of other columns than it was bound to.
    pub fn push(&mut self, rows: &Batch) -> Result<(), CallError> {
        let parts = &self.of.parts;
        if rows.meta() != &self.of.input {
            return Err(parts.broke("was given other columns than it was bound to"));
        }
        let found = self.step(give_batch(rows))?;
        match found.next {
            step::INPUT => Ok(()),
            step::DONE => Err(self.ends("wants no more rows, and there are some")),
            step::OUTPUT => Err(self.ends("gave a receipt before the end of its rows")),
            other => Err(self.ends(&format!("went on with {other}, which is no step"))),
        }
    }

    /// Ends the partition; the receipt, a JSON text.
    ///
    /// # Errors
    /// As of [`push`](Self::push), and a receipt that is none.
    pub fn finish(mut self) -> Result<String, CallError> {
        let found = self.step(ArrowArray::released())?;
        let parts = &self.of.parts;
        if (found.next, found.output) != (step::OUTPUT, 0) {
            return Err(parts.broke("gave no receipt at the end of its rows"));
        }
        let (meta, columns) = &self.of.receipt;
        let taken = take_columns(found.rows, columns);
        let (columns, rows) = taken.map_err(|source| parts.returned(source))?;
        // In the one encoding of texts.
        let receipts =
            Batch::from_arrays(meta, columns, rows).map_err(|error| parts.unfit(&error))?;
        let receipts = receipts.record_batch().column(0).as_string_view();
        if rows != 1 {
            return Err(parts.broke(format!("gave {rows} receipts where there is one")));
        }
        if receipts.is_null(0) {
            return Err(parts.broke("gave null for a receipt"));
        }
        let receipt = receipts.value(0);
        match serde_json::from_str::<serde::de::IgnoredAny>(receipt) {
            Ok(_) => Ok(receipt.to_owned()),
            Err(error) => Err(parts.broke(format!("gave a receipt that is no JSON: {error}"))),
        }
    }

    fn step(&mut self, rows: ArrowArray) -> Result<Step, CallError> {
        if self.has_failed {
            return Err(self.broke("failed before, and cannot go on"));
        }
        let (table, instance) = (self.run.table(), self.run.instance());
        // SAFETY: the run is the caller's alone.
        let call = |out| unsafe { (table.step())(instance, 0, rows, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let found = unsafe { self.services.ask(call) };
        self.has_failed = found.is_err();
        found
    }

    fn broke(&self, words: &str) -> CallError {
        self.of.parts.broke(words)
    }

    /// Of what has broken its contract nothing more is asked.
    fn ends(&mut self, words: &str) -> CallError {
        self.has_failed = true;
        self.broke(words)
    }
}

impl Debug for SinkRun {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "SinkRun({})", self.of.parts.name)
    }
}
