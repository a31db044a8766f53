//! From plans to graphs, in rounds.
//!
//! ```text
//!  plans ─► streams: origin ─ steps ─► consumer     (read.rs: what reads what)
//!             └ consumers of one origin form a group = one pipeline stage with a port each
//!  groups ─► stages and tasks of a Graph<Op>         (emit.rs), several units a task (pack.rs)
//! ```

mod emit;
mod late_rows;
mod pack;
mod read;
mod stream;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use swath_batch::Value;
use swath_expr::{Expr, Late};
use swath_graph::{Graph, Key, Name};
use swath_ops::{Env, Op};

use crate::node::HeldRows;
use crate::walk::{post_order, rewrite_bottom_up, with_inputs};
use crate::{LateScalar, Node, Plan, PlanError, optimise};

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
            started: false,
            done: None,
        }
    }

    /// Leaves out optimisation rules, by name: for tests and for finding faults.
    pub fn without_rules(mut self, rules: &[&'static str]) -> Self {
        self.without = rules.to_vec();
        self
    }

    /// The next round. Pure: it only reads what was observed.
    pub fn next(&mut self, observed: &Observed) -> Result<Round, PlanError> {
        if let Some(done) = self.done.take() {
            return Ok(Round::Done(done));
        }
        if !std::mem::replace(&mut self.started, true) {
            self.roots = late_rows::apply(std::mem::take(&mut self.roots), &self.env)?;
        }
        let scalars = ready_scalars(&self.roots, observed)?;
        let names: Vec<Name> = scalars.iter().map(|plan| plan.name().clone()).collect();
        let roots = if scalars.is_empty() {
            &self.roots
        } else {
            &scalars
        };
        let roots = with_values(roots, observed, &self.env)?;
        let (optimised, _) = optimise(&roots, &self.env, &self.without)?;
        let lowered = emit::graph(&roots, &optimised, &self.env, self.threads)?;
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

/// Owners of the lazy scalars in a plan's own expressions.
pub fn scalar_owners(plan: &Plan) -> Result<Vec<usize>, PlanError> {
    lates(std::slice::from_ref(plan))
        .map(|late| LateScalar::of(&late).map(LateScalar::owner))
        .collect()
}

/// The expressions of a plan's own operation.
fn expressions(node: &Node) -> Vec<&Expr> {
    match node {
        Node::Filter(predicate) => vec![predicate],
        Node::Project(project) => project.columns.iter().map(|(_, expr)| expr).collect(),
        Node::GroupBy(group) => group
            .keys
            .iter()
            .map(|(_, expr)| expr)
            .chain(group.aggs.iter().filter_map(|agg| agg.input.as_ref()))
            .collect(),
        _ => Vec::new(),
    }
}

fn lates(plans: &[Plan]) -> impl Iterator<Item = Late> + '_ {
    plans
        .iter()
        .flat_map(|plan| expressions(plan.node()))
        .flat_map(Expr::lates)
}

/// Plans of lazy scalars that are not known yet and need no other one first.
fn ready_scalars(roots: &[Plan], observed: &Observed) -> Result<Vec<Plan>, PlanError> {
    let mut ready: HashMap<Name, Plan> = HashMap::new();
    let mut seen: HashMap<Name, Plan> = HashMap::new();
    let mut waiting = vec![roots.to_vec()];
    while let Some(roots) = waiting.pop() {
        for late in lates(&post_order(&roots)) {
            if observed.values.contains_key(&late.name) || seen.contains_key(&late.name) {
                continue;
            }
            let plan = LateScalar::of(&late)?.plan().clone();
            seen.insert(late.name.clone(), plan.clone());
            let below = post_order([&plan]);
            if lates(&below).all(|late| observed.values.contains_key(&late.name)) {
                ready.insert(late.name.clone(), plan);
            } else {
                waiting.push(vec![plan]);
            }
        }
    }
    let mut ready: Vec<_> = ready.into_values().collect();
    ready.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(ready)
}

/// The roots with known scalars as literals, so that statistics can prune with them.
fn with_values(roots: &[Plan], observed: &Observed, env: &Env) -> Result<Vec<Plan>, PlanError> {
    if observed.values.is_empty() {
        return Ok(roots.to_vec());
    }
    let known = |late: &Late| observed.values.get(&late.name).cloned();
    rewrite_bottom_up(roots, |plan, mut inputs| {
        let has_lates = expressions(plan.node())
            .iter()
            .any(|expr| !expr.lates().is_empty());
        if !has_lates {
            return with_inputs(plan, inputs, env);
        }
        let input = inputs
            .pop()
            .expect("an operation with expressions has an input");
        let rewritten = match plan.node() {
            Node::Filter(predicate) => input.filter(predicate.with_late_values(&known), env)?,
            Node::Project(project) => {
                let mut project = project.clone();
                project
                    .columns
                    .iter_mut()
                    .for_each(|(_, expr)| *expr = expr.with_late_values(&known));
                project.plan(input, env)?
            }
            Node::GroupBy(group) => {
                let mut group = group.clone();
                group
                    .keys
                    .iter_mut()
                    .for_each(|(_, expr)| *expr = expr.with_late_values(&known));
                for agg in &mut group.aggs {
                    agg.input = agg.input.as_ref().map(|expr| expr.with_late_values(&known));
                }
                group.plan(input, env)?
            }
            _ => plan.clone(),
        };
        Ok(rewritten.keep_location(plan))
    })
}
