//! One task, seen inside its graph.

use super::id::{Dep, DepsId, StageId, TaskId};
use super::task_graph::{Graph, StageSpec};
use crate::hint::{Hint, Origin};
use crate::key::Key;
use crate::name::Name;
use std::fmt;

/// A task of a graph: a reference and an id, free to copy.
pub struct TaskView<'a, W> {
    graph: &'a Graph<W>,
    id: TaskId,
}

impl<'a, W> TaskView<'a, W> {
    pub(super) fn new(graph: &'a Graph<W>, id: TaskId) -> Self {
        Self { graph, id }
    }

    /// Returns the task's number in the graph.
    pub fn id(self) -> TaskId {
        self.id
    }

    /// Returns the number of its stage.
    pub fn stage_id(self) -> StageId {
        self.graph.tasks[self.id.index()].stage
    }

    /// Returns what it shares with the other tasks of its stage.
    pub fn stage(self) -> &'a StageSpec<W> {
        &self.graph.stages[self.stage_id().index()]
    }

    /// Returns the name of its computation.
    pub fn name(self) -> &'a Name {
        &self.stage().name
    }

    /// Returns the index of its result.
    pub fn index(self) -> u32 {
        self.graph.tasks[self.id.index()].index
    }

    /// Returns the key of its result.
    pub fn key(self) -> Key {
        Key::new(self.name().clone(), self.index())
    }

    /// Returns what it does.
    pub fn work(self) -> &'a W {
        &self.stage().work
    }

    /// Returns what it reads, in the order in which it was given.
    pub fn deps(self) -> &'a [Dep] {
        self.graph.deps.of(self.id)
    }

    /// Returns the number of the list that [`deps`](Self::deps) is; the tasks before and after it may have the same.
    pub fn deps_id(self) -> DepsId {
        self.graph.deps.id(self.id)
    }

    /// Returns how it likes to be run and called.
    pub fn hint(self) -> &'a Hint {
        &self.stage().hint
    }

    /// Returns the line of the program that asked for it, when known.
    pub fn origin(self) -> Option<&'a Origin> {
        self.stage().origin.as_ref()
    }
}

impl<W> Clone for TaskView<'_, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for TaskView<'_, W> {}

impl<W> fmt::Debug for TaskView<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskView")
            .field("id", &self.id)
            .field("key", &self.key())
            .field("deps", &self.deps())
            .finish()
    }
}
