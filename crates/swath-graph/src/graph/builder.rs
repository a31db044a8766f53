//! Building a graph task by task.

use super::deps::Deps;
use super::id::{Dep, DepSource, HeldId, StageId, TaskId};
use super::task_graph::{Graph, StageSpec, Task};
use crate::error::GraphError;
use crate::hint::{Hint, Origin};
use crate::key::Key;
use crate::name::Name;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Builds a [`Graph`]: stages first, then tasks, each after what it reads.
///
/// Only [`build`](Self::build) fails: a mistake made on the way is kept and told there, the first one made.
///
/// ```
/// use swath_graph::{GraphBuilder, Key, Name};
///
/// let mut graph = GraphBuilder::new();
/// let table = graph.held(Key::new(Name::of("table", "v1"), 0));       // exists already, from an earlier run
/// let scan = graph.stage(Name::of("scan", "v1"), "scan");
/// let probe = graph.stage(Name::of("probe", "v1"), "probe");
/// for _ in 0..3 {
///     let part = graph.task(scan, &[]);
///     graph.task(probe, &[part.port(0), table.dep()]);
/// }
/// let graph = graph.build()?;
/// assert_eq!(graph.len(), 6);
/// # Ok::<(), swath_graph::GraphError>(())
/// ```
#[derive(Debug)]
pub struct GraphBuilder<W> {
    /// Tells this builder's stages from those of others.
    stamp: u32,
    stages: Vec<StageSpec<W>>,
    /// The running number of each stage.
    next_index: Vec<u32>,
    tasks: Vec<Task>,
    deps: Deps,
    held: Vec<Key>,
    held_ids: HashMap<Key, HeldId>,
    first_error: Option<GraphError>,
}

/// A stage of a builder: what tasks are added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stage {
    id: StageId,
    stamp: u32,
}

impl Stage {
    /// Returns the number that the stage will have in the graph.
    pub fn id(self) -> StageId {
        self.id
    }
}

impl<W> GraphBuilder<W> {
    /// Begins an empty graph.
    pub fn new() -> Self {
        Self::with_capacity(0, 0)
    }

    /// Begins an empty graph with room for so many tasks and dependencies, those that neighbours share counted once.
    pub fn with_capacity(tasks: usize, deps: usize) -> Self {
        static STAMP: AtomicU32 = AtomicU32::new(0);
        Self {
            stamp: STAMP.fetch_add(1, Ordering::Relaxed),
            stages: Vec::new(),
            next_index: Vec::new(),
            tasks: Vec::with_capacity(tasks),
            deps: Deps::with_capacity(tasks, deps),
            held: Vec::new(),
            held_ids: HashMap::new(),
            first_error: None,
        }
    }

    /// Adds a stage: tasks that share this name and do this work, told apart by their index.
    pub fn stage(&mut self, name: Name, work: W) -> Stage {
        self.stage_with(name, work, Hint::default())
    }

    /// Adds a stage with a hint.
    pub fn stage_with(&mut self, name: Name, work: W, hint: Hint) -> Stage {
        self.stage_shared(StageSpec {
            name,
            work: Arc::new(work),
            hint,
            origin: None,
        })
    }

    /// Adds a stage whose work is shared, as one of another graph is.
    pub fn stage_shared(&mut self, stage: StageSpec<W>) -> Stage {
        if self.stages.len() >= u32::MAX as usize {
            self.fail(|_| too_large("stages"));
        }
        let id = StageId(self.stages.len() as u32);
        self.stages.push(stage);
        self.next_index.push(0);
        Stage {
            id,
            stamp: self.stamp,
        }
    }

    /// Says which line of the program asked for a stage, for errors and pictures.
    pub fn origin(&mut self, stage: Stage, origin: impl Into<Origin>) {
        if self.owns(stage) {
            self.stages[stage.id.index()].origin = Some(origin.into());
        }
    }

    /// Adds a task that reads `deps`. Its index is the stage's running number: the first task has 0, so the key follows from
    /// the order of the calls.
    pub fn task(&mut self, stage: Stage, deps: &[Dep]) -> TaskId {
        let index = self.next_index.get(stage.id.index()).copied().unwrap_or(0);
        self.task_at(stage, index, deps)
    }

