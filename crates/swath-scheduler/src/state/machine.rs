//! The state machine itself.

use std::collections::VecDeque;

use super::{Action, Ended, News, RunCounts, RunId, Shape, TaskRef, run::RunState};

/// All runs of a backend: what is ready, what runs, what sleeps. See the [module](super).
#[derive(Debug, Default)]
pub struct State {
    pub(super) runs: Vec<Option<RunState>>,
    pub(super) free_slots: Vec<u32>,
    next_number: u64,
    /// Runs with ready tasks, those of the highest priority last; inside a priority they take turns.
    pub(super) queues: Vec<(i32, VecDeque<u32>)>,
    /// Ready tasks of all runs.
    pub(super) ready: usize,
    /// Threads that sleep until woken.
    pub(super) idle: usize,
    /// Started tasks that did not report yet.
    pub(super) running: usize,
    /// Those of them that wait for a run of their own.
    pub(super) suspended: usize,
    /// Threads that wait for a run and assist it.
    pub(super) assisting: usize,
    /// Tasks that ran out of memory and wait until nothing else runs, with their floors.
    pub(super) alone: VecDeque<(TaskRef, u64)>,
    /// The task that runs alone. While it waits for a run of its own, a task of that run may be the next.
    pub(super) alone_now: Vec<TaskRef>,
    /// A task was declined, and no memory was given back since.
    pub(super) short: bool,
    /// Counts the times memory was given back.
    pub(super) epoch: u64,
    pub(super) tell_ready: bool,
}

impl State {
    /// A state machine without runs, with no thread asleep.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says whether [`Action::Ready`] should be told; it costs an action a task.
    pub fn tell_ready(&mut self, tell: bool) {
        self.tell_ready = tell;
    }

    /// Gives the id for the next [`News::Submitted`].
    pub fn open(&mut self) -> RunId {
        let slot = self.free_slots.pop().unwrap_or_else(|| {
            self.runs.push(None);
            self.runs.len() as u32 - 1
        });
        self.next_number += 1;
        RunId {
            slot,
            number: self.next_number - 1,
        }
    }

    /// Tasks running now, those that wait for a run not counted.
    pub fn running(&self) -> usize {
        self.running - self.suspended
    }

    /// What a run has come to; None once it ended.
    pub fn progress(&self, run: RunId) -> Option<RunCounts> {
        self.run(run).map(RunState::counts)
    }

    /// Whether a task that runs now is the last reader of an output that is not held.
    pub fn is_last_read(&self, reader: TaskRef, output: u32) -> bool {
        self.run(reader.run)
            .is_some_and(|state| state.shape.is_last_read(reader.rank, output))
    }

    /// Whether threads that wait for this run could start something now.
    pub fn can_assist(&self, run: RunId) -> bool {
        let waits_alone =
            || self.running() == 0 && self.alone.iter().any(|(task, _)| task.run == run);
        self.run(run)
            .is_none_or(|state| state.ready.len() > 0 && !self.is_exclusive() || waits_alone())
    }

    /// Takes one piece of news and appends what is to be done. Constant time, but for what the news itself is about: the
    /// readers and inputs of a finished task.
    ///
    /// Threads that a task's end gives something to do are woken by the [`News::Ask`] or [`News::Assist`] that must follow it,
    /// so that the thread which asks is not woken against itself.
    pub fn handle(&mut self, news: News, actions: &mut Vec<Action>) {
        match news {
            News::Submitted {
                run,
                shape,
                priority,
            } => self.submitted(run, *shape, priority, actions),
            News::Ask => {
                self.ask(actions);
                self.wake(actions);
            }
            News::Assist { run } => {
                self.assist(run, actions);
                self.wake(actions);
            }
            News::Finished { task, bytes } => self.finished(task, bytes, actions),
            News::Failed { task, retryable } => self.failed(task, retryable, actions),
            News::OverBudget { task, floor } => self.over_budget(task, floor, actions),
            News::Declined { task, epoch } => self.declined(task, epoch, actions),
            News::Freed => self.freed(actions),
            News::Cancel { run } => self.cancel(run, Ended::Cancelled, actions),
            News::Waits { in_task } => {
                self.assisting += 1;
                self.suspended += usize::from(in_task);
                // Whoever waits until nothing else runs may have waited for this task only.
                self.wake(actions);
            }
            News::WaitsNoLonger { in_task } => {
                self.assisting -= 1;
                self.suspended -= usize::from(in_task);
                self.wake(actions);
            }
            News::Lend { most } => {
                let threads = most.min(self.idle.saturating_sub(self.startable()));
                self.idle -= threads;
                actions.push(Action::Lent { threads });
            }
            News::GivenBack { threads } => {
                self.idle += threads;
                self.wake(actions);
            }
        }
    }

    pub(super) fn run(&self, run: RunId) -> Option<&RunState> {
        self.runs
            .get(run.slot())?
            .as_ref()
            .filter(|state| state.number == run.number)
    }

    pub(super) fn run_mut(&mut self, run: RunId) -> &mut RunState {
        let state = self.runs[run.slot()]
            .as_mut()
            .filter(|state| state.number == run.number);
        state.expect("a run ends only after the last of its running tasks reported")
    }

    fn submitted(&mut self, run: RunId, shape: Shape, priority: i32, actions: &mut Vec<Action>) {
        let state = RunState::new(run.number, priority, shape);
        if self.tell_ready {
            let ranks = 0..state.shape.len() as u32;
            let ready = ranks.filter(|rank| state.shape.is_ready(*rank));
            actions.extend(ready.map(|rank| Action::Ready {
                task: TaskRef { run, rank },
            }));
        }
        self.ready += state.ready.len();
        let empty = state.left == 0;
        self.runs[run.slot()] = Some(state);
        if empty {
            self.end(run, Ended::Completed, actions);
        } else {
            self.enqueue(run.slot);
            self.wake(actions);
        }
    }
}
