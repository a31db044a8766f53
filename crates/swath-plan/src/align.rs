//! Partitions of several frames that belong together.

use std::sync::Arc;

use swath_divisions::{Divisions, DivisionsError};
use swath_meta::DType;

use crate::{Node, Plan, PlanError};

/// The same rows in partitions that go together: those of one number are made for each other. Frames of the numbers in `whole` become
/// one partition each, which goes with all; that cannot be the first.
///
/// | the other frames | their partitions |
/// |---|---|
/// | are made from one frame, partition by partition | stay as they are |
/// | were shuffled by as many keys of the same dtypes into as many partitions | stay as they are |
/// | have known divisions | are cut at all boundaries of all of them |
/// | have one partition each | stay as they are |
///
/// # Errors
/// [`PlanError::NotAligned`]; [`PlanError::NotBeside`] for a number in `whole` that no frame beside the first has;
/// [`PlanError::Divisions`] for indices of different dtypes.
pub fn align(mut frames: Vec<Plan>, whole: &[usize]) -> Result<Vec<Plan>, PlanError> {
    let n = frames.len();
    if let Some(&frame) = whole.iter().find(|&&at| at == 0 || at >= n) {
        return Err(PlanError::NotBeside { frame, frames: n });
    }
    let beside: Vec<usize> = (0..n).filter(|at| !whole.contains(at)).collect();
    for (at, plan) in beside.iter().zip(aligned(&frames, &beside)?) {
        frames[*at] = plan;
    }
    for &at in whole {
        frames[at] = frames[at].repartition(1)?;
    }
    Ok(frames)
}

/// Those of the frames that have these numbers, in partitions that go together.
fn aligned(frames: &[Plan], beside: &[usize]) -> Result<Vec<Plan>, PlanError> {
    let plans: Vec<&Plan> = beside.iter().map(|at| &frames[*at]).collect();
    let (first, others) = plans.split_first().ok_or_else(PlanError::no_frames)?;
    let as_they_are = || plans.iter().copied().cloned().collect();
    if others.iter().all(|other| go_together(first, other)) {
        return Ok(as_they_are());
    }
    if let Some(unknown) = plans.iter().position(|plan| !plan.divisions().is_known()) {
        if plans.iter().all(|plan| plan.npartitions() == 1) {
            return Ok(as_they_are());
        }
        return Err(PlanError::NotAligned {
            unknown: beside[unknown],
            npartitions: frames.iter().map(Plan::npartitions).collect(),
        });
    }
    let all: Vec<&Divisions> = plans.iter().map(|plan| plan.divisions()).collect();
    let union = Divisions::union(&all)?;
    let cut = |plan: &&Plan| -> Result<Plan, DivisionsError> {
        let cuts = plan.divisions().align(&union)?;
        Ok(if cuts.is_identity(plan.npartitions()) {
            (*plan).clone()
        } else {
            plan.recut(cuts)
        })
    };
    Ok(plans.iter().map(cut).collect::<Result<_, _>>()?)
}

/// Whether partitions of one number were made for each other, by where they come from.
fn go_together(one: &Plan, other: &Plan) -> bool {
    if one.npartitions() != other.npartitions() {
        return false;
    }
    let ((base, which), (other_base, other_which)) = (base_of(one), base_of(other));
    (base.name() == other_base.name() || are_shuffled_alike(&base, &other_base))
        && which == other_which
}

/// What the partitions were made from one by one, and which of its partitions they are.
fn base_of(plan: &Plan) -> (Plan, Vec<usize>) {
    let mut plan = plan.clone();
    let mut which: Vec<usize> = (0..plan.npartitions()).collect();
    loop {
        let below = match plan.node() {
            Node::Filter(_)
            | Node::Project(_)
            | Node::Each(_)
            | Node::Overlap(_)
            | Node::Beside(_) => plan.input(),
            Node::Partitions(chosen) => {
                which = which.iter().map(|&at| chosen[at]).collect();
                plan.input()
            }
            // Held rows go by the name of what they were computed by.
            Node::Held(rows) => match rows.origin() {
                Some(origin) => origin,
                None => return (plan, which),
            },
            _ => return (plan, which),
        };
        // What is made for a number alone, as by `from_map`, shares nothing with what else is.
        if matches!(below.node(), Node::Constant(_)) {
            return (plan, which);
        }
        plan = below.clone();
    }
}

/// Whether rows with equal keys are in partitions of one number.
fn are_shuffled_alike(one: &Plan, other: &Plan) -> bool {
    let (Node::Shuffle(by), Node::Shuffle(other_by)) = (one.node(), other.node()) else {
        return false;
    };
    let (by, other_by) = (by.partitioner(), other_by.partitioner());
    let dtypes = |plan: &Plan, columns: &[Arc<str>]| -> Option<Vec<DType>> {
        let columns = columns.iter();
        let dtypes = columns.map(|column| Some(plan.meta().dtype(column).ok()?.clone()));
        dtypes.collect()
    };
    let (keys, other_keys) = (by.columns(), other_by.columns());
    dtypes(one, keys) == dtypes(other, other_keys)
        && by
            .partitioning()
            .matches(keys, &other_by.partitioning(), other_keys)
}
