//! Cutting a graph down to what is wanted of it.

use crate::error::GraphError;
use crate::graph::{Dep, DepSource, Deps, Graph, HeldId, StageId, Task, TaskId};
use crate::key::Key;

/// Returns the part of a graph that the wanted keys need: their tasks, all that these read, and nothing else.
///
/// Tasks keep their order and their keys, not their ids. Works are shared, not copied. Held keys stay when they are read or
/// wanted. Costs time linear in the graph.
///
/// # Errors
/// [`GraphError::UnknownKey`], if a wanted key is neither computed nor held.
///
/// ```
/// use swath_graph::{GraphBuilder, Key, Name, cull};
///
/// let mut graph = GraphBuilder::new();
/// let load = graph.stage(Name::of("load", "x"), "load");
/// for _ in 0..100 { graph.task(load, &[]); }
/// let head = cull(&graph.build()?, &[Key::new(Name::of("load", "x"), 3)])?;
/// assert_eq!((head.len(), head.tasks().next().map(|task| task.index())), (1, Some(3)));
/// # Ok::<(), swath_graph::GraphError>(())
/// ```
pub fn cull<W>(graph: &Graph<W>, wanted: &[Key]) -> Result<Graph<W>, GraphError> {
    let mut needed = vec![false; graph.len()];
    let mut held_needed = vec![false; graph.held().len()];
    for key in wanted {
        match (graph.find(key), graph.find_held(key)) {
            (Some(task), _) => needed[task.index()] = true,
            (None, Some(held)) => held_needed[held.index()] = true,
            (None, None) => return Err(GraphError::UnknownKey { key: key.clone() }),
        }
    }
    // Whoever reads a task has a larger id, so one pass from the end reaches everything.
    for task in graph.tasks().rev() {
        if needed[task.id().index()] {
            for dep in task.deps() {
                match dep.from {
                    DepSource::Task(from) => needed[from.index()] = true,
                    DepSource::Held(from) => held_needed[from.index()] = true,
                }
            }
        }
    }

    let mut held = Vec::new();
    let new_held = renumber(&held_needed, |position| {
        held.push(graph.held()[position].clone());
    });
    let mut stage_needed = vec![false; graph.stages().len()];
    for task in graph.tasks().filter(|task| needed[task.id().index()]) {
        stage_needed[task.stage_id().index()] = true;
    }
    let mut stages = Vec::new();
    let new_stages = renumber(&stage_needed, |position| {
        stages.push(graph.stages()[position].clone());
    });

    let new_ids = renumber(&needed, |_| {});
    let (mut tasks, mut deps) = (Vec::new(), Deps::with_capacity(0, 0));
    let mut reads = Vec::new();
    for task in graph.tasks().filter(|task| needed[task.id().index()]) {
        reads.clear();
        reads.extend(task.deps().iter().map(|dep| Dep {
            from: match dep.from {
                DepSource::Task(id) => DepSource::Task(TaskId::from_index(new_ids[id.index()])),
                DepSource::Held(id) => DepSource::Held(HeldId::from_index(new_held[id.index()])),
            },
            port: dep.port,
        }));
        deps.push(&reads);
        let stage = StageId::from_index(new_stages[task.stage_id().index()]);
        tasks.push(Task {
            stage,
            index: task.index(),
        });
    }
    Graph::assemble(stages, tasks, deps, held)
}

/// Numbers what is needed, in order, telling each old position.
fn renumber(needed: &[bool], mut keep: impl FnMut(usize)) -> Vec<usize> {
    let mut next = 0;
    let mut new = vec![usize::MAX; needed.len()];
    for (position, needed) in needed.iter().enumerate() {
        if *needed {
            keep(position);
            new[position] = next;
            next += 1;
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GraphBuilder, Name};
    use std::collections::BTreeSet;

    fn key(kind: &str, index: u32) -> Key {
        Key::new(Name::of(kind, &0), index)
    }

    /// Two loads each into its own map; a join of both maps and a held table; another held key that nobody reads.
    fn sample() -> Graph<&'static str> {
        let mut builder = GraphBuilder::new();
        builder.held(key("unread", 0));
        let table = builder.held(key("table", 0));
        let stages =
            ["load", "map", "join", "other"].map(|kind| builder.stage(Name::of(kind, &0), kind));
        let maps: Vec<TaskId> = (0..2)
            .map(|_| {
                let load = builder.task(stages[0], &[]);
                builder.task(stages[1], &[load.port(1)])
            })
            .collect();
        builder.task(stages[3], &[]);
        builder.task(stages[2], &[maps[0].port(0), maps[1].port(0), table.dep()]);
        builder.build().unwrap()
    }

    fn kept(wanted: &[Key]) -> (BTreeSet<String>, usize) {
        let graph = cull(&sample(), wanted).unwrap();
        let keys = graph
            .tasks()
            .map(|task| format!("{}{}", task.work(), task.index()))
            .collect();
        (keys, graph.held().len())
    }

    #[test]
    fn what_is_wanted_brings_what_it_reads() {
        let set = |keys: &[&str]| {
            keys.iter()
                .map(ToString::to_string)
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(kept(&[]), (set(&[]), 0));
        assert_eq!(kept(&[key("map", 1)]), (set(&["load1", "map1"]), 0));
        assert_eq!(
            kept(&[key("join", 0)]),
            (set(&["join0", "load0", "load1", "map0", "map1"]), 1)
        );
        assert_eq!(
            kept(&[key("other", 0), key("load", 0)]),
            (set(&["load0", "other0"]), 0)
        );
        assert_eq!(kept(&[key("unread", 0)]), (set(&[]), 1));
    }

    #[test]
    fn ports_deps_and_works_stay() {
        let graph = sample();
        let culled = cull(&graph, &[key("join", 0)]).unwrap();
        for task in culled.tasks() {
            let before = graph.task(graph.find(&task.key()).unwrap());
            let names = |graph: &Graph<_>, deps: &[Dep]| -> Vec<(Key, u16)> {
                deps.iter()
                    .map(|dep| match dep.from {
                        DepSource::Task(id) => (graph.task(id).key(), dep.port),
                        DepSource::Held(id) => (graph.held()[id.index()].clone(), dep.port),
                    })
                    .collect()
            };
            assert_eq!(names(&culled, task.deps()), names(&graph, before.deps()));
            assert!(std::sync::Arc::ptr_eq(
                &task.stage().work,
                &before.stage().work
            ));
        }
        assert_eq!(culled.stages().len(), 3);
    }

    #[test]
    fn an_unknown_key_is_named() {
        insta::assert_snapshot!(cull(&sample(), &[key("load", 7)]).unwrap_err(), @"('load-a219a0ff399e07d96be7dd78adf5956e', 7) was asked for, but no task computes it and it is not held");
    }
}
