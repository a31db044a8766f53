//! Who wants to know what happens, and what they are told.

use std::{sync::Arc, time::Duration};

use swath_graph::Key;
use swath_memory::Demand;

use crate::{Metrics, RunError, RunStats, TaskError};

/// Is told every change of state: progress bars, dashboards, recorders.
///
/// Called on the thread where it happened, outside all locks, so it must be quick and must not wait. Events of one task come in
/// order; events of different tasks may come in any.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn on(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync> Observer for F {
    fn on(&self, event: &Event) {
        self(event);
    }
}

/// The number of a run, unique in its backend, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunNumber(pub(crate) u64);

impl std::fmt::Display for RunNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A change of state.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A run was accepted.
    RunSubmitted {
        /// The run.
        run: RunNumber,
        /// What people call it.
        label: Option<Arc<str>>,
        /// Tasks that it will run.
        tasks: u64,
        /// Keys that were asked for.
        wanted: u64,
    },
    /// A run ended, one way or the other; none of its tasks is running any more.
    RunFinished {
        /// The run.
        run: RunNumber,
        /// Why it gave no result, if it did not.
        error: Option<RunError>,
        /// What it did.
        stats: RunStats,
    },
    /// All that the task reads is there. A free thread may be so quick that this is told after its start.
    TaskReady {
        /// The run.
        run: RunNumber,
        /// The task.
        key: Key,
    },
    /// A thread began the task.
    TaskStarted {
        /// The run.
        run: RunNumber,
        /// The task.
        key: Key,
        /// How often it was begun before.
        attempt: u32,
        /// What it said about its memory.
        demand: Demand,
    },
    /// There was no memory for the task: it waits for other tasks to end.
    TaskWaitsForMemory {
        /// The run.
        run: RunNumber,
        /// The task.
        key: Key,
        /// What it asked for.
        demand: Demand,
    },
    /// The task gave its results.
    TaskFinished {
        /// The run.
        run: RunNumber,
        /// The task.
        key: Key,
        /// From start to results kept.
        duration: Duration,
        /// Bytes of its results.
        bytes: u64,
        /// Rows of its first result, where the word means something.
        rows: Option<u64>,
        /// What it said about its memory before.
        demand: Demand,
        /// Bytes it reserved at most, results included.
        peak: u64,
        /// What it counted.
        metrics: Metrics,
    },
    /// The task gave an error.
    TaskFailed {
        /// The run.
        run: RunNumber,
        /// The task.
        key: Key,
        /// How often it was tried before.
        attempt: u32,
        /// What it said.
        error: TaskError,
    },
    /// A failed task will be tried again.
    TaskRetried {
        /// The run.
        run: RunNumber,
        /// The task.
        key: Key,
        /// The number of the coming attempt; the first was 0.
        attempt: u32,
    },
    /// The task ran out of memory, gave everything back, and will be tried again when nothing else runs.
    TaskDeferred {
        /// The run.
        run: RunNumber,
        /// The task.
        key: Key,
        /// Bytes it had reached or asked for: its floor the next time.
        floor: u64,
    },
    /// A result between tasks was released: its last reader is done.
    ResultReleased {
        /// The run.
        run: RunNumber,
        /// The task whose result it was.
        key: Key,
        /// Which of its outputs.
        port: u16,
        /// Its bytes.
        bytes: u64,
    },
    /// A result is held from now on, by whoever asked for it.
    ResultHeld {
        /// Its key.
        key: Key,
        /// Its bytes.
        bytes: u64,
    },
    /// The last claim on a held result was dropped.
    HeldReleased {
        /// Its key.
        key: Key,
        /// Its bytes.
        bytes: u64,
    },
    /// How the memory stands, told after each task.
    Memory {
        /// Bytes in use.
        used: u64,
        /// The most that was in use so far.
        peak: u64,
        /// The limit.
        limit: u64,
    },
}
