//! A thread's turn at the lock: it reports news, carries out what the state wants, and gets its next task.

use std::sync::{Arc, atomic::Ordering};

use swath_memory::Grant;

use super::{engine::Engine, inputs::InputSizes, run::RunData};
use crate::{
    Event, Work,
    state::{Action, Admission, News, RunId, TaskRef},
    sync::{lock, thread::Thread},
};

/// A task that the calling thread should run now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) task: TaskRef,
    pub(super) attempt: u32,
    pub(super) admission: Admission,
    pub(super) epoch: u64,
}

/// What a thread carries from one turn at the lock to the next: the run it is on, and buffers.
pub(super) struct Turn<W: Work> {
    /// The run that the thread's news are about, and of the task it was given last.
    pub(super) run: Option<Arc<RunData<W>>>,
    pub(super) sizes: InputSizes,
    /// A grant of nothing that was not used: the next task that asks for nothing gets it.
    pub(super) spare: Option<Grant>,
    actions: Vec<Action>,
}

impl<W: Work> Turn<W> {
    pub(super) fn new(run: Option<Arc<RunData<W>>>) -> Self {
        Self {
            run,
            sizes: InputSizes::default(),
            spare: None,
            actions: Vec::new(),
        }
    }
}

impl<W: Work> Engine<W> {
    /// Tells the state some news, does what it wants done, and returns the task that it starts on this thread, which is of
    /// `turn.run` then.
    pub(super) fn take_turn(
        &self,
        turn: &mut Turn<W>,
        news: impl IntoIterator<Item = News>,
    ) -> Option<Job> {
        let Turn {
            run: mine, actions, ..
        } = turn;
        let (mut job, mut next_run) = (None, None);
        let mut releases = false;
        let leaves;
        let (mut ended, mut unpark) = (Vec::new(), Vec::new());
        {
            let mut core = lock(&self.core);
            for news in news {
                core.state.handle(news, actions);
            }
            for action in actions.iter() {
                match action {
                    Action::Start {
                        task,
                        attempt,
                        admission,
                        epoch,
                    } => {
                        job = Some(Job {
                            task: *task,
                            attempt: *attempt,
                            admission: *admission,
                            epoch: *epoch,
                        });
                        if mine.as_ref().is_none_or(|mine| mine.id != task.run) {
                            next_run.clone_from(&core.runs[task.run.slot()]);
                        }
                    }
                    Action::Ended { run, how, counts } => {
                        ended.extend(core.runs[run.slot()].take().map(|run| (run, *how, *counts)));
                    }
                    Action::Release { .. } => releases = true,
                    Action::WakeAssistants { run } => {
                        let woken =
                            |(of, _): &mut (RunId, Thread)| run.is_none_or(|run| run == *of);
                        unpark.extend(
                            core.assistants
                                .extract_if(.., woken)
                                .map(|(_, thread)| thread),
                        );
                    }
                    _ => {}
                }
            }
            // With a task of the same run in hand it cannot end before this thread's next turn.
            let stays = |run: RunId| job.is_some_and(|job| job.task.run == run);
            leaves = mine
                .as_ref()
                .filter(|run| releases && !stays(run.id))
                .map(Arc::clone);
            if let Some(run) = &leaves {
                lock(&run.leaving).begin();
            }
            ended.retain(|(run, how, counts)| lock(&run.leaving).end(*how, *counts));
        }
        for action in actions.drain(..) {
            if let Some(run) = mine {
                self.carry_out(run, &action);
            } else if let Action::Wake { threads } = action {
                self.executor.wake(threads);
            }
        }
        for thread in unpark {
            thread.unpark();
        }
        if let Some(run) = leaves {
            let last = lock(&run.leaving).done();
            ended.extend(last.map(|(how, counts)| (run, how, counts)));
        }
        for (run, how, counts) in ended {
            self.end(&run, how, counts);
        }
        if next_run.is_some() {
            *mine = next_run;
        }
        job
    }

    /// Does one thing that the state wants done about the run whose news it had.
    fn carry_out(&self, run: &RunData<W>, action: &Action) {
        let key = |task: &TaskRef| run.task(task.rank).key();
        match action {
            Action::Wake { threads } => self.executor.wake(*threads),
            Action::Release { output, .. } => self.release(run, *output),
            Action::Ready { task } => self.observe(|| Event::TaskReady {
                run: run.number(),
                key: key(task),
            }),
            Action::Retry { task, attempt } => {
                run.counters.retries.fetch_add(1, Ordering::Relaxed);
                tracing::info!(target: "swath::retry", parent: &run.span, key = %key(task), attempt, "task is tried again");
                self.observe(|| Event::TaskRetried {
                    run: run.number(),
                    key: key(task),
                    attempt: *attempt,
                });
            }
            // The others of its run should stop soon.
            Action::GaveUp { .. } => run.token.cancel(),
            _ => {}
        }
    }

    /// Releases an output that nobody reads any more.
    fn release(&self, run: &RunData<W>, output: u32) {
        // One that was given away to its last reader is gone already.
        let Some(kept) = run.clear(output) else {
            return;
        };
        self.keep.release(kept.slot);
        if self.observers.is_empty()
            && !tracing::enabled!(target: "swath::release", tracing::Level::TRACE)
        {
            return;
        }
        let (rank, port) = run.layout.maker(output);
        let (key, bytes) = (run.task(rank).key(), kept.bytes);
        tracing::trace!(target: "swath::release", parent: &run.span, %key, port, bytes, "result released");
        self.observe(|| Event::ResultReleased {
            run: run.number(),
            key,
            port,
            bytes,
        });
    }
}