    /// Adds a task with an index of one's choice, for stages of which only some results are computed.
    ///
    /// The stage's running number goes on after the largest index.
    pub fn task_at(&mut self, stage: Stage, index: u32, deps: &[Dep]) -> TaskId {
        let id = TaskId(self.tasks.len() as u32);
        if !self.owns(stage) {
            return id;
        }
        if self.tasks.len() >= u32::MAX as usize {
            self.fail(|_| too_large("tasks"));
            return id;
        }
        if self.deps.total() + deps.len() > u32::MAX as usize {
            self.fail(|_| too_large("dependencies"));
            return id;
        }
        for dep in deps {
            match dep.from {
                DepSource::Task(task) if task >= id => {
                    self.fail(|builder| GraphError::UnknownTask {
                        stage: builder.stages[stage.id.index()].name.clone(),
                        index,
                        id: task.0,
                        tasks: id.0,
                    });
                }
                DepSource::Held(held) if held.index() >= self.held.len() => {
                    self.fail(|builder| GraphError::UnknownHeld {
                        stage: builder.stages[stage.id.index()].name.clone(),
                        index,
                        id: held.0,
                        held: builder.held.len() as u32,
                    });
                }
                DepSource::Task(_) | DepSource::Held(_) => {}
            }
        }
        let next = &mut self.next_index[stage.id.index()];
        *next = (*next).max(index.saturating_add(1));
        self.deps.push(deps);
        self.tasks.push(Task {
            stage: stage.id,
            index,
        });
        id
    }

    /// Names a result that exists before the graph runs, as a persisted partition does. The same key gives the same id.
    pub fn held(&mut self, key: Key) -> HeldId {
        if let Some(id) = self.held_ids.get(&key) {
            return *id;
        }
        if self.held.len() >= u32::MAX as usize {
            self.fail(|_| too_large("held keys"));
        }
        let id = HeldId(self.held.len() as u32);
        self.held.push(key.clone());
        self.held_ids.insert(key, id);
        id
    }

    /// Returns the number of tasks added so far.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Says whether no task was added yet.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Finishes the graph. Costs time linear in its tasks.
    ///
    /// # Errors
    /// [`GraphError`], if two tasks have the same key, a key is both computed and held, or an id came from elsewhere. An id of
    /// another builder that happens to be one here too cannot be told apart.
    pub fn build(self) -> Result<Graph<W>, GraphError> {
        match self.first_error {
            Some(error) => Err(error),
            None => Graph::assemble(self.stages, self.tasks, self.deps, self.held),
        }
    }

    fn owns(&mut self, stage: Stage) -> bool {
        let owns = stage.stamp == self.stamp;
        if !owns {
            self.fail(|_| GraphError::ForeignStage { stage: stage.id.0 });
        }
        owns
    }

    fn fail(&mut self, error: impl FnOnce(&Self) -> GraphError) {
        if self.first_error.is_none() {
            self.first_error = Some(error(self));
        }
    }
}

impl<W> Default for GraphBuilder<W> {
    fn default() -> Self {
        Self::new()
    }
}

