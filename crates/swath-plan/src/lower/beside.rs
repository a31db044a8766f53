//! Partitions of several frames side by side.
//!
//! ```text
//!  first  ──► 0  1  2        task 1  ◄── first 1 · second 1 · third 0
//!  second ──► 0  1  2                     streams   the step opens these
//!  third  ──► 0              read by every task
//! ```

use std::sync::Arc;

use swath_divisions::{Slice, SliceRows};
use swath_graph::{Canon, Dep};
use swath_meta::Meta;
use swath_ops::source::InputRows;
use swath_ops::{SourceSpec, sink};

use super::emit::Emitter;
use super::read::Streams;
use super::stream::{ConsumerId, Group, Origin, Stream};
use crate::node::Beside;
use crate::{Plan, PlanError};

impl Streams<'_> {
    pub(super) fn beside(&mut self, plan: &Plan, beside: &Beside) -> Result<Stream, PlanError> {
        let step = beside.operation().step(plan.input(), plan.meta())?;
        let n = plan.input().npartitions();
        let inputs = plan.inputs().iter().enumerate().map(|(at, input)| {
            let stream = self.of(input);
            let rows = if input.npartitions() == n {
                sink::Rows::passing()
            } else {
                // Every task reads it, each as one batch of border encodings.
                sink::Rows::handed_out()
            };
            self.consume(stream, Arc::new(rows), true, plan, &format!("frame-{at}"))
        });
        let inputs = inputs.collect();
        let stream = self.origin(Origin::Beside(inputs), plan.input().meta(), n);
        let stream = stream.then(plan.name().clone(), step, Arc::clone(plan.meta()));
        Ok(stream.numbered())
    }
}

impl Emitter<'_, '_> {
    /// The first input's partition of each task, and what the task depends on.
    pub(super) fn beside(
        &self,
        inputs: &[ConsumerId],
        meta: &Arc<Meta>,
        group: &Group,
        reads: &mut Canon,
    ) -> (Arc<dyn SourceSpec>, Vec<Vec<Dep>>) {
        let made = inputs.iter().map(|&input| self.outputs_of(input, reads));
        let made: Vec<Vec<Dep>> = made.collect();
        let of = |made: &Vec<Dep>, at: usize| made[if made.len() == 1 { 0 } else { at }];
        let deps = group.coverage.iter();
        let deps = deps.map(|&at| made.iter().map(|made| of(made, at)).collect());
        let first = Slice {
            partition: 0,
            rows: SliceRows::All,
        };
        let slices = vec![vec![first]; group.coverage.len()];
        let source = InputRows::sliced(Arc::clone(meta), slices);
        (Arc::new(source), deps.collect())
    }
}
