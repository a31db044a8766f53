//! What every task reads, as lists that neighbours share.

use super::id::{Dep, DepsId, TaskId};

/// The dependencies of all tasks. A task that reads the same as the one before it has the same list: a stage that reads all of
/// the stage before stores what it reads once.
#[derive(Debug, Clone)]
pub(crate) struct Deps {
    /// The list of each task.
    of_task: Vec<DepsId>,
    /// List `i` is `items[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    items: Vec<Dep>,
    /// Dependencies of all tasks, shared ones counted for each.
    total: usize,
}

impl Deps {
    /// No tasks, with room for so many and so many dependencies.
    pub(crate) fn with_capacity(tasks: usize, deps: usize) -> Self {
        Self {
            of_task: Vec::with_capacity(tasks),
            starts: vec![0],
            items: Vec::with_capacity(deps),
            total: 0,
        }
    }

    /// Adds what the next task reads.
    pub(crate) fn push(&mut self, deps: &[Dep]) {
        self.total += deps.len();
        let id = match self.of_task.last() {
            Some(last) if self.list(*last) == deps => *last,
            _ => {
                self.items.extend_from_slice(deps);
                self.starts.push(self.items.len() as u32);
                DepsId(self.starts.len() as u32 - 2)
            }
        };
        self.of_task.push(id);
    }

    pub(crate) fn id(&self, task: TaskId) -> DepsId {
        self.of_task[task.index()]
    }

    pub(crate) fn of(&self, task: TaskId) -> &[Dep] {
        self.list(self.id(task))
    }

    pub(crate) fn list(&self, id: DepsId) -> &[Dep] {
        &self.items[self.starts[id.index()] as usize..self.starts[id.index() + 1] as usize]
    }

    /// The number of lists.
    pub(crate) fn n_lists(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of dependencies of all tasks together.
    pub(crate) fn total(&self) -> usize {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_what_they_both_read() {
        let [a, b] = [TaskId(0).port(0), TaskId(1).port(0)];
        let mut deps = Deps::with_capacity(0, 0);
        let tasks: [&[Dep]; 8] = [&[], &[], &[a], &[a, b], &[a, b], &[b, a], &[a, b], &[]];
        for reads in tasks {
            deps.push(reads);
        }
        let lists: Vec<u32> = (0..8).map(|task| deps.id(TaskId(task)).0).collect();
        assert_eq!(lists, [0, 0, 1, 2, 2, 3, 4, 5]);
        assert_eq!((deps.n_lists(), deps.total()), (6, 9));
        for (task, reads) in (0..).zip(tasks) {
            assert_eq!(deps.of(TaskId(task)), reads);
        }
    }
}
