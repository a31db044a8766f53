//! What matters of a graph for its order: who reads whom, which results stay, where chains end.

use crate::graph::{Graph, TaskId};
use std::cmp::Reverse;
use std::ops::Range;

/// Who reads whom among the needed tasks, whatever the ports.
///
/// What is read comes in *sets*: tasks that follow each other and read the same tasks share one, so where each of 64 tasks
/// reads 64 others there is one set of 64 with 64 readers, not 4096 pairs. Everything here and in the walk costs time linear in
/// the sizes of the sets and in the tasks.
pub(super) struct Shape {
    /// What each task reads.
    set_of: Vec<u32>,
    /// The tasks of each set, each once, the part to be done first in front.
    sets: Csr,
    /// Readers of set `i` are the needed ones among the tasks `set_starts[i]..set_starts[i + 1]`.
    set_starts: Vec<u32>,
    /// How many these are.
    n_readers: Vec<u32>,
    /// The sets with readers that each task is in, ascending.
    sets_with: Csr,
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
        let ReadSets {
            set_of,
            mut sets,
            set_starts,
        } = ReadSets::of(graph);
        let (kept, needed) = needed(n, &set_of, &sets, wanted);
        sort_by_need(&set_starts, &mut sets);
        let mut n_readers = vec![0_u32; set_starts.len() - 1];
        for (task, set) in set_of.iter().enumerate() {
            n_readers[*set as usize] += u32::from(needed[task]);
        }
        let sets_with = turn_round(n, &sets, &n_readers);
        let mut shape = Self {
            set_of,
            sets,
            set_starts,
            n_readers,
            sets_with,
            kept,
            needed,
            chain_end: (0..n as u32).collect(),
        };
        for task in (0..n as u32).rev() {
            if let ([_], Some(reader), false) =
                (shape.deps(task), shape.only_reader(task), shape.kept(task))
            {
                // A reader of several is where the chain ends, and its own end is itself.
                shape.chain_end[task as usize] = shape.chain_end[reader as usize];
            }
        }
        shape
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn n_sets(&self) -> usize {
        self.n_readers.len()
    }

    /// Says whether any result is read by more than one task; otherwise the graph is a tree, or several.
    pub(super) fn shares_results(&self) -> bool {
        let is_shared = |set: u32| self.n_readers(set) > 1 && !self.set(set).is_empty();
        (0..self.n_sets() as u32).any(is_shared)
            || (0..self.len() as u32).any(|task| self.sets_with(task).len() > 1)
    }

    /// The set of tasks that a task reads.
    pub(super) fn set_of(&self, task: u32) -> u32 {
        self.set_of[task as usize]
    }

    pub(super) fn set(&self, set: u32) -> &[u32] {
        self.sets.get(set)
    }

    pub(super) fn deps(&self, task: u32) -> &[u32] {
        self.set(self.set_of(task))
    }

    /// The sets with readers that a task is in.
    pub(super) fn sets_with(&self, task: u32) -> &[u32] {
        self.sets_with.get(task)
    }

    pub(super) fn n_readers(&self, set: u32) -> u32 {
        self.n_readers[set as usize]
    }

    /// The tasks among which a set's readers are.
    pub(super) fn reader_range(&self, set: u32) -> Range<u32> {
        self.set_starts[set as usize]..self.set_starts[set as usize + 1]
    }

    /// The readers of a set.
    pub(super) fn readers(&self, set: u32) -> impl Iterator<Item = u32> {
        self.reader_range(set).filter(|task| self.needed(*task))
    }

