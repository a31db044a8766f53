//! A plugin's function on each partition.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::{Expr, Params, PluginName, col};
use swath_graph::{Canon, Fingerprint, Name};
use swath_meta::{Index, Meta};
use swath_ops::plugin::{PluginError, PluginHalo, PluginPartition};
use swath_ops::step::MapPlugin as MapPluginStep;
use swath_ops::{Env, StepSpec};

use super::{EachPartition, Halo, Overlap};
use crate::align::align;
use crate::{Plan, PlanError};

/// A function of a plugin that is called with the rows of each partition. What it returns for which columns it says itself, and what
/// it promises is used: columns that it does not read are not read for it, filters on those go below it where it takes rows in
/// chunks, and divisions, order and number of rows stay where it keeps them.
#[derive(Clone, Debug)]
pub struct MapPlugin {
    /// The function that was meant when it was called, with what it promises.
    function: PluginPartition,
    params: Params,
    /// The columns of the frames that it sees beside its input.
    others: Vec<Arc<Meta>>,
    /// The data columns that come out as they went in, without the function having seen them.
    passes: BTreeSet<Arc<str>>,
    /// Whether it takes an input without what it does not read, and returns its output without those.
    can_go_without: bool,
    /// What its random numbers begin from: another number for each function, its parameters and the frame it was called on.
    seed: u64,
    /// Where the same input may give another output, no two are the same computation.
    only: Option<Name>,
}

impl MapPlugin {
    /// The function of this name over `input`, and over a partition of each other frame beside it, settled to the one that is meant now.
    ///
    /// # Errors
    /// [`PlanError::Plugin`]: it is not there, is of another kind, or does not take these parameters or columns.
    pub fn try_new(
        name: &PluginName,
        params: Params,
        input: &Plan,
        others: &[Plan],
        env: &Env,
    ) -> Result<Self, PlanError> {
        let others: Vec<Arc<Meta>> = others.iter().map(|plan| Arc::clone(plan.meta())).collect();
        let found = bound(name, &params, input.meta(), &others, env)?;
        let mut canon = Canon::new("plugin-seed", 1);
        canon.str(&found.name().marked());
        params.feed(&mut canon);
        input.name().feed(&mut canon);
        let seed = Name::from_canon("seed", canon);
        let passes: BTreeSet<Arc<str>> = found.passing().cloned().collect();
        Ok(Self {
            can_go_without: takes_fewer(&found, &params, (input.meta(), &others), &passes, env)?,
            others,
            passes,
            only: found.is_random().then(|| Name::unique("random")),
            seed: (seed.print() >> 64) as u64,
            function: found,
            params,
        })
    }

    /// The operation on each partition alone.
    ///
    /// # Errors
    /// [`PluginError::Halo`]: the function has to see rows of neighbours.
    pub fn alone(self) -> Result<Arc<dyn EachPartition>, PlanError> {
        if self.function.has_halo() {
            let name = self.name().to_string();
            return Err(PluginError::Halo { name }.into());
        }
        Ok(Arc::new(self))
    }

    /// The operation on each partition with what the function has to see of its neighbours.
    pub fn beside(self) -> Overlap {
        let halo = |halo: Option<PluginHalo>| match halo {
            Some(PluginHalo::Nanoseconds(count)) => Halo::Nanoseconds(count.into()),
            Some(PluginHalo::Rows(rows)) => Halo::Rows(rows),
            None => Halo::Rows(0),
        };
        let (before, after) = self.function.halo();
        let (before, after) = (halo(before), halo(after));
        let along = self.function.needs_order().first();
        let along = along.map(|column| Arc::from(column.as_str()));
        Overlap::new(Arc::new(self), before, after, along)
    }

    /// What the function makes of the partitions of several frames, brought together as it says; of frames beside the first only what it
    /// reads is read.
    ///
    /// # Errors
    /// Those of [`try_new`](Self::try_new) and [`align`](crate::align).
    pub fn of_frames(
        name: &PluginName,
        params: &Params,
        frames: Vec<Plan>,
        env: &Env,
    ) -> Result<Plan, PlanError> {
        let (first, others) = frames.split_first().ok_or_else(PlanError::no_frames)?;
        let node = Self::try_new(name, params.clone(), first, others, env)?;
        let mut narrow = vec![first.clone()];
        for (at, frame) in (1..).zip(others) {
            let is_used = |name: &&str| {
                let mut sorted_by = node.function.needs_order_of(at).iter();
                node.function.handed()[at].names().any(|used| used == *name)
                    || sorted_by.any(|used| used == name)
            };
            let index = frame.meta().index().len();
            let data = frame.meta().names().skip(index).filter(is_used);
            let data: Vec<_> = data.map(|name| (Arc::from(name), col(name))).collect();
            narrow.push(if index + data.len() < frame.meta().len() {
                frame.select(data, env)?
            } else {
                frame.clone()
            });
        }
        let narrowed = Self::try_new(node.name(), params.clone(), first, &narrow[1..], env);
        let (node, frames) = match narrowed {
            Ok(same) if same.function.output() == node.function.output() => (same, narrow),
            // It looked at what it does not read.
            _ => (node, frames),
        };
        let whole = (1..frames.len()).filter(|at| node.function.sees_whole(*at));
        let whole: Vec<usize> = whole.collect();
        Plan::each_beside(align(frames, &whole)?, node.alone()?, env)
    }

