//! A repartition plan, carried out by hand: divisions say which rows go where, and whoever has the rows moves them.

use crate::Error;
use arrow_array::ArrayRef;
use std::sync::Arc;
use swath_batch::Partition;
use swath_divisions::{RepartitionPlan, Selected, Slice};

/// Makes the partitions that a plan describes out of old ones with `key` as their index.
pub fn realign(
    parts: &[Partition],
    key: &str,
    plan: &RepartitionPlan,
) -> Result<Vec<Partition>, Error> {
    let make = |slices: &Vec<Slice>| {
        let taken = slices
            .iter()
            .map(|slice| take(&parts[slice.partition], key, slice));
        let taken = taken.collect::<Result<Vec<_>, Error>>()?;
        match (taken.is_empty(), parts.first()) {
            (true, Some(like)) => Ok(Partition::empty(Arc::clone(like.meta()))),
            _ => Ok(Partition::concat(&taken)?),
        }
    };
    plan.targets().iter().map(make).collect()
}

/// Takes the rows of one partition that a slice says: as a range without a copy where they lie together, else one by one.
fn take(part: &Partition, key: &str, slice: &Slice) -> Result<Partition, Error> {
    let batch = part.to_batch()?;
    let keys: [ArrayRef; 1] = [Arc::clone(batch.column(key)?)];
    Ok(match slice.select(&keys, batch.num_rows())? {
        Selected::Range(rows) => part.slice(rows.start as u64, rows.len() as u64),
        Selected::Mask(mask) => Partition::from(batch.filter(mask.iter().map(Some))?),
    })
}
