//! The first, last and largest rows: those of each part, and of these those of all.

use std::sync::Arc;

use swath_kernels::SortKey;
use swath_ops::step::{Limit, Tail as TailStep, TopK};
use swath_ops::{StepSpec, sink};

use super::read::Streams;
use super::stream::{Origin, Stream};
use crate::node::{Head, Tail, TopN};
use crate::{Plan, PlanError};

impl Streams<'_> {
    pub(super) fn head(&mut self, plan: &Plan, head: Head) -> Result<Stream, PlanError> {
        let limit = Arc::new(Limit::new(head.rows));
        let first: Vec<usize> = (0..head.npartitions).collect();
        let mut stream = self.of(plan.input()).covering(&first);
        stream.exact = true;
        if head.npartitions == 1 {
            return Ok(stream.then(plan.name().clone(), limit, Arc::clone(plan.meta())));
        }
        let stream = self.inner(
            stream,
            plan,
            "head-partial",
            Arc::clone(&limit) as Arc<dyn StepSpec>,
        )?;
        let partial = self.consume(stream, Arc::new(sink::Rows::passing()), true, plan, "heads");
        let all = self.origin(Origin::All(partial), plan.meta(), 1);
        Ok(all.then(plan.name().clone(), limit, Arc::clone(plan.meta())))
    }

    pub(super) fn tail(&mut self, plan: &Plan, tail: Tail) -> Result<Stream, PlanError> {
        let step = Arc::new(TailStep::new(tail.rows));
        let n = plan.input().npartitions();
        let last: Vec<usize> = (n - tail.npartitions..n).collect();
        let mut stream = self.of(plan.input()).covering(&last);
        stream.exact = true;
        if tail.npartitions == 1 {
            return Ok(stream.then(plan.name().clone(), step, Arc::clone(plan.meta())));
        }
        let partial = Arc::clone(&step) as Arc<dyn StepSpec>;
        let stream = self.inner(stream, plan, "tail-partial", partial)?;
        let rows = Arc::new(sink::Rows::passing());
        let partial = self.consume(stream, rows, true, plan, "tails");
        let all = self.origin(Origin::All(partial), plan.meta(), 1);
        Ok(all.then(plan.name().clone(), step, Arc::clone(plan.meta())))
    }

    pub(super) fn top_n(&mut self, plan: &Plan, top: &TopN) -> Result<Stream, PlanError> {
        let mut keys = Vec::with_capacity(top.by.len());
        for by in &top.by {
            let column = plan.meta().position(&by.column)?;
            keys.push(SortKey {
                column,
                descending: by.descending,
                nulls_last: true,
            });
        }
        let step = Arc::new(TopK::new(top.n, keys));
        let stream = self.of(plan.input());
        let stream = self.inner(
            stream,
            plan,
            "top-partial",
            Arc::clone(&step) as Arc<dyn StepSpec>,
        )?;
        let partial = self.consume(
            stream,
            Arc::new(sink::Rows::passing()),
            false,
            plan,
            "candidates",
        );
        let all = self.origin(Origin::All(partial), plan.meta(), 1);
        Ok(all.then(plan.name().clone(), step, Arc::clone(plan.meta())))
    }
}
