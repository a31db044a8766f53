//! How far a run is, and what it did.

use std::time::Duration;

use crate::Metrics;

/// How far a run is. With several rounds the total grows when a round begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Tasks that are done.
    pub done: u64,
    /// Tasks in all, as far as known.
    pub total: u64,
    /// Tasks that run now.
    pub running: u64,
}

/// What a run did so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunStats {
    /// Tasks that gave results.
    pub tasks: u64,
    /// Attempts after a failure.
    pub retries: u64,
    /// Attempts after running out of memory.
    pub deferred: u64,
    /// Bytes of all results, released ones included.
    pub result_bytes: u64,
    /// From submission to the end, or to now.
    pub duration: Duration,
    /// What its tasks counted.
    pub metrics: Metrics,
}

impl RunStats {
    /// Adds what a later round did.
    pub fn merge(&mut self, other: &Self) {
        self.tasks += other.tasks;
        self.retries += other.retries;
        self.deferred += other.deferred;
        self.result_bytes += other.result_bytes;
        self.duration += other.duration;
        self.metrics.merge(&other.metrics);
    }
}

impl Progress {
    pub(super) fn merge(self, other: Self) -> Self {
        Self {
            done: self.done + other.done,
            total: self.total + other.total,
            running: self.running + other.running,
        }
    }
}
