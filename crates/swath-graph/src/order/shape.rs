//! What matters of a graph for its order: who reads whom, which results stay, where chains end.

use crate::graph::{Graph, TaskId};
use std::cmp::Reverse;

/// Dependencies among the needed tasks, both ways, each pair once, whatever the ports.
pub(super) struct Shape {
    /// What each task reads, the part to be done first in front.
    deps: Csr,
    /// Which needed tasks read each task, by ascending id.
    readers: Csr,
    /// Wanted tasks, whose results stay.
    kept: Vec<bool>,
    /// What a wanted task needs, or everything if nothing is wanted.
    needed: Vec<bool>,
    /// Where the chain that begins with each task ends: at the first task that reads several, is read by several or none,
    /// or is kept.
    chain_end: Vec<u32>,
}

/// Lists of tasks in one array: list `i` is `items[starts[i]..starts[i + 1]]`.
struct Csr {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Csr {
    fn get(&self, position: u32) -> &[u32] {
        &self.items
            [self.starts[position as usize] as usize..self.starts[position as usize + 1] as usize]
    }
}

impl Shape {
    pub(super) fn new<W>(graph: &Graph<W>, wanted: &[TaskId]) -> Self {
        let n = graph.len();
        let mut deps = unique_deps(graph);
        let (kept, needed) = needed(n, &deps, wanted);
        sort_by_need(n, &mut deps);
        let readers = turn_round(n, &deps, &needed);
        let mut chain_end: Vec<u32> = (0..n as u32).collect();
        for task in (0..n as u32).rev() {
            if let ([_], [reader], false) = (deps.get(task), readers.get(task), kept[task as usize])
            {
                // A reader of several is where the chain ends, and its own end is itself.
                chain_end[task as usize] = chain_end[*reader as usize];
            }
        }
        Self {
            deps,
            readers,
            kept,
            needed,
            chain_end,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Says whether any result is read by more than one task; otherwise the graph is a tree, or several.
    pub(super) fn shares_results(&self) -> bool {
        self.readers
            .starts
            .windows(2)
            .any(|bounds| bounds[1] - bounds[0] > 1)
    }

    pub(super) fn deps(&self, task: u32) -> &[u32] {
        self.deps.get(task)
    }

    pub(super) fn readers(&self, task: u32) -> &[u32] {
        self.readers.get(task)
    }

    pub(super) fn kept(&self, task: u32) -> bool {
        self.kept[task as usize]
    }

    pub(super) fn needed(&self, task: u32) -> bool {
        self.needed[task as usize]
    }

    pub(super) fn chain_end(&self, task: u32) -> u32 {
        self.chain_end[task as usize]
    }
}

/// The tasks that each task reads, each once, in the order of the first port read.
fn unique_deps<W>(graph: &Graph<W>) -> Csr {
    let mut starts = Vec::with_capacity(graph.len() + 1);
    let mut items = Vec::with_capacity(graph.n_deps());
    let mut read_by = vec![u32::MAX; graph.len()];
    starts.push(0);
    for (position, task) in graph.tasks().enumerate() {
        for dep in task.deps().iter().filter_map(|dep| dep.task()) {
            let seen = std::mem::replace(&mut read_by[dep.index()], position as u32);
            if seen != position as u32 {
                items.push(dep.0);
            }
        }
        starts.push(items.len() as u32);
    }
    Csr { starts, items }
}

fn needed(n: usize, deps: &Csr, wanted: &[TaskId]) -> (Vec<bool>, Vec<bool>) {
    let mut kept = vec![false; n];
    for id in wanted {
        kept[id.index()] = true;
    }
    if wanted.is_empty() {
        return (kept, vec![true; n]);
    }
    let mut needed = kept.clone();
    for task in (0..n).rev() {
        if needed[task] {
            for dep in deps.get(task as u32) {
                needed[*dep as usize] = true;
            }
        }
    }
    (kept, needed)
}

/// Sorts what each task reads so that the part which keeps most results on its way comes first: the others then wait with
/// only its one result beside them. Exact for trees; where parts share tasks, an upper bound.
fn sort_by_need(n: usize, deps: &mut Csr) {
    let mut need = vec![1_u32; n];
    for task in 0..n {
        let own = &mut deps.items[deps.starts[task] as usize..deps.starts[task + 1] as usize];
        // Most tasks read one, or several that are alike.
        if !own.is_sorted_by_key(|dep| Reverse(need[*dep as usize])) {
            own.sort_by_key(|dep| Reverse(need[*dep as usize]));
        }
        let on_the_way = own
            .iter()
            .zip(0..)
            .map(|(dep, before)| need[*dep as usize].saturating_add(before))
            .max();
        need[task] = on_the_way.unwrap_or(0).max(own.len() as u32 + 1);
    }
}

/// Who reads each task, among those needed.
fn turn_round(n: usize, deps: &Csr, needed: &[bool]) -> Csr {
    let mut starts = vec![0_u32; n + 1];
    let readers = || (0..n as u32).filter(|task| needed[*task as usize]);
    for task in readers() {
        for dep in deps.get(task) {
            starts[*dep as usize + 1] += 1;
        }
    }
    for position in 1..starts.len() {
        starts[position] += starts[position - 1];
    }
    let mut next = starts.clone();
    let mut items = vec![0_u32; starts[n] as usize];
    for task in readers() {
        for dep in deps.get(task) {
            let next = &mut next[*dep as usize];
            items[*next as usize] = task;
            *next += 1;
        }
    }
    Csr { starts, items }
}
