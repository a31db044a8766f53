//! The end of a run: results handed over or given back, and whoever waits told.

use std::{collections::HashMap, sync::Arc};

use super::{
    engine::Engine,
    layout::Wanted,
    run::{RunData, WantedResult},
};
use crate::{
    Event, Held, RunError, Work, panics,
    state::{Ended, RunCounts},
    sync::lock,
};

impl<W: Work> Engine<W> {
    /// Completes a run, none of whose tasks is running.
    pub(super) fn end(&self, run: &Arc<RunData<W>>, how: Ended, counts: RunCounts) {
        let result = match how {
            Ended::Completed => Ok(self.hand_over(run)),
            Ended::Failed | Ended::Cancelled => {
                self.give_back(run);
                Err(reason(run))
            }
        };
        run.close(counts);
        // The claims on what was read may be the last ones.
        let held = std::mem::replace(&mut *lock(&run.held), Arc::from([]));
        drop(held);
        match &result {
            Ok(_) => tracing::debug!(target: "swath::run", parent: &run.span, "run completed"),
            Err(error) => {
                tracing::debug!(target: "swath::run", parent: &run.span, %error, "run ended");
            }
        }
        self.observe(|| Event::RunFinished {
            run: run.number(),
            error: result.as_ref().err().cloned(),
            stats: run.stats(None),
        });
        let (completer, handle) = (lock(&run.completer).take(), lock(&run.handle).take());
        if let Some(completer) = completer {
            panics::contain("what follows a run", || completer.complete(result));
        }
        // Perhaps the last handle of the backend, and this one of its threads.
        drop(handle);
    }

    /// The claims in the order in which they were asked for.
    fn hand_over(&self, run: &RunData<W>) -> Vec<Held> {
        let made: HashMap<u32, Held> = std::mem::take(&mut *lock(&run.wanted))
            .into_iter()
            .map(|WantedResult { rank, rows, ports }| {
                (rank, self.registry.hold(run.task(rank).key(), rows, ports))
            })
            .collect();
        let held = Arc::clone(&lock(&run.held));
        let claim = |wanted: &Wanted| match wanted {
            Wanted::Task(rank) => made[rank].clone(),
            Wanted::Held(at) => held[*at as usize].0.clone(),
        };
        run.layout.wanted.iter().map(claim).collect()
    }

    /// Releases everything that the run made.
    fn give_back(&self, run: &RunData<W>) {
        // Wanted results are in both tables: the list has all their ports.
        for WantedResult { rank, ports, .. } in std::mem::take(&mut *lock(&run.wanted)) {
            for output in run.layout.outputs(rank) {
                run.clear(output);
            }
            for port in ports {
                self.keep.release(port.slot);
            }
        }
        for output in 0..run.layout.n_outputs() as u32 {
            if let Some(kept) = run.clear(output) {
                self.keep.release(kept.slot);
            }
        }
    }
}

fn reason<W: Work>(run: &RunData<W>) -> RunError {
    let late = run.token.is_late();
    lock(&run.first_error).take().unwrap_or(if late {
        RunError::DeadlineExceeded
    } else {
        RunError::Cancelled
    })
}
