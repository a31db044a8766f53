//! What a task answers a function.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use swath_batch::{Cx, Host, Value};
use swath_divisions::Divisions;
use swath_memory::{CancelToken, OverBudget, Reservation};
use swath_scheduler::TaskContext;

use crate::step::mixed;

/// A task as its function sees it: one partition of a frame with these divisions.
pub(crate) struct InTask {
    cancel: CancelToken,
    partition: usize,
    divisions: Divisions,
    /// Rows of its neighbours that it sees: in front, and behind.
    halo: (usize, usize),
    /// What random numbers begin from beside the partition; none for closures, which have the partition alone.
    seed: Option<u64>,
    /// Its rows are of whichever partition.
    is_anywhere: bool,
    /// What the function asked for and did not give back yet.
    reserved: Mutex<Reservation>,
    /// Why it was refused bytes, the last time.
    refused: Mutex<Option<OverBudget>>,
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
        Arc::new(Self::new(cx, partition, divisions, halo))
    }

    fn new(
        cx: &TaskContext<'_>,
        partition: usize,
        divisions: Divisions,
        halo: (usize, usize),
    ) -> Self {
        Self {
            cancel: cx.cancel_token().clone(),
            partition,
            divisions,
            halo,
            seed: None,
            is_anywhere: false,
            reserved: Mutex::new(cx.reserve("what a function asked for")),
            refused: Mutex::default(),
        }
    }

    /// A task whose function has random numbers of its own, also among the functions that see the same partition.
    #[cfg(feature = "plugins")]
    pub(crate) fn seeded(
        cx: &TaskContext<'_>,
        partition: usize,
        divisions: Divisions,
        halo: (usize, usize),
        seed: u64,
    ) -> Self {
        Self {
            seed: Some(seed),
            ..Self::new(cx, partition, divisions, halo)
        }
    }

    /// What functions that make the rows of a source may ask, which say themselves which partition they read.
    pub(crate) fn reading(cx: &TaskContext<'_>) -> Arc<Self> {
        Arc::new(Self::new(cx, 0, Divisions::unknown(1), (0, 0)))
    }

    /// What functions inside expressions and aggregates may ask, which know no partition.
    pub(crate) fn anywhere(cx: &TaskContext<'_>) -> Arc<dyn Host> {
        Arc::new(Self {
            is_anywhere: true,
            ..Self::new(cx, 0, Divisions::unknown(1), (0, 0))
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

    fn is_in_partition(&self) -> bool {
        !self.is_anywhere
    }

    fn boundary(&self, at: usize) -> Option<&[Value]> {
        Some(self.divisions.bounds()?.labels().get(at)?.values())
    }

    fn halo(&self) -> (usize, usize) {
        self.halo
    }

    fn seed(&self) -> u64 {
        let partition = mixed(self.partition as u64);
        self.seed.map_or(partition, |seed| mixed(seed ^ partition))
    }

    fn reserve(&self, bytes: i64) -> bool {
        let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = reserved.bytes().saturating_add_signed(bytes);
        match reserved.try_resize(wanted) {
            Ok(()) => true,
            Err(over) => {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(over);
                false
            }
        }
    }

    fn refusal(&self) -> Option<Box<dyn Error + Send + Sync>> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Box::new(refused.clone()?))
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
