//! A graph from tasks that name what they read by key, in any order: what comes from elsewhere, and may be wrong.

use super::deps::Deps;
use super::id::{Dep, DepSource, HeldId, StageId, TaskId};
use super::key_index::KeyIndex;
use super::task_graph::{Graph, StageSpec, Task};
use crate::error::GraphError;
use crate::key::Key;
use crate::name::Name;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// A task that names what it reads by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedTask {
    /// Its stage: the position in the list of stages given with it.
    pub stage: StageId,
    /// The index of its result.
    pub index: u32,
    /// What it reads.
    pub deps: Vec<KeyedDep>,
}

/// A dependency by key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyedDep {
    /// Whose output: a task's or a held result.
    pub key: Key,
    /// Which of its outputs.
    pub port: u16,
}

impl From<Key> for KeyedDep {
    fn from(key: Key) -> Self {
        Self { key, port: 0 }
    }
}

impl<W> Graph<W> {
    /// Makes a graph of tasks that name what they read by key, in any order, as they come from another program.
    ///
    /// Tasks keep the given order where every one comes after what it reads; otherwise the earliest possible task comes first.
    /// Costs a look-up for each dependency.
    ///
    /// # Errors
    /// [`GraphError`]: a key that two tasks have, that is held and computed, or that is read and neither; a stage that is not
    /// there; tasks that need each other in a circle, with the keys of the circle.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use swath_graph::{Graph, GraphError, Hint, Key, KeyedTask, Name, StageId, StageSpec};
    ///
    /// let name = Name::of("a", "x");
    /// let stage = StageSpec { name: name.clone(), work: Arc::new("a"), hint: Hint::default(), origin: None };
    /// let reads = |index, other| KeyedTask {
    ///     stage: StageId::from_index(0),
    ///     index,
    ///     deps: vec![Key::new(name.clone(), other).into()],
    /// };
    /// let error = Graph::from_keys([stage], [reads(0, 1), reads(1, 0)], []).unwrap_err();
    /// assert!(matches!(error, GraphError::Cycle { path } if path.len() == 2));
    /// ```
    pub fn from_keys(
        stages: impl IntoIterator<Item = StageSpec<W>>,
        tasks: impl IntoIterator<Item = KeyedTask>,
        held: impl IntoIterator<Item = Key>,
    ) -> Result<Self, GraphError> {
        let mut import = Import {
            stages: stages.into_iter().collect(),
            tasks: Vec::new(),
            deps_ends: Vec::new(),
            deps: Vec::new(),
            names: Vec::new(),
            held: held.into_iter().collect(),
        };
        let mut name_ids: HashMap<Name, u32> = HashMap::new();
        for task in tasks {
            for dep in task.deps {
                let KeyedDep {
                    key: Key { name, index },
                    port,
                } = dep;
                let name = *name_ids.entry(name).or_insert_with_key(|name| {
                    import.names.push(name.clone());
                    import.names.len() as u32 - 1
                });
                import.deps.push(RawDep { name, index, port });
            }
            let deps_end =
                u32::try_from(import.deps.len()).map_err(|_| too_large("dependencies"))?;
            import.deps_ends.push(deps_end);
            import.tasks.push(Task {
                stage: task.stage,
                index: task.index,
            });
        }
        import.build()
    }
}

/// What [`Graph::from_keys`] works on: flat, with dependencies by the number of their name.
pub(crate) struct Import<W> {
    pub(crate) stages: Vec<StageSpec<W>>,
    /// Tasks in the order given.
    pub(crate) tasks: Vec<Task>,
    /// Where the dependencies of each end in `deps`; they begin where those of the task before it end.
    pub(crate) deps_ends: Vec<u32>,
    pub(crate) deps: Vec<RawDep>,
    /// Names by the number that dependencies use; every number used must be one.
    pub(crate) names: Vec<Name>,
    pub(crate) held: Vec<Key>,
}

/// A dependency by the number of its name in the import's table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawDep {
    pub(crate) name: u32,
    pub(crate) index: u32,
    pub(crate) port: u16,
}

