//! The task that a function is told it runs in.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};

use swath_batch::Host;

/// The third of four partitions, which can be cancelled.
#[derive(Debug, Default)]
pub(in crate::plugin) struct Task {
    is_cancelled: AtomicBool,
    halo: (usize, usize),
}

impl Task {
    /// One that sees so many rows of its neighbours, in front and behind.
    pub(super) fn with_halo(before: usize, after: usize) -> Self {
        Self {
            halo: (before, after),
            ..Self::default()
        }
    }

    /// Asks whatever runs in it to stop.
    pub(super) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }
}

impl Host for Task {
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err("the run was cancelled".into());
        }
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (2, 4)
    }

    fn halo(&self) -> (usize, usize) {
        self.halo
    }
}
