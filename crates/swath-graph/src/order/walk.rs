//! The walk: depth-first to each target, with what pays for itself run on the way.

use super::shape::Shape;

/// Not run yet.
const NEVER: u32 = u32::MAX;

/// Which chain ends run as soon as they can although they keep more than they give back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eager {
    /// None.
    Never,
    /// Those that read several results.
    Reducers,
    /// All.
    Everything,
}

/// An order, and what it keeps when tasks run one after the other. Kept results do not count: they stay in any order.
pub(super) struct Order {
    /// When each task runs.
    pub(super) priority: Vec<u32>,
    /// The largest number of results alive at once.
    pub(super) peak: u32,
    /// Results alive, summed over all tasks.
    pub(super) total: u64,
}

pub(super) struct Walk<'a> {
    shape: &'a Shape,
    eager: Eager,
    /// An order that keeps more than this is of no use.
    limit: u32,
    /// The order so far: when each task runs, or `NEVER`.
    priority: Vec<u32>,
    next: u32,
    /// By set: readers that have not run.
    left: Vec<u32>,
    /// By task: sets it is in whose readers have not all run.
    open: Vec<u32>,
    /// By set: tasks of it that have not run.
    missing: Vec<u32>,
    /// By set: how many of its tasks exist, or are the end of a chain that begins with what exists.
    available: Vec<u32>,
    /// By chain end: how many results wait for nothing else, so that running to this end gives them back.
    given_back: Vec<u32>,
    /// Chain ends to run now.
    pays: Vec<u32>,
    /// Tasks that ran while someone still had to read them, the last on top.
    alive: Vec<u32>,
    /// By task: the sets it is in before this position have no reader left.
    set_cursor: Vec<u32>,
    /// By set: its readers before this task have run.
    reader_cursor: Vec<u32>,
    n_alive: u32,
    peak: u32,
    total: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(shape: &'a Shape, eager: Eager, limit: u32) -> Self {
        let n = shape.len();
        let sets = || 0..shape.n_sets() as u32;
        Self {
            shape,
            eager,
            limit,
            priority: vec![NEVER; n],
            next: 0,
            left: sets().map(|set| shape.n_readers(set)).collect(),
            open: (0..n as u32)
                .map(|task| shape.sets_with(task).len() as u32)
                .collect(),
            missing: sets().map(|set| shape.set(set).len() as u32).collect(),
            available: vec![0; shape.n_sets()],
            given_back: vec![0; n],
            pays: Vec::new(),
            alive: Vec::new(),
            set_cursor: vec![0; n],
            reader_cursor: sets().map(|set| shape.reader_range(set).start).collect(),
            n_alive: 0,
            peak: 0,
            total: 0,
        }
    }

    /// Returns the order, unless it would keep more than the limit.
    pub(super) fn run(mut self) -> Option<Order> {
        let shape = self.shape;
        let is_target = |task: u32| {
            shape.needed(task) && (shape.kept(task) || shape.sets_with(task).is_empty())
        };
        for first in (0..shape.len() as u32).filter(|task| is_target(*task)) {
            let mut target = Some(first);
            while let Some(task) = target {
                self.reach(task);
                if self.peak > self.limit {
                    return None;
                }
                target = self.neighbour();
            }
        }
        for task in 0..shape.len() as u32 {
            // What is left reads only what has run or what comes before it here.
            if self.priority[task as usize] == NEVER {
                self.priority[task as usize] = self.next;
                self.next += 1;
            }
        }
        Some(Order {
            priority: self.priority,
            peak: self.peak,
            total: self.total,
        })
    }

    fn has_run(&self, task: u32) -> bool {
        self.priority[task as usize] != NEVER
    }

    /// Runs what a target needs, depth-first, and the target.
    fn reach(&mut self, target: u32) {
        // Tasks on the way, with the position of the next dependency to look at.
        let mut way = vec![(target, 0_usize)];
        while let Some((task, position)) = way.last_mut() {
            if self.has_run(*task) {
                way.pop();
                continue;
            }
            let set = self.shape.set_of(*task);
            let dep = self.shape.set(set).get(*position).copied();
            if let Some(dep) = dep.filter(|_| self.missing[set as usize] > 0) {
                *position += 1;
                if !self.has_run(dep) {
                    way.push((dep, 0));
                }
            } else {
                let task = *task;
                way.pop();
                self.finish(task);
                self.run_what_pays();
                if self.peak > self.limit {
                    return;
                }
            }
        }
    }

    /// Gives the next priority to a task whose dependencies have run, and sees what that makes possible.
    fn finish(&mut self, task: u32) {
        self.priority[task as usize] = self.next;
        self.next += 1;
        self.count_alive(task);

        let end = self.shape.chain_end(task);
        let inside_chain = end != task;
        // A chain's task replaces what it reads; if that was given back already, so is this.
        let counted = inside_chain && self.waits_for_one(self.shape.deps(task)[0]);
        self.leave(self.shape.set_of(task));

        let waits_for_one = self.waits_for_one(task);
        if self.open[task as usize] == 0 {
            return;
        }
        self.alive.push(task);
        for set in self.shape.sets_with(task) {
            self.missing[*set as usize] -= 1;
        }
        if inside_chain {
            if waits_for_one && !counted {
                self.give_back(end);
            }
            return;
        }
        for set in self.shape.sets_with(task) {
            self.arrive(*set, waits_for_one);
        }
    }

    /// Counts a reader of a set as run, and sees which of the set's results now wait for one other reader only.
    fn leave(&mut self, set: u32) {
        let shape = self.shape;
        let left = &mut self.left[set as usize];
        *left -= 1;
        if *left > 1 {
            return;
        }
        let is_last = *left == 0;
        for dep in shape.set(set) {
            self.open[*dep as usize] -= u32::from(is_last);
            if self.waits_for_one(*dep) {
                let last = self.next_reader(*dep).expect("one reader has not run");
                self.give_back(shape.chain_end(last));
            }
        }
    }

    /// Counts a task of a set as there, and sees which of the set's readers that lets run.
    fn arrive(&mut self, set: u32, waits_for_one: bool) {
        let shape = self.shape;
        if let [only] = shape.set(set) {
            // Its readers may begin chains, with ends of their own.
            self.available[set as usize] = 1;
            debug_assert!(self.has_run(*only), "it is there now");
            for reader in shape.readers(set) {
                let end = shape.chain_end(reader);
                if end != reader {
                    self.available[shape.set_of(end) as usize] += 1;
                }
                if waits_for_one {
                    self.give_back(end);
                } else {
                    self.check(end);
                }
            }
            return;
        }
        // Whoever reads several is where a chain ends.
        self.available[set as usize] += 1;
        if waits_for_one || self.can_run(set) {
            for reader in shape.readers(set) {
                if waits_for_one {
                    self.give_back(reader);
                } else {
                    self.check(reader);
                }
            }
        }
    }

    /// Says whether a result is alive for one more reader and no longer.
    fn waits_for_one(&mut self, task: u32) -> bool {
        self.open[task as usize] == 1
            && !self.shape.kept(task)
            && self
                .open_set(task)
                .is_some_and(|set| self.left[set as usize] == 1)
    }

    fn can_run(&self, set: u32) -> bool {
        self.available[set as usize] as usize == self.shape.set(set).len()
    }

    /// Notes that running to a chain's end gives a result back.
    fn give_back(&mut self, end: u32) {
        self.given_back[end as usize] += 1;
        self.check(end);
    }

    fn check(&mut self, end: u32) {
        let can_run = self.can_run(self.shape.set_of(end));
        let pays = self.given_back[end as usize] > 0
            || match self.eager {
                Eager::Never => false,
                Eager::Reducers => self.shape.deps(end).len() > 1,
                Eager::Everything => true,
            };
        if can_run && pays && !self.has_run(end) {
            self.pays.push(end);
        }
    }

    /// Counts what is alive while a task runs, and after it.
    fn count_alive(&mut self, task: u32) {
        self.n_alive += u32::from(!self.shape.kept(task));
        self.peak = self.peak.max(self.n_alive);
        self.total += u64::from(self.n_alive);
        let set = self.shape.set_of(task);
        if self.left[set as usize] == 1 {
            let gone = |dep: &&u32| self.open[**dep as usize] == 1 && !self.shape.kept(**dep);
            self.n_alive -= self.shape.set(set).iter().filter(gone).count() as u32;
        }
        self.n_alive -= u32::from(self.open[task as usize] == 0 && !self.shape.kept(task));
    }

    /// Runs every chain end that pays, with the chains to it, and what these make pay in turn.
    fn run_what_pays(&mut self) {
        let mut chain = Vec::new();
        while let Some(end) = self.pays.pop() {
            if self.has_run(end) {
                continue;
            }
            let set = self.shape.set_of(end);
            let missing = self.missing[set as usize] > 0;
            for dep in self.shape.set(set).iter().filter(|_| missing) {
                let mut task = *dep;
                while !self.has_run(task) {
                    chain.push(task);
                    task = self.shape.deps(task)[0];
                }
                while let Some(task) = chain.pop() {
                    self.finish(task);
                }
            }
            self.finish(end);
        }
    }

    /// Finds a target that reads the youngest result still alive, if there is one.
    fn neighbour(&mut self) -> Option<u32> {
        while let Some(youngest) = self.alive.last() {
            let Some(mut task) = self.next_reader(*youngest) else {
                self.alive.pop();
                continue;
            };
            // Whoever is passed on the way up runs with the target, so this too is linear.
            while !self.shape.kept(task)
                && let Some(reader) = self.next_reader(task)
            {
                task = reader;
            }
            return Some(task);
        }
        None
    }

    /// Returns the first reader that has not run.
    fn next_reader(&mut self, task: u32) -> Option<u32> {
        let set = self.open_set(task)?;
        let cursor = &mut self.reader_cursor[set as usize];
        let range = *cursor..self.shape.reader_range(set).end;
        let is_left =
            |task: &u32| self.priority[*task as usize] == NEVER && self.shape.needed(*task);
        let reader = range.into_iter().find(is_left)?;
        *cursor = reader;
        Some(reader)
    }

    /// Returns the first set with a task in it that has readers left.
    fn open_set(&mut self, task: u32) -> Option<u32> {
        let sets = self.shape.sets_with(task);
        let cursor = &mut self.set_cursor[task as usize];
        while let Some(set) = sets.get(*cursor as usize) {
            if self.left[*set as usize] > 0 {
                return Some(*set);
            }
            *cursor += 1;
        }
        None
    }
}
