//! What functions may ask that run outside of tasks: when a source is listed, and when a write is made seen.

use std::error::Error;

use swath_batch::Host;
use swath_scheduler::{CancelHandle, RunError};

/// A call outside of any task, which goes on as long as this run does.
pub(crate) struct Outside(CancelHandle);

impl Outside {
    pub(crate) fn of(run: CancelHandle) -> Self {
        Self(run)
    }
}

impl Host for Outside {
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        if self.0.is_cancelled() {
            return Err(RunError::Cancelled.into());
        }
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }

    fn is_in_partition(&self) -> bool {
        false
    }
}
