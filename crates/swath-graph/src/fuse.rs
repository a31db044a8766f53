//! Joining chains of tasks into one, for engines whose tasks are functions of one value.

use crate::error::GraphError;
use crate::graph::{Dep, DepSource, Deps, Graph, StageId, StageSpec, Task, TaskId, TaskView};
use crate::hint::Hint;
use crate::key::Key;
use std::collections::HashMap;
use std::sync::Arc;

/// Joins chains of tasks into single tasks, as far as `join` can.
///
/// A task is joined with the one that it reads if that is all it reads (port 0), nobody else reads that one, it is not
/// wanted, both have the same index, and `join(first, then)` returns the work of both.
/// `join` is asked once for each pair of works, not for each pair of tasks; a chain of three is joined from its beginning:
/// `join(join(a, b), c)`. The joined task has the key of its last, so whoever reads it finds it; its hint takes both labels
/// (`first+then`), the larger number of retries and the last estimate.
///
/// An engine whose tasks are pipelines of their own plans them as such instead: a joined task still makes every value between
/// its steps. Costs time linear in the graph.
///
/// # Errors
/// [`GraphError::UnknownKey`], if a wanted key is neither computed nor held.
///
/// ```
/// use swath_graph::{GraphBuilder, Key, Name, fuse};
///
/// let mut graph = GraphBuilder::new();
/// let (load, clean) = (graph.stage(Name::of("load", "x"), vec!["load"]), graph.stage(Name::of("clean", "x"), vec!["clean"]));
/// for _ in 0..2 {
///     let part = graph.task(load, &[]);
///     graph.task(clean, &[part.port(0)]);
/// }
/// let wanted = [Key::new(Name::of("clean", "x"), 0), Key::new(Name::of("clean", "x"), 1)];
/// let graph = fuse(&graph.build()?, &wanted, |first, then| Some([&first[..], then].concat()))?;
/// assert_eq!(graph.keys().collect::<Vec<_>>(), wanted);
/// assert_eq!(graph.tasks().next().map(|task| task.work().clone()), Some(vec!["load", "clean"]));
/// # Ok::<(), swath_graph::GraphError>(())
/// ```
pub fn fuse<W>(
    graph: &Graph<W>,
    wanted: &[Key],
    join: impl FnMut(&W, &W) -> Option<W>,
) -> Result<Graph<W>, GraphError> {
    let mut is_wanted = vec![false; graph.len()];
    for key in wanted {
        match (graph.find(key), graph.find_held(key)) {
            (Some(task), _) => is_wanted[task.index()] = true,
            (None, Some(_)) => {}
            (None, None) => return Err(GraphError::UnknownKey { key: key.clone() }),
        }
    }

    let mut joined = Joined {
        stages: graph.stages().to_vec(),
        pairs: HashMap::new(),
        join,
    };
    // For each task: the stage it has now, and the task at the beginning of its chain, whose dependencies it takes over.
    let mut stage_of: Vec<StageId> = graph.tasks().map(TaskView::stage_id).collect();
    let mut first_of: Vec<TaskId> = graph.tasks().map(TaskView::id).collect();
    let mut absorbed = vec![false; graph.len()];
    for task in graph.tasks() {
        let id = task.id();
        let Some(from) = only_link(graph, id).filter(|from| !is_wanted[from.index()]) else {
            continue;
        };
        if let Some(stage) = joined.pair(stage_of[from.index()], task.stage_id()) {
            stage_of[id.index()] = stage;
            first_of[id.index()] = first_of[from.index()];
            absorbed[from.index()] = true;
        }
    }

    // Stages in order of first use, so that those nobody uses any more go.
    let mut new_stages: HashMap<StageId, StageId> = HashMap::new();
    let mut stages = Vec::new();
    let mut new_ids = vec![TaskId(u32::MAX); graph.len()];
    let (mut tasks, mut deps) = (Vec::new(), Deps::with_capacity(0, 0));
    let mut reads = Vec::new();
    for task in graph.tasks().filter(|task| !absorbed[task.id().index()]) {
        let position = task.id().index();
        let stage = *new_stages
            .entry(stage_of[position])
            .or_insert_with_key(|old| {
                stages.push(joined.stages[old.index()].clone());
                StageId::from_index(stages.len() - 1)
            });
        reads.clear();
        reads.extend(
            graph
                .task(first_of[position])
                .deps()
                .iter()
                .map(|dep| match dep.from {
                    DepSource::Task(id) => Dep {
                        from: DepSource::Task(new_ids[id.index()]),
                        port: dep.port,
                    },
                    DepSource::Held(_) => *dep,
                }),
        );
        deps.push(&reads);
        new_ids[position] = TaskId::from_index(tasks.len());
        tasks.push(Task {
            stage,
            index: task.index(),
        });
    }
    Graph::assemble(stages, tasks, deps, graph.held().to_vec())
}