    fn name(&self) -> &PluginName {
        self.function.name()
    }
}

/// The function, bound to all its frames.
fn bound(
    name: &PluginName,
    params: &Params,
    input: &Meta,
    others: &[Arc<Meta>],
    env: &Env,
) -> Result<PluginPartition, PlanError> {
    let others = others.iter().map(|meta| &**meta);
    let inputs: Vec<&Meta> = std::iter::once(input).chain(others).collect();
    Ok(env.plugins.partition(name, params, &inputs)?)
}

/// Whether a function that is bound without all that it [may go without](may_go) is the same function otherwise: it may have looked at
/// such a column, or write its output out.
fn takes_fewer(
    function: &PluginPartition,
    params: &Params,
    (input, others): (&Meta, &[Arc<Meta>]),
    passes: &BTreeSet<Arc<str>>,
    env: &Env,
) -> Result<bool, PlanError> {
    let goes = |name: &str| may_go(function, input, name);
    let fewer = input.fields().iter().filter(|field| !goes(&field.name));
    let fewer = Meta::try_new(fewer.cloned(), input.index())?;
    // A function that does not take fewer columns says so by an error.
    let fewer = bound(function.name(), params, &fewer, others, env);
    let left = function.output().fields().iter();
    let left = left.filter(|field| !passes.contains(&field.name) || !goes(&field.name));
    let expected = Meta::try_new(left.cloned(), function.output().index())?;
    Ok(fewer
        .is_ok_and(|fewer| **fewer.output() == expected && fewer.contract() == function.contract()))
}

/// Whether a column of the first frame is none that a function is handed, and none that it says rows are sorted by.
fn may_go(function: &PluginPartition, input: &Meta, column: &str) -> bool {
    let is_in = |names: &[String]| names.iter().any(|name| name == column);
    let is_read = function.reads().is_none_or(is_in);
    !is_read && !is_in(function.needs_order()) && !input.is_index(column)
}

impl EachPartition for MapPlugin {
    fn kind(&self) -> &'static str {
        "map-partitions"
    }

    fn result(&self, input: &Plan, env: &Env) -> Result<(Arc<Meta>, Divisions), PlanError> {
        let found = bound(self.name(), &self.params, input.meta(), &self.others, env)?;
        let output = found.output();
        if !self.function.keeps_divisions() {
            let output = Meta::try_new(output.fields().to_vec(), Index::none())?;
            return Ok((Arc::new(output), input.divisions().clear()));
        }
        if output.index_dtypes().ne(input.meta().index_dtypes()) {
            let name = self.name().to_string();
            return Err(PluginError::OtherIndex { name }.into());
        }
        Ok((Arc::clone(output), input.divisions().clone()))
    }

    fn step(&self, input: &Plan, output: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError> {
        let step = MapPluginStep::new(
            self.name().clone(),
            self.params.clone(),
            Arc::clone(output),
            input.divisions().clone(),
            self.seed,
        );
        Ok(Arc::new(step.beside(self.others.iter().cloned())))
    }

    fn reads(&self, input: &Meta, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let names = input.fields().iter().map(|field| &field.name);
        let is_used = |name: &&Arc<str>| {
            wanted.contains(*name) || !self.can_go_without || !may_go(&self.function, input, name)
        };
        names.filter(is_used).cloned().collect()
    }

    /// What takes any chunks and keeps rows makes each row of that row alone; columns that it does not read pass by it.
    fn lets_pass(&self, predicate: &Expr) -> bool {
        let function = &self.function;
        let is_by_row = function.takes_chunks() && function.keeps_rows() && !function.is_random();
        is_by_row && predicate.columns().is_subset(&self.passes)
    }

    fn sees_partitions(&self) -> bool {
        true
    }

    fn keeps_order(&self) -> bool {
        self.function.keeps_order()
    }

    fn keeps_rows(&self) -> bool {
        self.function.keeps_rows()
    }

    fn describe(&self) -> String {
        format!("{}({})", self.name(), self.params)
    }

    fn feed(&self, out: &mut Canon) {
        out.str(&self.name().marked());
        self.params.feed(out);
        out.u64(self.seed);
        if let Some(only) = &self.only {
            only.feed(out);
        }
    }
}
