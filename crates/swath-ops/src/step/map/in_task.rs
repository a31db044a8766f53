//! What a task answers a function.

use std::error::Error;
use std::sync::Arc;

use swath_batch::{Cx, Host, Value};
use swath_divisions::Divisions;
use swath_memory::CancelToken;
use swath_scheduler::TaskContext;

/// A task as its function sees it: one partition of a frame with these divisions.
pub(crate) struct InTask {
    cancel: CancelToken,
    partition: usize,
    divisions: Divisions,
}

impl InTask {
    /// What the function is given to ask.
    pub(crate) fn asked(cx: &TaskContext<'_>, partition: usize, divisions: Divisions) -> Cx {
        Cx::new(Arc::new(Self {
            cancel: cx.cancel_token().clone(),
            partition,
            divisions,
        }))
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
}