/// Returns the task with which this one forms a chain: all it reads, read by nobody else, of the same index.
fn only_link<W>(graph: &Graph<W>, id: TaskId) -> Option<TaskId> {
    let task = graph.task(id);
    let [
        Dep {
            from: DepSource::Task(from),
            port: 0,
        },
    ] = *task.deps()
    else {
        return None;
    };
    let first = graph.task(from);
    let chain = graph.consumers().of_task(from).len() == 1 && first.index() == task.index();
    chain.then_some(from)
}

/// Stages, old and joined, and which pairs were joined into which.
struct Joined<W, F> {
    stages: Vec<StageSpec<W>>,
    pairs: HashMap<(StageId, StageId), Option<StageId>>,
    join: F,
}

impl<W, F: FnMut(&W, &W) -> Option<W>> Joined<W, F> {
    fn pair(&mut self, first: StageId, then: StageId) -> Option<StageId> {
        if let Some(known) = self.pairs.get(&(first, then)) {
            return *known;
        }
        let (a, b) = (&self.stages[first.index()], &self.stages[then.index()]);
        let joined = (self.join)(&a.work, &b.work).map(|work| StageSpec {
            name: b.name.clone(),
            work: Arc::new(work),
            hint: both(&a.hint, &b.hint, a.label(), b.label()),
            origin: b.origin.clone(),
        });
        let joined = joined.map(|stage| {
            self.stages.push(stage);
            StageId::from_index(self.stages.len() - 1)
        });
        self.pairs.insert((first, then), joined);
        joined
    }
}