    fn only_reader(&self, task: u32) -> Option<u32> {
        match self.sets_with(task) {
            [set] if self.n_readers(*set) == 1 => self.readers(*set).next(),
            _ => None,
        }
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

/// Which tasks read which set.
struct ReadSets {
    set_of: Vec<u32>,
    sets: Csr,
    set_starts: Vec<u32>,
}

impl ReadSets {
    /// The tasks of a set are in the order of the first port read.
    fn of<W>(graph: &Graph<W>) -> Self {
        let mut set_of: Vec<u32> = Vec::with_capacity(graph.len());
        let mut set_starts = Vec::new();
        let (mut starts, mut items) = (vec![0_u32], Vec::<u32>::new());
        // By task: the list in which it was met last.
        let mut read_by = vec![u32::MAX; graph.len()];
        let mut last = None;
        for (position, task) in graph.tasks().enumerate() {
            let deps_id = task.deps_id();
            if last.replace(deps_id) != Some(deps_id) {
                let begin = items.len();
                for dep in task.deps().iter().filter_map(|dep| dep.task()) {
                    let seen = std::mem::replace(&mut read_by[dep.index()], position as u32);
                    if seen != position as u32 {
                        items.push(dep.0);
                    }
                }
                // Neighbours that read other ports of the same tasks, as after a shuffle, share the set as well.
                let before = starts
                    .len()
                    .checked_sub(2)
                    .map(|set| starts[set] as usize..begin);
                if before.is_some_and(|before| items[before] == items[begin..]) {
                    items.truncate(begin);
                } else {
                    set_starts.push(position as u32);
                    starts.push(items.len() as u32);
                }
            }
            set_of.push(set_starts.len() as u32 - 1);
        }
        set_starts.push(graph.len() as u32);
        Self {
            set_of,
            sets: Csr { starts, items },
            set_starts,
        }
    }
}

fn needed(n: usize, set_of: &[u32], sets: &Csr, wanted: &[TaskId]) -> (Vec<bool>, Vec<bool>) {
    let mut kept = vec![false; n];
    for id in wanted {
        kept[id.index()] = true;
    }
    if wanted.is_empty() {
        return (kept, vec![true; n]);
    }
    let mut needed = kept.clone();
    let mut marked = None;
    for task in (0..n).rev() {
        if needed[task] && marked.replace(set_of[task]) != Some(set_of[task]) {
            for dep in sets.get(set_of[task]) {
                needed[*dep as usize] = true;
            }
        }
    }
    (kept, needed)
}

/// Sorts each set so that the part which keeps most results on its way comes first: the others then wait with only its one
/// result beside them. Exact for trees; where parts share tasks, an upper bound.
fn sort_by_need(set_starts: &[u32], sets: &mut Csr) {
    let n = set_starts.last().map_or(0, |end| *end as usize);
    let mut need = vec![1_u32; n];
    for (set, readers) in set_starts.windows(2).enumerate() {
        let own = &mut sets.items[sets.starts[set] as usize..sets.starts[set + 1] as usize];
        // Most tasks read one, or several that are alike.
        if !own.is_sorted_by_key(|dep| Reverse(need[*dep as usize])) {
            own.sort_by_key(|dep| Reverse(need[*dep as usize]));
        }
        let on_the_way = own
            .iter()
            .zip(0..)
            .map(|(dep, before)| need[*dep as usize].saturating_add(before))
            .max();
        let here = on_the_way.unwrap_or(0).max(own.len() as u32 + 1);
        need[readers[0] as usize..readers[1] as usize].fill(here);
    }
}

/// The sets that each task is in, among those with readers.
fn turn_round(n: usize, sets: &Csr, n_readers: &[u32]) -> Csr {
    let mut starts = vec![0_u32; n + 1];
    let read = || (0..n_readers.len() as u32).filter(|set| n_readers[*set as usize] > 0);
    for set in read() {
        for dep in sets.get(set) {
            starts[*dep as usize + 1] += 1;
        }
    }
    for position in 1..starts.len() {
        starts[position] += starts[position - 1];
    }
    let mut next = starts.clone();
    let mut items = vec![0_u32; starts[n] as usize];
    for set in read() {
        for dep in sets.get(set) {
            let next = &mut next[*dep as usize];
            items[*next as usize] = set;
            *next += 1;
        }
    }
    Csr { starts, items }
}
