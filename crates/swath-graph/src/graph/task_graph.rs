//! The graph: flat tables of stages, tasks, dependencies and held keys.

use super::consumers::Consumers;
use super::deps::Deps;
use super::id::{Dep, DepsId, HeldId, StageId, TaskId};
use super::key_index::KeyIndex;
use super::view::TaskView;
use crate::error::GraphError;
use crate::hint::{Hint, Origin};
use crate::key::Key;
use crate::name::Name;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Tasks and what they read, acyclic, with unique keys, unchangeable.
///
/// Made by a [`GraphBuilder`](crate::GraphBuilder), or by [`from_keys`](Self::from_keys) from tasks that name what they read.
/// A task's work is its stage's: one value for all of them, shared also with the graphs that [`cull`](crate::cull) and
/// [`fuse`](crate::fuse) make of this one, so neither asks for `W: Clone`. What differs between the tasks of a stage belongs
/// into the work as a table by index (`Load(Vec<PathBuf>)`).
///
/// Costs 12 bytes a task and 12 a dependency, with 4 more for finding keys and 4 for each list of dependencies; tasks that
/// follow each other and read the same share theirs. One allocation a stage, none a task.
pub struct Graph<W> {
    pub(super) stages: Vec<StageSpec<W>>,
    pub(super) tasks: Vec<Task>,
    pub(super) deps: Deps,
    held: Vec<Key>,
    held_ids: HashMap<Key, HeldId>,
    index: KeyIndex,
    consumers: OnceLock<Consumers>,
}

/// What the tasks of one stage share.
pub struct StageSpec<W> {
    /// The name of their keys.
    pub name: Name,
    /// What they do.
    pub work: Arc<W>,
    /// How they like to be run and called.
    pub hint: Hint,
    /// The line of the program that asked for them, when known.
    pub origin: Option<Origin>,
}

/// One task, as stored beside what it reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task {
    pub(crate) stage: StageId,
    pub(crate) index: u32,
}

impl<W> Graph<W> {
    /// Puts checked tables together: every dependency has a smaller id than its reader, every stage and held id exists.
    pub(crate) fn assemble(
        stages: Vec<StageSpec<W>>,
        tasks: Vec<Task>,
        deps: Deps,
        held: Vec<Key>,
    ) -> Result<Self, GraphError> {
        let index = KeyIndex::new(&stages, &tasks)?;
        let mut held_ids = HashMap::with_capacity(held.len());
        for (position, key) in held.iter().enumerate() {
            if index.find(&tasks, key).is_some() {
                return Err(GraphError::HeldAndComputed { key: key.clone() });
            }
            held_ids.insert(key.clone(), HeldId::from_index(position));
        }
        Ok(Self {
            stages,
            tasks,
            deps,
            held,
            held_ids,
            index,
            consumers: OnceLock::new(),
        })
    }

    /// Returns the number of tasks.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Says whether there is no task. There may still be held keys.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Returns the number of dependencies of all tasks together.
    pub fn n_deps(&self) -> usize {
        self.deps.total()
    }

    /// Returns the number of lists of dependencies: at most one a task, fewer where neighbours read the same.
    pub fn n_dep_lists(&self) -> usize {
        self.deps.n_lists()
    }

    /// Returns one list of dependencies.
    ///
    /// # Panics
    /// If the id is not one of this graph.
    pub fn dep_list(&self, id: DepsId) -> &[Dep] {
        self.deps.list(id)
    }

    /// Iterates over all tasks in the order of their ids, in which every task comes after what it reads.
    pub fn tasks(&self) -> impl DoubleEndedIterator<Item = TaskView<'_, W>> + ExactSizeIterator {
        (0..self.tasks.len()).map(|position| TaskView::new(self, TaskId::from_index(position)))
    }

    /// Returns one task.
    ///
    /// # Panics
    /// If the id is not one of this graph.
    pub fn task(&self, id: TaskId) -> TaskView<'_, W> {
        assert!(
            id.index() < self.tasks.len(),
            "{id:?} is an id of another graph: this one has {} tasks",
            self.tasks.len()
        );
        TaskView::new(self, id)
    }

    /// Returns the stages, by [`StageId::index`].
    pub fn stages(&self) -> &[StageSpec<W>] {
        &self.stages
    }

    /// Returns the keys whose results exist already, by [`HeldId::index`].
    pub fn held(&self) -> &[Key] {
        &self.held
    }

    /// Iterates over the keys of all tasks in the order of their ids.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = Key> {
        self.tasks().map(TaskView::key)
    }

    /// Finds the task that computes a key. Costs one hash look-up and, where a stage's indexes have gaps, a binary search.
    pub fn find(&self, key: &Key) -> Option<TaskId> {
        self.index.find(&self.tasks, key)
    }

    /// Finds a held key.
    pub fn find_held(&self, key: &Key) -> Option<HeldId> {
        self.held_ids.get(key).copied()
    }

    /// Returns which tasks read each task and each held key. Made on the first call, in time linear in the dependencies.
    pub fn consumers(&self) -> &Consumers {
        self.consumers.get_or_init(|| Consumers::new(self))
    }

    /// Returns the same graph over other work: the same keys, dependencies, hints and origins. Costs one call a stage.
    pub fn map<V>(&self, mut work: impl FnMut(&W) -> V) -> Graph<V> {
        let stages = self.stages.iter().map(|stage| StageSpec {
            name: stage.name.clone(),
            work: Arc::new(work(&stage.work)),
            hint: stage.hint.clone(),
            origin: stage.origin.clone(),
        });
        Graph {
            stages: stages.collect(),
            tasks: self.tasks.clone(),
            deps: self.deps.clone(),
            held: self.held.clone(),
            held_ids: self.held_ids.clone(),
            index: self.index.clone(),
            consumers: OnceLock::new(),
        }
    }
}

