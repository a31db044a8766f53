//! Who reads what: the dependencies of a graph, turned round.

use super::id::{DepSource, HeldId, TaskId};
use super::task_graph::Graph;
use super::view::TaskView;

/// The readers of every task and every held key.
///
/// A reader is listed once for each of its dependencies, so twice when it reads two ports of the same task; the readers of one
/// result are in ascending order.
#[derive(Debug, Clone)]
pub struct Consumers {
    /// Readers of result `i` are `readers[starts[i]..starts[i + 1]]`: first all tasks, then all held keys.
    starts: Vec<u32>,
    readers: Vec<TaskId>,
    n_tasks: usize,
}

impl Consumers {
    pub(super) fn new<W>(graph: &Graph<W>) -> Self {
        let n_tasks = graph.len();
        let slot = |from: DepSource| match from {
            DepSource::Task(task) => task.index(),
            DepSource::Held(held) => n_tasks + held.index(),
        };
        let mut starts = vec![0_u32; n_tasks + graph.held().len() + 1];
        for dep in graph.tasks().flat_map(TaskView::deps) {
            starts[slot(dep.from) + 1] += 1;
        }
        for position in 1..starts.len() {
            starts[position] += starts[position - 1];
        }
        let mut next = starts.clone();
        let mut readers = vec![TaskId(0); graph.n_deps()];
        for task in graph.tasks() {
            for dep in task.deps() {
                let next = &mut next[slot(dep.from)];
                readers[*next as usize] = task.id();
                *next += 1;
            }
        }
        Self {
            starts,
            readers,
            n_tasks,
        }
    }

    /// Returns the readers of a task's outputs.
    pub fn of_task(&self, task: TaskId) -> &[TaskId] {
        self.slot(task.index())
    }

    /// Returns the readers of a held result.
    pub fn of_held(&self, held: HeldId) -> &[TaskId] {
        self.slot(self.n_tasks + held.index())
    }

    fn slot(&self, slot: usize) -> &[TaskId] {
        &self.readers[self.starts[slot] as usize..self.starts[slot + 1] as usize]
    }
}
