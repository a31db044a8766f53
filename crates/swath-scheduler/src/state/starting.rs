//! What starts next: runs take turns, memory that is short holds others back, threads are woken.

use std::collections::VecDeque;

use super::{Action, Admission, RunId, State, TaskRef};

impl State {
    /// Puts a run with ready tasks at the end of the queue of its priority.
    pub(super) fn enqueue(&mut self, slot: u32) {
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
    pub(super) fn is_exclusive(&self) -> bool {
        !self.alone_now.is_empty() && self.running() > 0
    }

    /// How many tasks free threads could start now. Tasks that wait for a run count as running here: they hold memory, and
    /// the threads that wait with them see to their runs.
    pub(super) fn startable(&self) -> usize {
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

    pub(super) fn wake(&mut self, actions: &mut Vec<Action>) {
        if self.assisting > 0 && !self.alone.is_empty() && self.running() == 0 {
            actions.push(Action::WakeAssistants { run: None });
        }
        let threads = self.idle.min(self.startable());
        if threads > 0 {
            self.idle -= threads;
            actions.push(Action::Wake { threads });
        }
    }

    pub(super) fn wake_assistants(&self, run: RunId, actions: &mut Vec<Action>) {
        if self.assisting > 0 {
            actions.push(Action::WakeAssistants { run: Some(run) });
        }
    }

    pub(super) fn ask(&mut self, actions: &mut Vec<Action>) {
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

    pub(super) fn assist(&mut self, run: RunId, actions: &mut Vec<Action>) {
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
}