impl<W> Clone for Graph<W> {
    fn clone(&self) -> Self {
        Self {
            stages: self.stages.clone(),
            tasks: self.tasks.clone(),
            deps: self.deps.clone(),
            held: self.held.clone(),
            held_ids: self.held_ids.clone(),
            index: self.index.clone(),
            consumers: self.consumers.clone(),
        }
    }
}

impl<W> fmt::Debug for Graph<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("stages", &self.stages.len())
            .field("tasks", &self.tasks.len())
            .field("deps", &self.deps.total())
            .field("held", &self.held.len())
            .finish_non_exhaustive()
    }
}

impl<W> StageSpec<W> {
    /// Returns what people call the stage: its label, or its kind.
    pub fn label(&self) -> &str {
        self.hint.label.as_deref().unwrap_or(self.name.kind())
    }
}

impl<W> Clone for StageSpec<W> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            work: Arc::clone(&self.work),
            hint: self.hint.clone(),
            origin: self.origin.clone(),
        }
    }
}

impl<W> fmt::Debug for StageSpec<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StageSpec")
            .field("name", &self.name)
            .field("hint", &self.hint)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DepSource, GraphBuilder};

    #[test]
    fn a_task_is_twelve_bytes() {
        assert_eq!(size_of::<Task>() + size_of::<DepsId>(), 12);
    }

    #[test]
    fn tasks_say_what_they_are() {
        let mut builder = GraphBuilder::new();
        let (load, sum) = (Name::of("load", &0), Name::of("sum", &0));
        let table = builder.held(Key::new(Name::of("table", &0), 3));
        let (l, s) = (
            builder.stage(load.clone(), "load"),
            builder.stage(sum.clone(), "sum"),
        );
        let a = builder.task(l, &[]);
        let b = builder.task_at(l, 7, &[]);
        let total = builder.task(s, &[a.port(0), b.port(2), table.dep()]);
        let graph = builder.build().unwrap();

        assert_eq!(
            (graph.len(), graph.is_empty(), graph.n_deps()),
            (3, false, 3)
        );
        let view = graph.task(total);
        assert_eq!(
            (view.id(), view.name(), view.index(), *view.work()),
            (total, &sum, 0, "sum")
        );
        assert_eq!(view.deps(), [a.port(0), b.port(2), table.dep()]);
        assert_eq!((view.hint(), view.origin()), (&Hint::default(), None));
        assert_eq!(
            graph.keys().collect::<Vec<_>>(),
            [
                Key::new(load.clone(), 0),
                Key::new(load.clone(), 7),
                Key::new(sum, 0)
            ]
        );
        assert_eq!(graph.find(&Key::new(load.clone(), 7)), Some(b));
        assert_eq!(graph.find(&Key::new(load.clone(), 1)), None);
        assert_eq!(graph.find(&Key::new(Name::of("other", &0), 0)), None);
        assert_eq!(graph.find_held(&graph.held()[0]), Some(table));
        assert_eq!(graph.find_held(&Key::new(load, 0)), None);
        assert_eq!(graph.consumers().of_task(a), [total]);
        assert_eq!(graph.consumers().of_held(table), [total]);
        assert!(graph.consumers().of_task(total).is_empty());
        assert_eq!(
            format!("{graph:?}"),
            "Graph { stages: 2, tasks: 3, deps: 3, held: 1, .. }"
        );
    }

    #[test]
    fn a_reader_is_listed_once_for_each_dependency() {
        let mut builder = GraphBuilder::new();
        let stage = builder.stage(Name::of("x", &0), ());
        let a = builder.task(stage, &[]);
        let b = builder.task(stage, &[a.port(0), a.port(1)]);
        let c = builder.task(stage, &[a.port(0), b.port(0)]);
        let graph = builder.build().unwrap();
        assert_eq!(graph.consumers().of_task(a), [b, b, c]);
        assert!(matches!(graph.task(c).deps()[1].from, DepSource::Task(id) if id == b));
    }

    #[test]
    fn clones_share_works_and_handles_are_send_and_sync() {
        fn check<T: Send + Sync + 'static>(_: &T) {}
        struct NotClone;
        let mut builder = GraphBuilder::new();
        let stage = builder.stage(Name::of("x", &0), NotClone);
        builder.task(stage, &[]);
        let graph = builder.build().unwrap();
        check(&graph);
        let copy = graph.clone();
        assert!(Arc::ptr_eq(&graph.stages()[0].work, &copy.stages()[0].work));
    }

    #[test]
    #[should_panic(expected = "t5 is an id of another graph")]
    fn a_foreign_id_is_refused() {
        GraphBuilder::<()>::new().build().unwrap().task(TaskId(5));
    }
}
