//! The function while a task runs.

use std::sync::Arc;

use swath_batch::{Batch, Chunk, Host, Partition};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::MapPlugin;
use super::sorted::Sorted;
use crate::pipeline::Flow;
use crate::plugin::{PluginError, PluginPartition};
use crate::step::{Beside, Gathered, InTask, Step, slices_of};
use crate::{OpError, Output};

pub(super) struct Running<'a> {
    spec: MapPlugin,
    function: PluginPartition,
    input: Arc<Meta>,
    partition: usize,
    /// Rows of its neighbours that it sees: in front, and behind.
    halo: (usize, usize),
    beside: Beside<'a>,
    /// What the function may ask; made when it is first called.
    task: Option<Arc<InTask>>,
    /// The order that it needs.
    sorted: Option<Sorted>,
    gathered: Gathered,
    /// It was called.
    called: bool,
    /// Nobody wants more rows.
    enough: bool,
}

impl<'a> Running<'a> {
    pub(super) fn try_new(
        spec: MapPlugin,
        function: PluginPartition,
        input: Arc<Meta>,
        partition: usize,
        halo: (usize, usize),
        beside: Beside<'a>,
    ) -> Result<Self, OpError> {
        Ok(Self {
            sorted: Sorted::by(function.needs_order(), &input)?,
            spec,
            function,
            input,
            partition,
            halo,
            beside,
            task: None,
            gathered: Gathered::default(),
            called: false,
            enough: false,
        })
    }

    /// Calls the function with all of a partition, or with a chunk, and hands on what it returns.
    fn call(
        &mut self,
        rows: Batch,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        self.called = true;
        let (function, partition, halo) = (&self.function, self.partition, self.halo);
        if let Some(sorted) = &mut self.sorted {
            sorted.check(&rows, |row| PluginError::Unsorted {
                name: function.name().to_string(),
                frame: 0,
                columns: function.needs_order().to_vec(),
                partition,
                row: row.saturating_sub(halo.0),
            })?;
        }
        let mut beside = self.beside.open(cx)?;
        for (frame, part) in (1..).zip(&beside.parts) {
            let needs_order = function.needs_order_of(frame);
            if let Some(mut sorted) = Sorted::by(needs_order, part.meta())? {
                sorted.check(part, |row| PluginError::Unsorted {
                    name: function.name().to_string(),
                    frame,
                    columns: needs_order.to_vec(),
                    partition,
                    row,
                })?;
            }
        }
        let spec = &self.spec;
        let task = self.task.get_or_insert_with(|| {
            Arc::new(InTask::seeded(
                cx,
                partition,
                spec.divisions.clone(),
                halo,
                spec.seed,
            ))
        });
        let host: Arc<dyn Host> = Arc::<InTask>::clone(task);
        let bounds = spec
            .divisions
            .bounds()
            .filter(|_| function.keeps_divisions());
        let enough = &mut self.enough;
        let gathered = &mut self.gathered;
        // Where a row comes out for each, those of the neighbours are cut off; else the function returns its own alone.
        let (own, mut seen) = (halo.0..rows.num_rows().saturating_sub(halo.1), 0);
        let mut hand_on = |mut returned: Batch| -> Result<(), OpError> {
            if function.keeps_rows() {
                let here = seen..seen + returned.num_rows();
                let from = own.start.clamp(here.start, here.end);
                let to = own.end.clamp(from, here.end);
                returned = returned.slice(from - here.start, to - from);
                seen = here.end;
            }
            if let Some(bounds) = bounds {
                let index = returned.meta().index().len();
                let keys = &returned.record_batch().columns()[..index];
                let checked = bounds.check(partition, keys);
                checked.map_err(|source| PluginError::Divisions {
                    name: function.name().to_string(),
                    partition,
                    source,
                })?;
            }
            gathered.handed_on();
            for chunk in slices_of(returned) {
                cx.check()?;
                if *enough {
                    return Ok(());
                }
                *enough = out.push(chunk)? == Flow::Enough;
            }
            Ok(())
        };
        let mut parts = vec![rows];
        parts.append(&mut beside.parts);
        let mut run = function.bound().open(host)?;
        run.push_frames(&parts, &mut hand_on)?;
        run.finish(&mut hand_on)?;
        Ok(if self.enough {
            Flow::Enough
        } else {
            Flow::More
        })
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
        if self.enough {
            return Ok(Flow::Enough);
        }
        if self.function.takes_chunks() {
            let rows = Partition::from_chunks(Arc::clone(&self.input), [chunk])?;
            return self.call(rows.to_batch()?, cx, out);
        }
        self.gathered.push(chunk, cx)?;
        Ok(Flow::More)
    }

    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        // A partition without rows is one too.
        if self.called || self.enough {
            return Ok(());
        }
        cx.check()?;
        let batch = self.gathered.take(&self.input)?;
        self.call(batch, cx, out)?;
        Ok(())
    }
}