impl<W> Import<W> {
    pub(crate) fn build(self) -> Result<Graph<W>, GraphError> {
        let n_stages = self.stages.len();
        if self.tasks.len() > u32::MAX as usize || n_stages > u32::MAX as usize {
            return Err(too_large(if n_stages > u32::MAX as usize {
                "stages"
            } else {
                "tasks"
            }));
        }
        if let Some(task) = self
            .tasks
            .iter()
            .find(|task| task.stage.index() >= n_stages)
        {
            return Err(GraphError::UnknownStage {
                index: task.index,
                stage: task.stage.0,
                stages: n_stages as u32,
            });
        }
        let index = KeyIndex::new(&self.stages, &self.tasks)?;
        let (held, held_ids) = number_held(&self.held)?;
        let deps = self.resolve(&index, &held_ids)?;
        let (tasks, deps) = match sort(&self.tasks, &self.deps_ends, &deps) {
            Ok(sorted) => sorted,
            Err(circle) => {
                let key = |task: &Task| {
                    Key::new(self.stages[task.stage.index()].name.clone(), task.index)
                };
                let path = circle
                    .iter()
                    .map(|id| key(&self.tasks[id.index()]))
                    .collect();
                return Err(GraphError::Cycle { path });
            }
        };
        Graph::assemble(self.stages, tasks, deps, held)
    }

    /// Finds what each dependency names, as ids of tasks in the order given.
    fn resolve(
        &self,
        index: &KeyIndex,
        held_ids: &HashMap<Key, HeldId>,
    ) -> Result<Vec<Dep>, GraphError> {
        let name_ids: Vec<Option<u32>> = self.names.iter().map(|name| index.name(name)).collect();
        let mut deps = Vec::with_capacity(self.deps.len());
        for (task, deps_end) in self.tasks.iter().zip(&self.deps_ends) {
            for raw in &self.deps[deps.len()..*deps_end as usize] {
                let computed = name_ids[raw.name as usize]
                    .and_then(|name| index.find_numbered(&self.tasks, name, raw.index));
                let from = if let Some(id) = computed {
                    DepSource::Task(id)
                } else {
                    let key = Key::new(self.names[raw.name as usize].clone(), raw.index);
                    let Some(held) = held_ids.get(&key) else {
                        let task =
                            Key::new(self.stages[task.stage.index()].name.clone(), task.index);
                        return Err(GraphError::MissingDependency { task, missing: key });
                    };
                    DepSource::Held(*held)
                };
                deps.push(Dep {
                    from,
                    port: raw.port,
                });
            }
        }
        Ok(deps)
    }
}

/// Numbers held keys, each once.
fn number_held(keys: &[Key]) -> Result<(Vec<Key>, HashMap<Key, HeldId>), GraphError> {
    let mut held = Vec::new();
    let mut held_ids = HashMap::with_capacity(keys.len());
    for key in keys {
        let next = u32::try_from(held.len()).map_err(|_| too_large("held keys"))?;
        held_ids.entry(key.clone()).or_insert_with(|| {
            held.push(key.clone());
            HeldId(next)
        });
    }
    Ok((held, held_ids))
}