fn both(first: &Hint, then: &Hint, first_label: &str, then_label: &str) -> Hint {
    Hint {
        label: Some(format!("{first_label}+{then_label}").into()),
        retries: first.retries.max(then.retries),
        estimate: then.estimate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GraphBuilder, Name};

    fn key(kind: &str, index: u32) -> Key {
        Key::new(Name::of(kind, &0), index)
    }

    fn joined(graph: &Graph<String>, wanted: &[Key]) -> Vec<String> {
        let mut asked = 0;
        let fused = fuse(graph, wanted, |first, then| {
            asked += 1;
            (then != "stop").then(|| format!("{first} {then}"))
        })
        .unwrap();
        assert!(
            asked <= 4,
            "asked once for each pair of works, not {asked} times"
        );
        fused
            .tasks()
            .map(|task| {
                format!(
                    "{} {}: {} <- {:?}",
                    task.name().kind(),
                    task.index(),
                    task.work(),
                    task.deps()
                )
            })
            .collect()
    }

    /// Chains a -> b -> c of 3 indexes, all read by a sum.
    fn chains(c: &str, hint: Hint) -> Graph<String> {
        let mut builder = GraphBuilder::new();
        let [a, b, sum] =
            ["a", "b", "sum"].map(|kind| builder.stage(Name::of(kind, &0), kind.to_owned()));
        let c = builder.stage_with(Name::of("c", &0), c.to_owned(), hint);
        let ends: Vec<Dep> = (0..3)
            .map(|_| {
                let first = builder.task(a, &[]);
                let second = builder.task(b, &[first.port(0)]);
                builder.task(c, &[second.port(0)]).port(0)
            })
            .collect();
        builder.task(sum, &ends);
        builder.build().unwrap()
    }

    #[test]
    fn chains_are_joined_as_far_as_they_can_be() {
        insta::assert_debug_snapshot!(joined(&chains("c", Hint::default()), &[key("sum", 0)]), @r#"
        [
            "c 0: a b c <- []",
            "c 1: a b c <- []",
            "c 2: a b c <- []",
            "sum 0: sum <- [Dep { from: Task(t0), port: 0 }, Dep { from: Task(t1), port: 0 }, Dep { from: Task(t2), port: 0 }]",
        ]
        "#);
        insta::assert_debug_snapshot!(joined(&chains("stop", Hint::default()), &[key("sum", 0)]), @r#"
        [
            "b 0: a b <- []",
            "c 0: stop <- [Dep { from: Task(t0), port: 0 }]",
            "b 1: a b <- []",
            "c 1: stop <- [Dep { from: Task(t2), port: 0 }]",
            "b 2: a b <- []",
            "c 2: stop <- [Dep { from: Task(t4), port: 0 }]",
            "sum 0: sum <- [Dep { from: Task(t1), port: 0 }, Dep { from: Task(t3), port: 0 }, Dep { from: Task(t5), port: 0 }]",
        ]
        "#);
        // What is wanted stays.
        let wanted: Vec<Key> = [key("sum", 0), key("b", 1)].into();
        insta::assert_debug_snapshot!(joined(&chains("c", Hint::default()), &wanted), @r#"
        [
            "c 0: a b c <- []",
            "b 1: a b <- []",
            "c 1: c <- [Dep { from: Task(t1), port: 0 }]",
            "c 2: a b c <- []",
            "sum 0: sum <- [Dep { from: Task(t0), port: 0 }, Dep { from: Task(t2), port: 0 }, Dep { from: Task(t3), port: 0 }]",
        ]
        "#);
    }

    #[test]
    fn hints_are_merged() {
        let graph = chains("c", Hint::default().label("last").retries(2).estimate(9));
        let fused = fuse(&graph, &[], |first, then| Some(format!("{first}{then}"))).unwrap();
        let hint = fused.task(TaskId(0)).hint();
        assert_eq!(
            *hint,
            Hint::default().label("a+b+last").retries(2).estimate(9)
        );
    }

    #[test]
    fn other_ports_readers_and_indexes_are_no_chain() {
        let mut builder = GraphBuilder::new();
        let [a, b] = ["a", "b"].map(|kind| builder.stage(Name::of(kind, &0), kind.to_owned()));
        let held = builder.held(key("h", 0));
        let shared = builder.task(a, &[]);
        builder.task(b, &[shared.port(0)]);
        builder.task(b, &[shared.port(0)]);
        let port = builder.task_at(a, 2, &[]);
        builder.task(b, &[port.port(1)]);
        let index = builder.task_at(a, 9, &[]);
        builder.task(b, &[index.port(0)]);
        let side = builder.task_at(a, 4, &[]);
        builder.task(b, &[side.port(0), held.dep()]);
        builder.task(b, &[held.dep()]);
        let graph = builder.build().unwrap();
        assert_eq!(joined(&graph, &[]).len(), graph.len());
    }

    #[test]
    fn a_long_chain_of_one_stage_each_is_joined_without_recursion() {
        let mut builder = GraphBuilder::new();
        let mut last: Option<TaskId> = None;
        for i in 0..2_000 {
            let stage = builder.stage(Name::of("x", &i), 1_u32);
            let deps: Vec<Dep> = last.iter().map(|id| id.port(0)).collect();
            last = Some(builder.task(stage, &deps));
        }
        let fused = fuse(&builder.build().unwrap(), &[], |a, b| Some(a + b)).unwrap();
        assert_eq!(
            fused.tasks().map(|task| *task.work()).collect::<Vec<_>>(),
            [2_000]
        );
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = fuse(&chains("c", Hint::default()), &[key("d", 0)], |_, _| None).unwrap_err();
        assert!(matches!(error, GraphError::UnknownKey { .. }));
    }
}
