//! No threads: tasks run on the thread that waits, in an order that a seed decides.

use std::sync::Arc;

use super::sealed::Execute;
use crate::{
    BuildError,
    local::Drive,
    random::Random,
    sync::{Mutex, lock},
};

/// Runs tasks on the thread that waits for a run, one after the other, and *reports* them in a random order, as if several had
/// run at once and ended in that order. The same seed gives the same order; the answer must not depend on it.
///
/// A run goes on while somebody waits for it, polls it, or has given it a continuation.
#[derive(Debug)]
pub struct Inline {
    random: Mutex<Random>,
    slots: usize,
}

impl Inline {
    /// A schedule decided by `seed`, as of 4 threads.
    pub fn new(seed: u64) -> Self {
        Self {
            random: Mutex::new(Random::new(seed)),
            slots: 4,
        }
    }

    /// The same schedule as of so many threads; 1 gives the static order.
    #[must_use]
    pub fn slots(self, slots: usize) -> Self {
        Self { slots, ..self }
    }
}

impl Execute for Inline {
    fn slots(&self) -> usize {
        self.slots
    }

    fn start(&self, _: Arc<dyn Drive>) -> Result<(), BuildError> {
        Ok(())
    }

    fn wake(&self, _: usize) {}

    fn shut_down(&self, _: bool) {}

    fn choose(&self, n: usize) -> Option<usize> {
        Some(lock(&self.random).below(n.max(1)))
    }
}