/// Brings tasks into an order in which each comes after what it reads; the error is a circle of them.
fn sort(tasks: &[Task], deps_ends: &[u32], deps: &[Dep]) -> Result<(Vec<Task>, Deps), Vec<TaskId>> {
    let deps_of = |position: usize| {
        let start = if position == 0 {
            0
        } else {
            deps_ends[position - 1] as usize
        };
        &deps[start..deps_ends[position] as usize]
    };
    let read_by = |position: usize| {
        let tasks = deps_of(position).iter().filter_map(|dep| dep.task());
        tasks.map(TaskId::index)
    };
    let mut sorted_deps = Deps::with_capacity(tasks.len(), 0);
    if (0..tasks.len()).all(|position| read_by(position).all(|dep| dep < position)) {
        for position in 0..tasks.len() {
            sorted_deps.push(deps_of(position));
        }
        return Ok((tasks.to_vec(), sorted_deps));
    }

    let mut waits = vec![0_u32; tasks.len()];
    let mut starts = vec![0_u32; tasks.len() + 1];
    for (position, waits) in waits.iter_mut().enumerate() {
        for dep in read_by(position) {
            *waits += 1;
            starts[dep + 1] += 1;
        }
    }
    for position in 1..starts.len() {
        starts[position] += starts[position - 1];
    }
    let mut next = starts.clone();
    let mut readers = vec![0_u32; starts[tasks.len()] as usize];
    for position in 0..tasks.len() {
        for dep in read_by(position) {
            readers[next[dep] as usize] = position as u32;
            next[dep] += 1;
        }
    }

    let mut ready: BinaryHeap<Reverse<u32>> = (0..tasks.len() as u32)
        .filter(|position| waits[*position as usize] == 0)
        .map(Reverse)
        .collect();
    let mut sorted: Vec<u32> = Vec::with_capacity(tasks.len());
    while let Some(Reverse(position)) = ready.pop() {
        sorted.push(position);
        let range = starts[position as usize] as usize..starts[position as usize + 1] as usize;
        for reader in &readers[range] {
            waits[*reader as usize] -= 1;
            if waits[*reader as usize] == 0 {
                ready.push(Reverse(*reader));
            }
        }
    }
    if sorted.len() < tasks.len() {
        return Err(circle(&waits, read_by));
    }

    let mut new_ids = vec![0_u32; tasks.len()];
    for (new, old) in sorted.iter().enumerate() {
        new_ids[*old as usize] = new as u32;
    }
    let mut new_deps = Vec::new();
    for old in &sorted {
        new_deps.clear();
        new_deps.extend(deps_of(*old as usize).iter().map(|dep| match dep.from {
            DepSource::Task(id) => Dep {
                from: DepSource::Task(TaskId(new_ids[id.index()])),
                port: dep.port,
            },
            DepSource::Held(_) => *dep,
        }));
        sorted_deps.push(&new_deps);
    }
    let sorted_tasks = sorted.iter().map(|old| tasks[*old as usize]).collect();
    Ok((sorted_tasks, sorted_deps))
}

