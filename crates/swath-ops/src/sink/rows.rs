//! Collects the chunks of a task into rows.

use std::sync::Arc;

use arrow_array::RecordBatch;
use swath_batch::{BufferBytes, Chunk, Partition};
use swath_graph::{Decoder, Encoder};
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Made, Sink, SinkSpec};
use crate::pipeline::Flow;
use crate::{OpError, TaskInputs, TaskValue};

/// Makes [`TaskValue::Rows`]: the chunks in order, without a copy where the chunk has no selection.
///
/// Reserved are all buffers that the rows keep alive, also those they share with what the task read; the store then counts those
/// once.
///
/// `compact` is for rows that will be held: small batches are joined and buffers that are mostly not
/// used any more are rewritten, so that what is held is close to what is visible. While they are joined there may be up to twice as much.
///
/// `border` is for rows that leave the engine: each column gets the one encoding of its dtype here, on all threads at once, and
/// not when they are gathered.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    compact: bool,
    border: bool,
}

impl Rows {
    /// Rows that the next task reads at once.
    pub fn passing() -> Self {
        Self {
            compact: false,
            border: false,
        }
    }

    /// Rows that will be held.
    pub fn held() -> Self {
        Self {
            compact: true,
            border: false,
        }
    }

    /// Rows that whoever computes gets.
    pub fn handed_out() -> Self {
        Self {
            compact: true,
            border: true,
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("rows", 2)?;
        Ok(Self {
            compact: object.bool("compact")?,
            border: object.bool("border")?,
        })
    }
}

impl SinkSpec for Rows {
    fn open(&self, meta: &Arc<Meta>, _: &TaskInputs<'_>) -> Result<Box<dyn Sink>, OpError> {
        Ok(Box::new(Running {
            form: *self,
            meta: Arc::clone(meta),
            batches: Vec::new(),
            bytes: BufferBytes::default(),
            reserved: None,
        }))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("rows", 2, |o| {
            o.bool("compact", self.compact);
            o.bool("border", self.border);
        });
    }
}

struct Running {
    form: Rows,
    meta: Arc<Meta>,
    batches: Vec<RecordBatch>,
    bytes: BufferBytes,
    reserved: Option<Reservation>,
}

impl Sink for Running {
    fn push(&mut self, chunk: Chunk, cx: &TaskContext<'_>) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        chunk.count_bytes(&mut self.bytes);
        self.reserved
            .get_or_insert_with(|| cx.reserve("rows"))
            .try_resize(self.bytes.total())?;
        self.batches.push(chunk.into_batch(&self.meta)?);
        Ok(Flow::More)
    }

    fn finish(self: Box<Self>, _: &TaskContext<'_>) -> Result<Made, OpError> {
        let mut rows = Partition::try_new(self.meta, self.batches)?;
        let mut reserved = self.reserved;
        if self.form.compact {
            rows = rows.compact()?;
        }
        if self.form.border {
            rows = rows.normalise()?;
            if let Some(reserved) = &mut reserved {
                reserved.try_resize(rows.bytes())?;
            }
        }
        Ok(Made {
            value: TaskValue::Rows(rows),
            reserved,
        })
    }
}
