//! Some of the rows, by chance.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::Canon;
use swath_meta::Meta;
use swath_ops::{Env, StepSpec, step};

use super::EachPartition;
use crate::{Plan, PlanError};

/// The rows whose number lies in a range: each has one by chance, from the seed, its partition and its place. Filters stay above, so that
/// a sample is the same whatever is done with it.
#[derive(Clone, Debug)]
struct Sample {
    seed: u64,
    lowest: u64,
    highest: u64,
}

impl EachPartition for Sample {
    fn kind(&self) -> &'static str {
        "sample"
    }

    fn result(&self, input: &Plan, _: &Env) -> Result<(Arc<Meta>, Divisions), PlanError> {
        Ok((Arc::clone(input.meta()), input.divisions().clone()))
    }

    fn step(&self, _: &Plan, _: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError> {
        Ok(Arc::new(step::Sample::new(
            self.seed,
            self.lowest,
            self.highest,
        )))
    }

    fn reads(&self, _: &Meta, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        wanted.clone()
    }

    fn sees_partitions(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        let share = (self.highest - self.lowest) as f64 / u64::MAX as f64;
        format!("{:.4} of the rows, seed {}", share, self.seed)
    }

    fn feed(&self, out: &mut Canon) {
        out.u64(self.seed).u64(self.lowest).u64(self.highest);
    }
}

impl Plan {
    /// About the share of the rows that lies between two numbers from 0 to 1, the upper one excluded. Of the same seed, two ranges that
    /// do not overlap have no row in common, and ranges that cover all have every row.
    pub fn sample(&self, from: f64, to: f64, seed: u64, env: &Env) -> Result<Plan, PlanError> {
        for share in [from, to] {
            if !(0.0..=1.0).contains(&share) {
                return Err(PlanError::NoShare { found: share });
            }
        }
        let lowest = number(from);
        let end = number(to);
        if lowest >= end && to < 1.0 {
            return self.filter(swath_expr::lit(false), env);
        }
        let sample = Sample {
            seed,
            lowest,
            highest: if to < 1.0 { end - 1 } else { u64::MAX },
        };
        self.each_partition(Arc::new(sample), env)
    }
}

/// The 64-bit number that lies this far from 0 to 2^64.
fn number(share: f64) -> u64 {
    // Saturates at the top.
    (share * 2_f64.powi(64)) as u64
}
