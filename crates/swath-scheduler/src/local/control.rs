//! What the handle of a local run can do.

use std::{sync::Arc, time::Instant};

use super::{engine::Engine, run::RunData};
use crate::{Progress, RunControl, RunStats, Work};

pub(super) struct LocalControl<W: Work> {
    pub(super) engine: Arc<Engine<W>>,
    pub(super) run: Arc<RunData<W>>,
}

impl<W: Work> RunControl for LocalControl<W> {
    fn cancel(&self) {
        self.engine.cancel(&self.run);
    }

    fn progress(&self) -> Progress {
        let (done, running, total) = self.engine.progress(self.run.id).unwrap_or_else(|| {
            let total = self.run.layout.len();
            (self.run.stats().tasks as usize, 0, total)
        });
        Progress {
            done: done as u64,
            total: total as u64,
            running: running as u64,
        }
    }

    fn stats(&self) -> RunStats {
        let mut stats = self.run.stats();
        if let Some((done, ..)) = self.engine.progress(self.run.id) {
            stats.tasks = done as u64;
        }
        stats
    }

    fn assist(&self, done: &dyn Fn() -> bool) {
        self.engine.assist(self.run.id, done);
    }

    fn needs_waiter(&self) -> bool {
        self.engine.is_inline()
    }

    fn deadline(&self) -> Option<Instant> {
        self.run.options.deadline
    }
}