/// Finds one circle among the tasks that still wait: each of them reads another that waits, so walking there must repeat.
fn circle<I: Iterator<Item = usize>>(waits: &[u32], read_by: impl Fn(usize) -> I) -> Vec<TaskId> {
    let first = waits
        .iter()
        .position(|waits| *waits > 0)
        .expect("some tasks could not be sorted");
    let mut step_of = vec![None; waits.len()];
    let mut walk = Vec::new();
    let mut at = first;
    while step_of[at].is_none() {
        step_of[at] = Some(walk.len());
        walk.push(TaskId::from_index(at));
        at = read_by(at)
            .find(|dep| waits[*dep] > 0)
            .expect("a task that waits reads one that waits");
    }
    walk.split_off(step_of[at].expect("the walk came here before"))
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
    use crate::hint::Hint;
    use proptest::prelude::*;

    fn name(kind: &str) -> Name {
        Name::of(kind, &0)
    }

    fn stage(kind: &str) -> StageSpec<String> {
        StageSpec {
            name: name(kind),
            work: kind.to_owned().into(),
            hint: Hint::default(),
            origin: None,
        }
    }

    fn task(stage: u32, index: u32, deps: &[(&str, u32)]) -> KeyedTask {
        let deps = deps
            .iter()
            .map(|(kind, index)| Key::new(name(kind), *index).into())
            .collect();
        KeyedTask {
            stage: StageId(stage),
            index,
            deps,
        }
    }

    #[test]
    fn tasks_come_in_any_order() {
        let tasks = [
            task(1, 0, &[("a", 0), ("a", 1), ("h", 5)]),
            task(0, 1, &[("a", 0)]),
            task(0, 0, &[]),
        ];
        let held = [Key::new(name("h"), 5), Key::new(name("h"), 5)];
        let graph = Graph::from_keys([stage("a"), stage("b")], tasks, held).unwrap();
        let keys: Vec<String> = graph
            .tasks()
            .map(|task| format!("{}{}", task.work(), task.index()))
            .collect();
        assert_eq!(keys, ["a0", "a1", "b0"]);
        assert_eq!(
            graph.task(TaskId(2)).deps(),
            [TaskId(0).port(0), TaskId(1).port(0), HeldId(0).dep()]
        );
        assert_eq!(graph.held().len(), 1);
    }

    #[test]
    fn mistakes_name_their_keys() {
        let refused = |tasks: &[KeyedTask], held: &[Key]| {
            Graph::from_keys([stage("a"), stage("b")], tasks.to_vec(), held.to_vec())
                .unwrap_err()
                .to_string()
        };
        insta::assert_snapshot!(refused(&[task(0, 0, &[]), task(1, 0, &[("a", 1)])], &[]), @"('b-257e061669ca2ed55ddf68d79c683e63', 0) reads ('a-be71fdee357501f878c43f350a33959b', 1), which no task computes and which is not held");
        insta::assert_snapshot!(refused(&[task(0, 0, &[]), task(0, 0, &[])], &[]), @"two tasks have the key ('a-be71fdee357501f878c43f350a33959b', 0): give the later stage another name, or number its tasks with `task_at`");
        insta::assert_snapshot!(refused(&[task(0, 0, &[])], &[Key::new(name("a"), 0)]), @"('a-be71fdee357501f878c43f350a33959b', 0) is held and also computed by a task: read the held result, or leave out `held` for it");
        insta::assert_snapshot!(refused(&[task(7, 0, &[])], &[]), @"task 0 belongs to stage number 7, but there are 2 stages");
        insta::assert_snapshot!(refused(&[task(0, 0, &[("a", 0)])], &[]), @"tasks need each other in a circle of 1: ('a-be71fdee357501f878c43f350a33959b', 0) reads ('a-be71fdee357501f878c43f350a33959b', 0)");
        insta::assert_snapshot!(refused(
            &[task(1, 9, &[("a", 2)]), task(0, 0, &[("a", 2)]), task(0, 1, &[("a", 0)]), task(0, 2, &[("a", 1)])],
            &[]
        ), @"tasks need each other in a circle of 3: ('a-be71fdee357501f878c43f350a33959b', 2) reads ('a-be71fdee357501f878c43f350a33959b', 1) reads ('a-be71fdee357501f878c43f350a33959b', 0) reads ('a-be71fdee357501f878c43f350a33959b', 2)");
    }

    #[test]
    fn a_long_circle_is_told_in_short() {
        let tasks: Vec<KeyedTask> = (0..100_000)
            .map(|i| task(0, i, &[("a", (i + 1) % 100_000)]))
            .collect();
        let error = Graph::from_keys([stage("a")], tasks, []).unwrap_err();
        insta::assert_snapshot!(error, @"tasks need each other in a circle of 100000: ('a-be71fdee357501f878c43f350a33959b', 0) reads ('a-be71fdee357501f878c43f350a33959b', 1) reads ('a-be71fdee357501f878c43f350a33959b', 2) reads ('a-be71fdee357501f878c43f350a33959b', 3) reads ('a-be71fdee357501f878c43f350a33959b', 4) reads ('a-be71fdee357501f878c43f350a33959b', 5) reads ('a-be71fdee357501f878c43f350a33959b', 6) reads ('a-be71fdee357501f878c43f350a33959b', 7) reads ('a-be71fdee357501f878c43f350a33959b', 8) reads ('a-be71fdee357501f878c43f350a33959b', 9) reads … 99990 more …, the last reads ('a-be71fdee357501f878c43f350a33959b', 0)");
    }

    proptest! {
        /// Whatever the order in which tasks come, the graph has the same tasks, each after what it reads.
        #[test]
        fn order_of_arrival_does_not_matter(
            edges in proptest::collection::vec(proptest::collection::vec(0_u32..40, 0..4), 1..40),
            seed in any::<u64>(),
        ) {
            let mut tasks: Vec<KeyedTask> = edges.iter().enumerate().map(|(i, deps)| {
                let deps: Vec<(&str, u32)> = deps.iter().filter(|d| **d < i as u32).map(|d| ("a", *d)).collect();
                task(0, i as u32, &deps)
            }).collect();
            let sorted = tasks.clone();
            tasks.sort_by_key(|task| (u64::from(task.index) + 1).wrapping_mul(seed | 1).rotate_left(17));
            let graph = Graph::from_keys([stage("a")], tasks, []).unwrap();
            prop_assert_eq!(graph.len(), sorted.len());
            for view in graph.tasks() {
                let deps: Vec<KeyedDep> = view.deps().iter().map(|dep| {
                    let from = dep.task().unwrap();
                    assert!(from < view.id());
                    graph.task(from).key().into()
                }).collect();
                prop_assert_eq!(&deps, &sorted[view.index() as usize].deps);
            }
        }
    }
}
