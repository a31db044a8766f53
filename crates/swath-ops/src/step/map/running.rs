//! The function while a task runs.

use std::sync::Arc;

use swath_batch::{Batch, Chunk, Cx, Partition};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::check::own_rows;
use super::{InTask, MapPartitions, Place, Promise, RowsSeen, check_divisions, checked, slices_of};
use crate::pipeline::Flow;
use crate::step::{Beside, Gathered, Step};
use crate::{OpError, Output};

pub(super) struct Running<'a> {
    spec: MapPartitions,
    input: Arc<Meta>,
    partition: usize,
    halo: (usize, usize),
    beside: Beside<'a>,
    /// What the function may ask; made when it is first called.
    asked: Option<Cx>,
    gathered: Gathered,
    /// Nobody wants more rows.
    enough: bool,
}

impl<'a> Running<'a> {
    pub(super) fn new(
        spec: MapPartitions,
        input: Arc<Meta>,
        partition: usize,
        halo: (usize, usize),
        beside: Beside<'a>,
    ) -> Self {
        Self {
            spec,
            input,
            partition,
            halo,
            beside,
            asked: None,
            gathered: Gathered::default(),
            enough: false,
        }
    }

    /// Calls the function and hands on what it returns.
    fn call(
        &mut self,
        rows: Batch,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let (spec, place) = (&self.spec, Place::Partition(self.partition));
        let asked = self.asked.get_or_insert_with(|| {
            InTask::beside(cx, self.partition, spec.divisions.clone(), self.halo)
        });
        let given = rows.num_rows();
        let mut beside = self.beside.open(cx)?;
        let parts = std::mem::take(&mut beside.parts);
        let returned = spec.function.call(rows, parts, asked, place)?;
        drop(beside);
        let function = spec.function.site();
        let mut returned = checked(returned, &spec.output, function, place)?;
        if spec.keeps_rows {
            returned = own_rows(&returned, given, self.halo, function, place)?;
        }
        if spec.promise != Promise::Nothing
            && let Some(bounds) = spec.divisions.bounds()
        {
            check_divisions(&returned, bounds, self.partition, spec.promise, function)?;
        }
        self.gathered.handed_on();
        for chunk in slices_of(returned) {
            cx.check()?;
            if out.push(chunk)? == Flow::Enough {
                self.enough = true;
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }
}

impl Step for Running<'_> {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        match self.spec.rows {
            RowsSeen::Partition => {
                self.gathered.push(chunk, cx)?;
                Ok(Flow::More)
            }
            RowsSeen::Chunk if self.enough => Ok(Flow::Enough),
            RowsSeen::Chunk => {
                let rows = Partition::from_chunks(Arc::clone(&self.input), [chunk])?;
                self.call(rows.to_batch()?, cx, out)
            }
        }
    }

    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        if self.spec.rows == RowsSeen::Chunk {
            return Ok(());
        }
        cx.check()?;
        let batch = self.gathered.take(&self.input)?;
        self.call(batch, cx, out)?;
        Ok(())
    }
}
