//! What the scans say they read and skipped.

use std::sync::{Arc, Mutex, PoisonError};
use swath::{Event, Metrics, Observer};

/// An observer that adds up what the tasks of finished runs counted.
#[derive(Clone, Default)]
pub(crate) struct Counters(Arc<Mutex<Metrics>>);

impl Observer for Counters {
    fn on(&self, event: &Event) {
        if let Event::RunFinished { stats, .. } = event {
            self.sums().merge(&stats.metrics);
        }
    }
}

impl Counters {
    /// What was counted since the last call.
    pub(crate) fn take(&self) -> Metrics {
        std::mem::take(&mut *self.sums())
    }

    fn sums(&self) -> std::sync::MutexGuard<'_, Metrics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
