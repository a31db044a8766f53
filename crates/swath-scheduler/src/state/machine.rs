//! The state machine itself.

use std::collections::VecDeque;

use super::{Action, Admission, Ended, News, RunCounts, RunId, Shape, TaskRef, run::RunState};

/// All runs of a backend: what is ready, what runs, what sleeps. See the [module](super).
#[derive(Debug, Default)]
pub struct State {
    runs: Vec<Option<RunState>>,
    free_slots: Vec<u32>,
    next_number: u64,
    /// Runs with ready tasks, those of the highest priority last; inside a priority they take turns.
    queues: Vec<(i32, VecDeque<u32>)>,
    /// Ready tasks of all runs.
    ready: usize,
    /// Threads that sleep until woken.
    idle: usize,
    /// Started tasks that did not report yet.
    running: usize,
    /// Those of them that wait for a run of their own.
    suspended: usize,
    /// Threads that wait for a run and assist it.
    assisting: usize,
    /// Tasks that ran out of memory and wait until nothing else runs, with their floors.
    alone: VecDeque<(TaskRef, u64)>,
    /// The task that runs alone. While it waits for a run of its own, a task of that run may be the next.
    alone_now: Vec<TaskRef>,
    /// A task was declined, and no memory was given back since.
    short: bool,
    /// Counts the times memory was given back.
    epoch: u64,
    tell_ready: bool,
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

