//! The first or last rows.

use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint};

use crate::{Node, Plan, PlanError};

/// The first rows of the first partitions.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Rows wanted, at most.
    pub rows: u64,
    /// Partitions that are looked at.
    pub npartitions: usize,
}

/// The last rows of the last partitions.
#[derive(Clone, Copy, Debug)]
pub struct Tail {
    /// Rows wanted, at most.
    pub rows: u64,
    /// Partitions that are looked at.
    pub npartitions: usize,
}

/// Bounds of the one partition that some neighbours of an input make: known if the input's are.
fn one_of(input: &Plan, first: usize, count: usize) -> Divisions {
    let some = input.divisions().slice(first..first + count);
    let joined = some.and_then(|some| some.coalesce(1));
    joined.map_or_else(|_| Divisions::unknown(1), |plan| plan.divisions().clone())
}

/// Whether so many partitions can be looked at.
fn check(
    operation: &'static str,
    what: &'static str,
    npartitions: usize,
    input: &Plan,
) -> Result<(), PlanError> {
    if npartitions == 0 {
        return Err(PlanError::TooSmall {
            what,
            least: 1,
            found: 0,
        });
    }
    if npartitions > input.npartitions() {
        return Err(PlanError::Partitions {
            operation,
            asked: npartitions,
            npartitions: input.npartitions(),
        });
    }
    Ok(())
}

impl Plan {
    /// The first `rows` rows of the first `npartitions` partitions, in one partition.
    pub fn head(&self, rows: u64, npartitions: usize) -> Result<Plan, PlanError> {
        check(
            "head",
            "the number of partitions of `head`",
            npartitions,
            self,
        )?;
        let divisions = one_of(self, 0, npartitions);
        let node = Node::Head(Head { rows, npartitions });
        Ok(Plan::assemble(
            node,
            vec![self.clone()],
            Arc::clone(self.meta()),
            divisions,
        ))
    }

    /// The last `rows` rows of the last `npartitions` partitions, in one partition.
    pub fn tail(&self, rows: u64, npartitions: usize) -> Result<Plan, PlanError> {
        check(
            "tail",
            "the number of partitions of `tail`",
            npartitions,
            self,
        )?;
        let divisions = one_of(self, self.npartitions() - npartitions, npartitions);
        Ok(Plan::assemble(
            Node::Tail(Tail { rows, npartitions }),
            vec![self.clone()],
            Arc::clone(self.meta()),
            divisions,
        ))
    }
}

impl Fingerprint for Head {
    fn feed(&self, out: &mut Canon) {
        out.u64(self.rows);
        out.u64(self.npartitions as u64);
    }
}

impl Fingerprint for Tail {
    fn feed(&self, out: &mut Canon) {
        out.u64(self.rows);
        out.u64(self.npartitions as u64);
    }
}
