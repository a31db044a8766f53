//! What follows when a task is off its thread, and when a run ends.

use super::{Action, Ended, RunId, State, TaskRef, run::RunState};

impl State {
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

    pub(super) fn finished(&mut self, task: TaskRef, bytes: u64, actions: &mut Vec<Action>) {
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

    pub(super) fn failed(&mut self, task: TaskRef, retryable: bool, actions: &mut Vec<Action>) {
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

    pub(super) fn over_budget(&mut self, task: TaskRef, floor: u64, actions: &mut Vec<Action>) {
        self.stopped(task, actions);
        self.memory_given_back();
        if self.run_mut(task.run).ending.is_none() {
            self.alone.push_back((task, floor));
            self.wake_assistants(task.run, actions);
        }
        self.end_if_stopped(task.run, actions);
    }

    pub(super) fn declined(&mut self, task: TaskRef, epoch: u64, actions: &mut Vec<Action>) {
        self.stopped(task, actions);
        if self.run_mut(task.run).ending.is_none() {
            self.short = self.epoch == epoch;
            self.ready_again(task, actions);
        }
        self.end_if_stopped(task.run, actions);
    }

    pub(super) fn freed(&mut self, actions: &mut Vec<Action>) {
        self.memory_given_back();
        self.wake(actions);
    }

    pub(super) fn cancel(&mut self, run: RunId, how: Ended, actions: &mut Vec<Action>) {
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

    pub(super) fn end(&mut self, run: RunId, how: Ended, actions: &mut Vec<Action>) {
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