    /// Whether the task that runs now is the last reader of an output that is not held.
    pub fn is_last_read(&self, run: RunId, output: u32) -> bool {
        self.run(run)
            .is_some_and(|state| state.shape.reads[output as usize] == 1)
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

    fn run(&self, run: RunId) -> Option<&RunState> {
        self.runs
            .get(run.slot())?
            .as_ref()
            .filter(|state| state.number == run.number)
    }

    fn run_mut(&mut self, run: RunId) -> &mut RunState {
        let state = self.runs[run.slot()]
            .as_mut()
            .filter(|state| state.number == run.number);
        state.expect("a run ends only after the last of its running tasks reported")
    }

    fn submitted(&mut self, run: RunId, shape: Shape, priority: i32, actions: &mut Vec<Action>) {
        let state = RunState::new(run.number, priority, shape);
        if self.tell_ready {
            let ranks = 0..state.shape.len() as u32;
            let ready = ranks.filter(|rank| state.shape.needs[*rank as usize] == 0);
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

    /// Puts a run with ready tasks at the end of the queue of its priority.
    fn enqueue(&mut self, slot: u32) {
        let Some(state) = self.runs[slot as usize].as_mut() else {
            return;
        };
        if state.queued || state.ready.len() == 0 {
            return;
        }
        state.queued = true;
        let at = self
            .queues
            .partition_point(|(priority, _)| *priority < state.priority);
        if self
            .queues
            .get(at)
            .is_none_or(|(priority, _)| *priority != state.priority)
        {
            self.queues.insert(at, (state.priority, VecDeque::new()));
        }
        self.queues[at].1.push_back(slot);
    }

    /// The first ready task of the run whose turn it is.
    fn pop(&mut self) -> Option<TaskRef> {
        for (_, queue) in self.queues.iter_mut().rev() {
            while let Some(slot) = queue.pop_front() {
                // Runs that ended or were emptied by assistants leave the queue here.
                let Some(state) = self.runs[slot as usize]
                    .as_mut()
                    .filter(|state| state.queued)
                else {
                    continue;
                };
                let Some(rank) = state.ready.pop() else {
                    state.queued = false;
                    continue;
                };
                if state.ready.len() > 0 {
                    queue.push_back(slot);
                } else {
                    state.queued = false;
                }
                self.ready -= 1;
                return Some(TaskRef {
                    run: RunId {
                        slot,
                        number: state.number,
                    },
                    rank,
                });
            }
        }
        None
    }

    /// Whether a task runs alone now that does not wait for a run of its own.
    fn is_exclusive(&self) -> bool {
        !self.alone_now.is_empty() && self.running() > 0
    }

    /// How many tasks free threads could start now. Tasks that wait for a run count as running here: they hold memory, and
    /// the threads that wait with them see to their runs.
    fn startable(&self) -> usize {
        let one_if_none_runs = usize::from(self.running == 0);
        if !self.alone_now.is_empty() {
            0
        } else if !self.alone.is_empty() {
            one_if_none_runs
        } else if self.short {
            self.ready.min(one_if_none_runs)
        } else {
            self.ready
        }
    }

    fn wake(&mut self, actions: &mut Vec<Action>) {
        if self.assisting > 0 && !self.alone.is_empty() && self.running() == 0 {
            actions.push(Action::WakeAssistants { run: None });
        }
        let threads = self.idle.min(self.startable());
        if threads > 0 {
            self.idle -= threads;
            actions.push(Action::Wake { threads });
        }
    }

    fn wake_assistants(&self, run: RunId, actions: &mut Vec<Action>) {
        if self.assisting > 0 {
            actions.push(Action::WakeAssistants { run: Some(run) });
        }
    }

    fn ask(&mut self, actions: &mut Vec<Action>) {
        if self.startable() == 0 {
            self.idle += 1;
            return;
        }
        if let Some((task, floor)) = self.alone.pop_front() {
            self.alone_now.push(task);
            return self.start(task, Admission::Alone { floor }, actions);
        }
        let admission = if self.short {
            Admission::Forced
        } else {
            Admission::Asked
        };
        match self.pop() {
            Some(task) => self.start(task, admission, actions),
            None => self.idle += 1,
        }
    }

    fn assist(&mut self, run: RunId, actions: &mut Vec<Action>) {
        if self.run(run).is_none() || self.is_exclusive() {
            return;
        }
        if self.running() == 0
            && let Some(at) = self.alone.iter().position(|(task, _)| task.run == run)
            && let Some((task, floor)) = self.alone.remove(at)
        {
            self.alone_now.push(task);
            return self.start(task, Admission::Alone { floor }, actions);
        }
        // The waiting task cannot give its memory back before this run is done: no use waiting for more.
        let admission = if self.short {
            Admission::Forced
        } else {
            Admission::Asked
        };
        if let Some(rank) = self.run_mut(run).ready.pop() {
            self.ready -= 1;
            self.start(TaskRef { run, rank }, admission, actions);
        }
    }

    fn start(&mut self, task: TaskRef, admission: Admission, actions: &mut Vec<Action>) {
        self.running += 1;
        let state = self.run_mut(task.run);
        state.running += 1;
        let attempt = state.attempt(task.rank);
        actions.push(Action::Start {
            task,
            attempt,
            admission,
            epoch: self.epoch,
        });
    }

    /// A started task is off its thread.
    fn stopped(&mut self, task: TaskRef, actions: &mut Vec<Action>) {
        self.running -= 1;
        self.run_mut(task.run).running -= 1;
        if let Some(at) = self.alone_now.iter().position(|alone| *alone == task) {
            self.alone_now.remove(at);
            if self.assisting > 0 {
                actions.push(Action::WakeAssistants { run: None });
            }
        }
    }

    fn memory_given_back(&mut self) {
        self.epoch += 1;
        self.short = false;
    }

    fn finished(&mut self, task: TaskRef, bytes: u64, actions: &mut Vec<Action>) {
        self.stopped(task, actions);
        self.memory_given_back();
        let tell = self.tell_ready;
        let TaskRef { run, rank } = task;
        let state = self.run_mut(run);
        state.left -= 1;
        state.result_bytes += bytes;
        if state.ending.is_none() {
            let before = state.ready.len();
            let mut ready = Vec::new();
            state.finish(
                rank,
                |rank| {
                    if tell {
                        ready.push(Action::Ready {
                            task: TaskRef { run, rank },
                        });
                    }
                },
                |output| actions.push(Action::Release { run, output }),
            );
            actions.append(&mut ready);
            let (more, left) = (state.ready.len() - before, state.left);
            self.ready += more;
            if more > 0 {
                self.enqueue(run.slot);
                self.wake_assistants(run, actions);
            }
            if left == 0 {
                self.end(run, Ended::Completed, actions);
            }
        }
        self.end_if_stopped(run, actions);
    }

    fn failed(&mut self, task: TaskRef, retryable: bool, actions: &mut Vec<Action>) {
        self.stopped(task, actions);
        self.memory_given_back();
        let state = self.run_mut(task.run);
        let again = if retryable && state.ending.is_none() {
            state.next_attempt(task.rank)
        } else {
            None
        };
        if let Some(attempt) = again {
            actions.push(Action::Retry { task, attempt });
            self.ready_again(task, actions);
        } else {
            actions.push(Action::GaveUp { task });
            self.cancel(task.run, Ended::Failed, actions);
        }
    }

    fn ready_again(&mut self, task: TaskRef, actions: &mut Vec<Action>) {
        self.run_mut(task.run).ready.insert(task.rank);
        self.ready += 1;
        self.enqueue(task.run.slot);
        self.wake_assistants(task.run, actions);
    }

    fn over_budget(&mut self, task: TaskRef, floor: u64, actions: &mut Vec<Action>) {
        self.stopped(task, actions);
        self.memory_given_back();
        if self.run_mut(task.run).ending.is_none() {
            self.alone.push_back((task, floor));
            self.wake_assistants(task.run, actions);
        }
        self.end_if_stopped(task.run, actions);
    }

    fn declined(&mut self, task: TaskRef, epoch: u64, actions: &mut Vec<Action>) {
        self.stopped(task, actions);
        if self.run_mut(task.run).ending.is_none() {
            self.short = self.epoch == epoch;
            self.ready_again(task, actions);
        }
        self.end_if_stopped(task.run, actions);
    }

    fn freed(&mut self, actions: &mut Vec<Action>) {
        self.memory_given_back();
        self.wake(actions);
    }

    fn cancel(&mut self, run: RunId, how: Ended, actions: &mut Vec<Action>) {
        if self.run(run).is_none() {
            return;
        }
        let state = self.run_mut(run);
        if state.ending.is_none() {
            state.ending = Some(how);
            let dropped = state.ready.len();
            state.ready.clear();
            self.ready -= dropped;
            self.alone.retain(|(task, _)| task.run != run);
        }
        self.end_if_stopped(run, actions);
        self.wake(actions);
    }

    fn end_if_stopped(&mut self, run: RunId, actions: &mut Vec<Action>) {
        if let Some(RunState {
            ending: Some(how),
            running: 0,
            ..
        }) = self.run(run)
        {
            let how = *how;
            self.end(run, how, actions);
        }
    }

    fn end(&mut self, run: RunId, how: Ended, actions: &mut Vec<Action>) {
        let Some(state) = self.runs[run.slot()].take() else {
            return;
        };
        if state.queued {
            for (_, queue) in &mut self.queues {
                queue.retain(|slot| *slot != run.slot);
            }
        }
        self.queues.retain(|(_, queue)| !queue.is_empty());
        self.free_slots.push(run.slot);
        self.wake_assistants(run, actions);
        actions.push(Action::Ended {
            run,
            how,
            counts: state.counts(),
        });
    }
}
