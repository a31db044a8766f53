//! Distinct rows: those of each part, and of these those of all, or of all that have the same hash.

use std::sync::Arc;

use swath_ops::step::DropDuplicates as DropDuplicatesStep;
use swath_ops::{StepSpec, sink};

use super::read::Streams;
use super::stream::{Origin, Stream};
use crate::node::DropDuplicates;
use crate::{Plan, PlanError};

impl Streams<'_> {
    pub(super) fn drop_duplicates(
        &mut self,
        plan: &Plan,
        rows: &DropDuplicates,
    ) -> Result<Stream, PlanError> {
        let meta = plan.meta();
        let columns = rows.subset.iter().map(|column| meta.position(column));
        let columns = columns.collect::<Result<_, _>>()?;
        let step = Arc::new(DropDuplicatesStep::new(columns, rows.last).rows(rows.rows));
        let input = self.of(plan.input());
        let n = plan.npartitions();
        if n == 1 && input.coverage.len() == 1 {
            let mut input = input;
            input.exact = true;
            return Ok(input.then(plan.name().clone(), step, Arc::clone(meta)));
        }
        let partial = Arc::clone(&step) as Arc<dyn StepSpec>;
        let stream = self.inner(input, plan, "drop-duplicates-partial", partial)?;
        let kept = if n == 1 {
            let passing = Arc::new(sink::Rows::passing());
            let kept = self.consume(stream, passing, false, plan, "kept");
            self.origin(Origin::All(kept), meta, n)
        } else {
            self.meeting(stream, rows.subset.iter().cloned(), plan)?
        };
        Ok(kept.then(plan.name().clone(), step, Arc::clone(meta)))
    }
}
