//! What the handle of a local run can do.

use std::{sync::Arc, time::Instant};

use super::{engine::Engine, run::RunData};
use crate::{Progress, RunControl, RunStats, Work, state::RunCounts};

pub(super) struct LocalControl<W: Work> {
    pub(super) engine: Arc<Engine<W>>,
    pub(super) run: Arc<RunData<W>>,
}

impl<W: Work> RunControl for LocalControl<W> {
    fn cancel(&self) {
        self.engine.cancel(&self.run);
    }

    fn progress(&self) -> Progress {
        let total = self.run.layout.len() as u64;
        match self.engine.progress(self.run.id) {
            Some(RunCounts { done, running, .. }) => Progress {
                done,
                total,
                running,
            },
            None => Progress {
                done: self.run.stats(None).tasks,
                total,
                running: 0,
            },
        }
    }

    fn stats(&self) -> RunStats {
        self.run.stats(self.engine.progress(self.run.id))
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