fn too_large(what: &'static str) -> GraphError {
    GraphError::TooLarge {
        what,
        limit: u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TaskView;
    use std::panic::Location;

    /// Builds a graph that must be refused and returns how that reads.
    fn refused(make: impl FnOnce(&mut GraphBuilder<()>)) -> String {
        let mut builder = GraphBuilder::new();
        make(&mut builder);
        builder.build().unwrap_err().to_string()
    }

    #[test]
    fn mistakes_are_told_by_build() {
        let name = |kind: &str| Name::of(kind, &0);
        insta::assert_snapshot!(refused(|g| {
            let (a, b) = (g.stage(name("load"), ()), g.stage(name("load"), ()));
            g.task(a, &[]);
            g.task(b, &[]);
        }), @"two tasks have the key ('load-a219a0ff399e07d96be7dd78adf5956e', 0): give the later stage another name, or number its tasks with `task_at`");
        insta::assert_snapshot!(refused(|g| {
            let a = g.stage(name("load"), ());
            g.task_at(a, 3, &[]);
            g.task_at(a, 2, &[]);
            g.task_at(a, 3, &[]);
        }), @"two tasks have the key ('load-a219a0ff399e07d96be7dd78adf5956e', 3): give the later stage another name, or number its tasks with `task_at`");
        insta::assert_snapshot!(refused(|g| {
            let a = g.stage(name("load"), ());
            g.task(a, &[]);
            g.held(Key::new(name("load"), 0));
        }), @"('load-a219a0ff399e07d96be7dd78adf5956e', 0) is held and also computed by a task: read the held result, or leave out `held` for it");
        insta::assert_snapshot!(refused(|g| {
            let a = g.stage(name("load"), ());
            g.task(a, &[TaskId(0).port(0)]);
        }), @"task 0 of `load-a219a0ff399e07d96be7dd78adf5956e` reads task id 0, but only 0 tasks were added before it: ids belong to one builder");
        insta::assert_snapshot!(refused(|g| {
            let a = g.stage(name("load"), ());
            g.task(a, &[HeldId(2).dep()]);
        }), @"task 0 of `load-a219a0ff399e07d96be7dd78adf5956e` reads held id 2, but only 0 keys are held: ids belong to one builder");
        insta::assert_snapshot!(refused(|g| {
            let other = GraphBuilder::new().stage(name("load"), ());
            g.stage(name("load"), ());
            g.task(other, &[]);
        }), @"a task was added to stage number 0 of another builder: make the stage with the builder that gets the task");
    }

    #[test]
    fn a_duplicate_key_says_where_its_stages_come_from() {
        let mut builder = GraphBuilder::new();
        let (a, b) = (
            builder.stage(Name::of("load", &0), ()),
            builder.stage(Name::of("load", &0), ()),
        );
        builder.origin(a, Location::caller());
        builder.origin(
            b,
            Origin {
                file: "pipeline.rs".into(),
                line: 7,
                column: 1,
            },
        );
        builder.task(a, &[]);
        builder.task(b, &[]);
        let text = builder.build().unwrap_err().to_string();
        assert!(text.contains("builder.rs:"), "{text}");
        assert!(text.contains("and pipeline.rs:7: give"), "{text}");
    }

    #[test]
    fn the_first_mistake_is_told() {
        let text = refused(|g| {
            let a = g.stage(Name::of("a", &0), ());
            g.task(a, &[TaskId(9).port(0)]);
            g.task(a, &[HeldId(9).dep()]);
        });
        assert!(text.contains("task id 9"), "{text}");
    }

    #[test]
    fn the_running_number_goes_on_after_a_chosen_index() {
        let mut builder = GraphBuilder::new();
        let stage = builder.stage(Name::of("a", &0), ());
        for index in [None, Some(5), None, Some(2), None] {
            match index {
                Some(index) => builder.task_at(stage, index, &[]),
                None => builder.task(stage, &[]),
            };
        }
        let graph = builder.build().unwrap();
        assert_eq!(
            graph.tasks().map(TaskView::index).collect::<Vec<_>>(),
            [0, 5, 6, 2, 7]
        );
        for task in graph.tasks() {
            assert_eq!(graph.find(&task.key()), Some(task.id()));
        }
    }

    #[test]
    fn the_same_held_key_has_one_id() {
        let mut builder = GraphBuilder::<()>::new();
        let key = |index| Key::new(Name::of("a", &0), index);
        let ids = [
            builder.held(key(0)),
            builder.held(key(1)),
            builder.held(key(0)),
        ];
        assert_eq!(ids, [HeldId(0), HeldId(1), HeldId(0)]);
        assert_eq!(builder.build().unwrap().held(), [key(0), key(1)]);
    }

    #[test]
    fn stages_of_one_name_share_its_indexes() {
        let mut builder = GraphBuilder::new();
        let (even, odd) = (
            builder.stage(Name::of("a", &0), 0),
            builder.stage(Name::of("a", &0), 1),
        );
        for index in (0..10).rev() {
            builder.task_at(if index % 2 == 0 { even } else { odd }, index, &[]);
        }
        let graph = builder.build().unwrap();
        for index in 0..10 {
            let task = graph.task(graph.find(&Key::new(Name::of("a", &0), index)).unwrap());
            assert_eq!((task.index(), *task.work()), (index, index % 2));
        }
    }
}
