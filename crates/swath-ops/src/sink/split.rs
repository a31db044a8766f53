//! Groups the rows of a task by the partition they go to: the sending side of an exchange.

use std::sync::Arc;

use arrow_array::RecordBatch;
use swath_batch::{BufferBytes, Chunk, Partition};
use swath_divisions::Divisions;
use swath_graph::{Decoder, Encoder};
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::TaskContext;
use swath_shuffle::{Partitioner, split_checked};

use super::{Made, Sink, SinkSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
#[cfg(feature = "plugins")]
use crate::plugin::PluginPartitioner;
use crate::step::InTask;
use crate::{Env, OpError, TaskInputs, TaskValue};

/// Makes [`TaskValue::Pieces`]: one scatter over the task's rows, order kept inside each piece.
#[derive(Clone, Debug)]
pub struct Split {
    by: Arc<dyn Partitioner>,
}

impl Split {
    /// Splits by a partitioner.
    pub fn new(by: Arc<dyn Partitioner>) -> Self {
        Self { by }
    }

    pub(crate) fn decode(from: &Decoder<'_>, env: &Env) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("split", 1)?;
        #[cfg(feature = "plugins")]
        if object.object("by")?.peek_kind()? == PluginPartitioner::KIND {
            let by = PluginPartitioner::decode(&object.object("by")?, &env.plugins)?;
            return Ok(Self { by: Arc::new(by) });
        }
        Ok(Self {
            by: env.partitioners.decode(&object.object("by")?)?,
        })
    }
}

impl SinkSpec for Split {
    fn open(&self, meta: &Arc<Meta>, task: &TaskInputs<'_>) -> Result<Box<dyn Sink>, OpError> {
        Ok(Box::new(Running {
            by: Arc::clone(&self.by),
            task: task.index,
            meta: Arc::clone(meta),
            batches: Vec::new(),
            bytes: BufferBytes::default(),
            reserved: None,
        }))
    }

    fn expected(&self, input: Expected) -> Kept {
        Kept {
            least: 2 * input.least,
            most: 2 * input.bytes,
        }
    }

    #[cfg(feature = "plugins")]
    fn may_ask_again(&self) -> bool {
        self.by.kind() == PluginPartitioner::KIND
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("split", 1, |o| o.object("by", |out| self.by.encode(out)));
    }
}

struct Running {
    by: Arc<dyn Partitioner>,
    /// Which partition it is, for a partitioner that asks.
    task: usize,
    meta: Arc<Meta>,
    batches: Vec<RecordBatch>,
    bytes: BufferBytes,
    reserved: Option<Reservation>,
}

impl Sink for Running {
    fn push(&mut self, chunk: Chunk, cx: &TaskContext<'_>) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        // The rows and, while they are scattered, their copy.
        chunk.count_bytes(&mut self.bytes);
        self.reserved
            .get_or_insert_with(|| cx.reserve("rows to split"))
            .try_resize(2 * self.bytes.total())?;
        self.batches.push(chunk.into_batch(&self.meta)?);
        Ok(Flow::More)
    }

    fn finish(self: Box<Self>, cx: &TaskContext<'_>) -> Result<Made, OpError> {
        let rows = Partition::try_new(self.meta, self.batches)?;
        let host = InTask::host(cx, self.task, Divisions::unknown(self.task + 1), (0, 0));
        let by = self.by.in_task(host).unwrap_or(self.by);
        let pieces = split_checked(&rows, &*by, || Ok::<_, OpError>(cx.check()?))?;
        Ok(Made {
            value: TaskValue::Pieces(pieces),
            reserved: self.reserved,
        })
    }
}
