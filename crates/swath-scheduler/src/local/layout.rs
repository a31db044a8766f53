//! A graph as numbers: the part that is wanted, in its static order.

use std::collections::HashMap;

use swath_graph::{DepSource, Graph, GraphError, Key, TaskId};

use crate::state::{Shape, ShapeBuilder};

/// What a run needs to know of its graph, by rank and by output.
pub(super) struct Layout {
    /// The task of each rank.
    tasks: Vec<TaskId>,
    /// The list of sources of each task; tasks that read the same may share one.
    list_of: Vec<u32>,
    /// What is in list `i`, in order: `sources[source_starts[i]..source_starts[i + 1]]`.
    source_starts: Vec<u32>,
    sources: Vec<Source>,
    /// Outputs of task `r`, one a port: numbers `output_starts[r]..output_starts[r + 1]`.
    output_starts: Vec<u32>,
    /// Whether anybody reads the output, or holds it.
    is_read: Vec<bool>,
    /// Whether the task of each rank is wanted.
    is_wanted: Vec<bool>,
    /// Where each wanted key comes from, in the order they were asked for.
    pub(super) wanted: Vec<Wanted>,
    /// Keys that exist already and are read or wanted.
    pub(super) held: Vec<Key>,
}

/// Where an input comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// An output of this run.
    Output(u32),
    /// A port of a key in [`Layout::held`].
    Held { held: u32, port: u16 },
}

/// Where a wanted key comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    /// The task of this rank.
    Task(u32),
    /// A key in [`Layout::held`].
    Held(u32),
}

/// No number yet.
const NONE: u32 = u32::MAX;

impl Layout {
    /// Costs time linear in the graph, and the graph's [`order`](swath_graph::order).
    ///
    /// Wanted tasks whose results are held already are not run: whoever reads them reads the held result.
    pub(super) fn new<W>(
        graph: &Graph<W>,
        wanted: &[Key],
        is_held: impl Fn(&Key) -> bool,
    ) -> Result<(Self, Shape), GraphError> {
        let Need {
            needed,
            ports,
            n_inputs,
            ends,
            known,
        } = Need::of(graph, wanted, is_held)?;
        let tasks = ranked(graph, &ends, &needed);
        let mut rank_of = vec![0_u32; graph.len()];
        for (rank, task) in tasks.iter().enumerate() {
            rank_of[task.index()] = rank as u32;
        }
        let mut is_wanted = vec![false; tasks.len()];
        for end in &ends {
            is_wanted[rank_of[end.index()] as usize] = true;
        }

        let mut builder = ShapeBuilder::with_capacity(tasks.len(), n_inputs);
        let mut output_starts = Vec::with_capacity(tasks.len() + 1);
        let mut n_outputs = 0;
        for (rank, task) in tasks.iter().enumerate() {
            output_starts.push(n_outputs);
            for _ in 0..ports[task.index()].max(1) {
                let output = builder.output(rank as u32);
                if is_wanted[rank] {
                    builder.hold(output);
                }
                n_outputs = output + 1;
            }
        }
        output_starts.push(n_outputs);

        let mut held = HeldKeys::default();
        let mut is_read = vec![false; n_outputs as usize];
        let mut list_of = Vec::with_capacity(tasks.len());
        let mut source_starts = vec![0];
        let mut sources = Vec::with_capacity(n_inputs);
        // The graph's lists that the run needs, numbered as they are met.
        let mut numbers = vec![NONE; graph.n_dep_lists()];
        for task in &tasks {
            let view = graph.task(*task);
            let list = view.deps_id();
            if numbers[list.index()] == NONE {
                let begin = sources.len();
                for dep in graph.dep_list(list) {
                    sources.push(match dep.from {
                        DepSource::Task(from) if known.contains_key(&from) => Source::Held {
                            held: held.number(known[&from]),
                            port: dep.port,
                        },
                        DepSource::Task(from) => {
                            let output =
                                output_starts[rank_of[from.index()] as usize] + u32::from(dep.port);
                            is_read[output as usize] = true;
                            Source::Output(output)
                        }
                        DepSource::Held(from) => Source::Held {
                            held: held.number(&graph.held()[from.index()]),
                            port: dep.port,
                        },
                    });
                }
                let outputs = sources[begin..].iter().filter_map(|source| match source {
                    Source::Output(output) => Some(*output),
                    Source::Held { .. } => None,
                });
                numbers[list.index()] = builder.list(outputs);
                source_starts.push(sources.len() as u32);
            }
            list_of.push(numbers[list.index()]);
            builder.task(numbers[list.index()], view.hint().retries);
        }
        let wanted = wanted
            .iter()
            .map(|key| match graph.find(key) {
                Some(task) if !known.contains_key(&task) => Wanted::Task(rank_of[task.index()]),
                _ => Wanted::Held(held.number(key)),
            })
            .collect();
        for (rank, _) in is_wanted
            .iter()
            .enumerate()
            .filter(|(_, is_wanted)| **is_wanted)
        {
            is_read[output_starts[rank] as usize..output_starts[rank + 1] as usize].fill(true);
        }
        let held = held.keys;
        let layout = Self {
            tasks,
            list_of,
            source_starts,
            sources,
            output_starts,
            is_read,
            is_wanted,
            wanted,
            held,
        };
        Ok((layout, builder.build()))
    }

