//! From plans to graphs, in rounds.
//!
//! ```text
//!  plans ─► streams: origin ─ steps ─► consumer     (read.rs: what reads what; files of their own: what is more than a step)
//!             └ consumers of one origin form a group = one pipeline stage with a port each
//!  groups ─► stages of a Graph<Op>                   (emit.rs), what they read cut into tasks (tasks.rs), several units a task (pack.rs)
//! ```

mod beside;
mod calls;
mod drop_duplicates;
mod emit;
mod few_rows;
mod group_by;
mod late_rows;
mod overlap;
mod pack;
mod read;
mod scan;
mod shuffle;
mod stream;
mod tasks;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use swath_batch::Value;
use swath_graph::{Graph, Key, Name};
use swath_ops::{Env, Op};

use crate::node::HeldRows;
use crate::scalars::{ready_scalars, with_values};
use crate::{Plan, PlanError, optimise};

/// What earlier rounds have shown.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Values of lazy scalars, by the name of their plan.
    pub values: HashMap<Name, Value>,
}

/// What to do next.
#[derive(Debug)]
pub enum Round {
    /// Run a graph and hold the wanted keys.
    Submit {
        /// The tasks.
        graph: Arc<Graph<Op>>,
        /// Keys to hold.
        wanted: Vec<Key>,
        /// For a round of lazy scalars: the name under which to observe the one value of each wanted key.
        scalars: Vec<Name>,
    },
    /// Everything is held; the keys of each root.
    Done(Vec<RootKeys>),
}

/// Where the partitions of a root are.
#[derive(Clone, Debug)]
pub enum RootKeys {
    /// They were held before the computation began.
    Held(Arc<dyn HeldRows>),
    /// A range of the keys that the last round wanted.
    Wanted(Range<usize>),
}

/// The lowering of some roots into one computation: what they share runs once.
#[derive(Debug)]
pub struct Lowering {
    roots: Vec<Plan>,
    env: Env,
    threads: usize,
    without: Vec<&'static str>,
    handed_out: bool,
    started: bool,
    done: Option<Vec<RootKeys>>,
}

impl Lowering {
    /// Lowers these roots for a backend of so many threads.
    pub fn new(roots: Vec<Plan>, env: Env, threads: usize) -> Self {
        Self {
            roots,
            env,
            threads,
            without: Vec::new(),
            handed_out: false,
            started: false,
            done: None,
        }
    }

    /// Leaves out optimisation rules, by name: for tests and for finding faults.
    pub fn without_rules(mut self, rules: &[&'static str]) -> Self {
        self.without = rules.to_vec();
        self
    }

    /// For roots whose rows leave the engine: tasks give their columns the border encodings.
    pub fn handed_out(self) -> Self {
        Self {
            handed_out: true,
            ..self
        }
    }

    /// The next round. Pure: it only reads what was observed.
    pub fn next(&mut self, observed: &Observed) -> Result<Round, PlanError> {
        if let Some(done) = self.done.take() {
            return Ok(Round::Done(done));
        }
        if !std::mem::replace(&mut self.started, true) {
            self.roots = late_rows::apply(std::mem::take(&mut self.roots), &self.env)?;
        }
        let scalars = ready_scalars(&self.roots, &observed.values)?;
        let names: Vec<Name> = scalars.iter().map(|plan| plan.name().clone()).collect();
        let roots = if scalars.is_empty() {
            &self.roots
        } else {
            &scalars
        };
        let roots = with_values(roots, &observed.values, &self.env)?;
        let (optimised, _) = optimise(&roots, &self.env, &self.without)?;
        let handed_out = self.handed_out && names.is_empty();
        let lowered = emit::graph(&roots, &optimised, &self.env, self.threads, handed_out)?;
        if names.is_empty() {
            if lowered.wanted.is_empty() {
                return Ok(Round::Done(lowered.roots));
            }
            self.done = Some(lowered.roots);
        }
        Ok(Round::Submit {
            graph: Arc::new(lowered.graph),
            wanted: lowered.wanted,
            scalars: names,
        })
    }
}
