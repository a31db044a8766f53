//! Cuts what a stage reads into tasks.

use std::sync::Arc;

use swath_batch::Partition;
use swath_divisions::Slice;
use swath_graph::{Canon, Dep, Fingerprint};
use swath_ops::SourceSpec;
use swath_ops::source::{Constant, Gather, InputRows};

use super::emit::Emitter;
use super::pack::pack;
use super::stream::{Group, Origin};
use crate::PlanError;

/// The tasks of a stage before they have steps.
pub(super) struct Tasks {
    pub(super) source: Arc<dyn SourceSpec>,
    pub(super) deps: Vec<Vec<Dep>>,
    /// Fingerprint of what each task reads.
    pub(super) reads: u128,
}

impl Emitter<'_, '_> {
    /// Cuts the partitions of a group into tasks.
    pub(super) fn tasks(&mut self, group: &Group) -> Result<Tasks, PlanError> {
        let streams = self.streams;
        let (origin, meta) = &streams.origins[group.origin.0];
        let rows = || Arc::new(InputRows::whole(Arc::clone(meta)));
        let mut reads = Canon::new("reads", 1);
        group.coverage.feed(&mut reads);
        let (source, deps): (Arc<dyn SourceSpec>, Vec<Vec<Dep>>) = match origin {
            Origin::Scan(scan) => return Ok(self.scan(scan, meta, group, reads)),
            Origin::Constant(constant) => {
                constant.feed(&mut reads);
                (
                    Arc::new(Constant::try_new(constant.rows().clone())?),
                    vec![Vec::new(); group.coverage.len()],
                )
            }
            Origin::Held { keys, bytes } => {
                keys.feed(&mut reads);
                let deps: Vec<Dep> = keys
                    .iter()
                    .map(|key| self.builder.held(key.clone()).dep())
                    .collect();
                (rows(), held_tasks(&deps, bytes, group, self.threads))
            }
            Origin::Chain(consumers) => {
                let made: Vec<Dep> = consumers
                    .iter()
                    .flat_map(|&consumer| self.outputs_of(consumer, &mut reads))
                    .collect();
                let deps = group.coverage.iter().map(|&at| vec![made[at]]);
                (rows(), deps.collect())
            }
            Origin::All(consumer) => {
                let made = self.outputs_of(*consumer, &mut reads);
                (rows(), vec![made; group.coverage.len()])
            }
            Origin::Fan { consumer, every } => {
                let made = self.outputs_of(*consumer, &mut reads);
                let fans: Vec<_> = made.chunks(*every).map(<[Dep]>::to_vec).collect();
                (
                    rows(),
                    group.coverage.iter().map(|&at| fans[at].clone()).collect(),
                )
            }
            Origin::Gather(consumer) => {
                let made = self.outputs_of(*consumer, &mut reads);
                let collect = self.collect(*consumer, &made);
                let targets = group.coverage.iter().map(|&at| at as u32).collect();
                (
                    Arc::new(Gather::new(Arc::clone(meta), targets)),
                    vec![vec![collect]; group.coverage.len()],
                )
            }
            Origin::Cuts { consumer, parts } => {
                let made = self.outputs_of(*consumer, &mut reads);
                let parts = || group.coverage.iter().map(|&at| &parts[at]);
                // A task numbers its own inputs from 0.
                let local = |slices: &Vec<Slice>| {
                    let numbered = slices.iter().enumerate();
                    numbered
                        .map(|(nth, slice)| Slice {
                            partition: nth,
                            rows: slice.rows.clone(),
                        })
                        .collect()
                };
                let source = InputRows::sliced(Arc::clone(meta), parts().map(local).collect());
                let deps = parts()
                    .map(|slices| slices.iter().map(|slice| made[slice.partition]).collect());
                (Arc::new(source), deps.collect())
            }
            Origin::Overlap(overlap) => {
                let tasks = self.overlap(overlap, meta, group, &mut reads);
                (tasks.source, tasks.deps)
            }
            Origin::Beside(inputs) => self.beside(inputs, meta, group, &mut reads),
            Origin::Arguments(arguments) => {
                let deps = arguments.iter().map(|read| self.value(read, &mut reads));
                let deps = deps.collect();
                let nothing = Constant::try_new(Partition::empty(Arc::clone(meta)))?;
                (Arc::new(nothing), vec![deps])
            }
            Origin::Returned { rows, calls } => {
                let deps = group.coverage.iter();
                let deps = deps.map(|&at| vec![self.value(&calls[at], &mut reads)]);
                let deps = deps.collect();
                (Arc::new(rows.source(&group.coverage)), deps)
            }
            Origin::Value(_) => unreachable!("no rows are read of the value of a call"),
        };
        Ok(Tasks {
            source,
            deps,
            reads: reads.finish(),
        })
    }
}

/// Held partitions by task: one each, or small neighbours together.
fn held_tasks(deps: &[Dep], bytes: &[u64], group: &Group, threads: usize) -> Vec<Vec<Dep>> {
    if group.per_partition {
        return group.coverage.iter().map(|&at| vec![deps[at]]).collect();
    }
    let sizes: Vec<u64> = group
        .coverage
        .iter()
        .map(|&at| bytes.get(at).copied().unwrap_or(0))
        .collect();
    let joined = pack(&sizes, threads).into_iter();
    joined
        .map(|range| group.coverage[range].iter().map(|&at| deps[at]).collect())
        .collect()
}