    /// The number of tasks.
    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// The number of outputs.
    pub(super) fn n_outputs(&self) -> usize {
        self.is_read.len()
    }

    pub(super) fn task(&self, rank: u32) -> TaskId {
        self.tasks[rank as usize]
    }

    /// The number of the list that [`sources`](Self::sources) is.
    pub(super) fn list(&self, rank: u32) -> u32 {
        self.list_of[rank as usize]
    }

    /// What a task reads.
    pub(super) fn sources(&self, rank: u32) -> &[Source] {
        let list = self.list(rank) as usize;
        &self.sources[self.source_starts[list] as usize..self.source_starts[list + 1] as usize]
    }

    /// The numbers of a task's outputs, one a port that is read, and at least one.
    pub(super) fn outputs(&self, rank: u32) -> std::ops::Range<u32> {
        self.output_starts[rank as usize]..self.output_starts[rank as usize + 1]
    }

    pub(super) fn is_read(&self, output: u32) -> bool {
        self.is_read[output as usize]
    }

    pub(super) fn is_wanted(&self, rank: u32) -> bool {
        self.is_wanted[rank as usize]
    }

    /// The rank of each needed task. Costs a pass over all.
    pub(super) fn ranks(&self) -> HashMap<TaskId, u32> {
        self.tasks
            .iter()
            .enumerate()
            .map(|(rank, task)| (*task, rank as u32))
            .collect()
    }

    /// The rank and port of an output.
    pub(super) fn maker(&self, output: u32) -> (u32, u16) {
        let rank = self.output_starts.partition_point(|start| *start <= output) - 1;
        (rank as u32, (output - self.output_starts[rank]) as u16)
    }
}

/// The part of a graph that the wanted keys need.
struct Need<'a> {
    /// By task.
    needed: Vec<bool>,
    /// How many ports of each task are read.
    ports: Vec<u16>,
    /// How many inputs the lists have that needed tasks read.
    n_inputs: usize,
    /// The wanted tasks, each once.
    ends: Vec<TaskId>,
    /// Wanted tasks whose results are held already.
    known: HashMap<TaskId, &'a Key>,
}

impl<'a> Need<'a> {
    fn of<W>(
        graph: &Graph<W>,
        wanted: &'a [Key],
        is_held: impl Fn(&Key) -> bool,
    ) -> Result<Self, GraphError> {
        let mut need = Self {
            needed: vec![false; graph.len()],
            ports: vec![0; graph.len()],
            n_inputs: 0,
            ends: Vec::new(),
            known: HashMap::new(),
        };
        for key in wanted {
            match (graph.find(key), graph.find_held(key)) {
                (Some(task), _) if is_held(key) => {
                    need.known.insert(task, key);
                }
                (Some(task), _) => {
                    need.needed[task.index()] = true;
                    need.ends.push(task);
                }
                (None, Some(_)) => {}
                (None, None) => return Err(GraphError::UnknownKey { key: key.clone() }),
            }
        }
        need.ends.sort_unstable();
        need.ends.dedup();
        // Readers have larger ids than what they read: one pass from the end finds all that is needed.
        let mut last = None;
        for task in graph.tasks().rev() {
            if !need.needed[task.id().index()]
                || last.replace(task.deps_id()) == Some(task.deps_id())
            {
                continue;
            }
            need.n_inputs += task.deps().len();
            for dep in task.deps() {
                if let DepSource::Task(from) = dep.from
                    && !need.known.contains_key(&from)
                {
                    need.needed[from.index()] = true;
                    let ports = &mut need.ports[from.index()];
                    *ports = (*ports).max(dep.port.saturating_add(1));
                }
            }
        }
        Ok(need)
    }
}

/// The needed tasks in the graph's static order.
fn ranked<W>(graph: &Graph<W>, ends: &[TaskId], needed: &[bool]) -> Vec<TaskId> {
    let priorities = swath_graph::order(graph, ends);
    let mut by_priority = vec![u32::MAX; graph.len()];
    for (at, _) in needed.iter().enumerate().filter(|(_, needed)| **needed) {
        by_priority[priorities[at] as usize] = at as u32;
    }
    by_priority.retain(|at| *at != u32::MAX);
    by_priority
        .into_iter()
        .map(|at| TaskId::from_index(at as usize))
        .collect()
}

/// Numbers held keys as they are met.
#[derive(Default)]
struct HeldKeys {
    numbers: HashMap<Key, u32>,
    keys: Vec<Key>,
}

impl HeldKeys {
    fn number(&mut self, key: &Key) -> u32 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let number = self.keys.len() as u32;
        self.numbers.insert(key.clone(), number);
        self.keys.push(key.clone());
        number
    }
}
