//! What a task answers a function.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use swath_batch::{Cx, Host, Value};
use swath_divisions::Divisions;
use swath_memory::{CancelToken, Reservation};
use swath_scheduler::TaskContext;

/// A task as its function sees it: one partition of a frame with these divisions.
pub(crate) struct InTask {
    cancel: CancelToken,
    partition: usize,
    divisions: Divisions,
    /// Rows of its neighbours that it sees: in front, and behind.
    halo: (usize, usize),
    /// What the function asked for and did not give back yet.
    reserved: Mutex<Reservation>,
}

impl InTask {
    /// What the function is given to ask.
    pub(crate) fn asked(cx: &TaskContext<'_>, partition: usize, divisions: Divisions) -> Cx {
        Self::beside(cx, partition, divisions, (0, 0))
    }

    /// The same of a function that sees so many rows of the partitions in front and behind.
    pub(crate) fn beside(
        cx: &TaskContext<'_>,
        partition: usize,
        divisions: Divisions,
        halo: (usize, usize),
    ) -> Cx {
        Cx::new(Self::host(cx, partition, divisions, halo))
    }

    /// What answers such a function.
    pub(crate) fn host(
        cx: &TaskContext<'_>,
        partition: usize,
        divisions: Divisions,
        halo: (usize, usize),
    ) -> Arc<dyn Host> {
        Arc::new(Self {
            cancel: cx.cancel_token().clone(),
            partition,
            divisions,
            halo,
            reserved: Mutex::new(cx.reserve("what a function asked for")),
        })
    }
}

impl Host for InTask {
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(self.cancel.check()?)
    }

    fn partition(&self) -> (usize, usize) {
        (self.partition, self.divisions.npartitions())
    }

    fn boundary(&self, at: usize) -> Option<&[Value]> {
        Some(self.divisions.bounds()?.labels().get(at)?.values())
    }

    fn halo(&self) -> (usize, usize) {
        self.halo
    }

    fn reserve(&self, bytes: i64) -> bool {
        let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = reserved.bytes().saturating_add_signed(bytes);
        reserved.try_resize(wanted).is_ok()
    }

    fn progress(&self, done: u64, total: u64) {
        tracing::debug!(
            partition = self.partition,
            done,
            total,
            "a function goes on"
        );
    }
}
