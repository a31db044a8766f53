//! Writes the rows of a task as one file.

use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_io::{Staged, WriteOptions, Writer};
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::publish::written_rows;
use super::{Made, Sink, SinkSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, TaskInputs, TaskValue};

/// Writes the file of partition N, N being the task's position, or its files, where rows go into several folders; the value is a row
/// for each: file, rows, bytes.
///
/// Rows are encoded as they come. The file is in the hidden folder of its write until
/// [`Publish`](super::Publish) gives all files their names.
#[derive(Clone, Debug)]
pub struct WriteFiles {
    options: Arc<dyn WriteOptions>,
    staged: Arc<Staged>,
}

impl WriteFiles {
    /// Writes as the options say, for a write that has begun.
    pub fn new(options: Arc<dyn WriteOptions>, staged: Staged) -> Self {
        Self {
            options,
            staged: Arc::new(staged),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>, env: &Env) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("write-files", 1)?;
        let format = env.formats.get(object.str("format")?)?;
        let options = format.decode_write(&object.object("options")?)?;
        Ok(Self::new(options, object.serde("staged")?))
    }
}

impl SinkSpec for WriteFiles {
    fn open(&self, meta: &Arc<Meta>, task: &TaskInputs<'_>) -> Result<Box<dyn Sink>, OpError> {
        Ok(Box::new(Running {
            options: Arc::clone(&self.options),
            staged: Arc::clone(&self.staged),
            meta: Arc::clone(meta),
            partition: task.index,
            env: task.env.clone(),
            writer: None,
        }))
    }

    fn expected(&self, input: Expected) -> Kept {
        match self.options.held_rows() {
            0 => Kept::default(),
            rows => Kept {
                least: 0,
                most: input.at_most(rows).bytes,
            },
        }
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("write-files", 1, |o| {
            o.str("format", self.options.format());
            o.object("options", |out| self.options.encode(out));
            o.serde("staged", &*self.staged);
        });
    }
}

struct Running {
    options: Arc<dyn WriteOptions>,
    staged: Arc<Staged>,
    meta: Arc<Meta>,
    partition: usize,
    env: Env,
    /// Begun with the first chunk, or at the end of a partition without rows.
    writer: Option<(Box<dyn Writer>, Reservation)>,
}

impl Running {
    /// The writer, and the memory for what it holds.
    fn writer(
        &mut self,
        cx: &TaskContext<'_>,
    ) -> Result<&mut (Box<dyn Writer>, Reservation), OpError> {
        Ok(match &mut self.writer {
            Some(writer) => writer,
            none => {
                let io = self.env.io(cx.cancel_token().clone());
                let (staged, meta) = (&self.staged, &self.meta);
                let writer = self.options.create(staged, meta, self.partition, &io)?;
                none.insert((writer, cx.reserve("rows of files that are being written")))
            }
        })
    }
}

impl Sink for Running {
    fn push(&mut self, chunk: Chunk, cx: &TaskContext<'_>) -> Result<Flow, OpError> {
        let rows = chunk.compact()?.into_batch(&self.meta)?;
        let (writer, memory) = self.writer(cx)?;
        writer.write_within(&rows, memory)?;
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>, cx: &TaskContext<'_>) -> Result<Made, OpError> {
        self.writer(cx)?;
        let (writer, _memory) = self.writer.take().expect("the writer was begun above");
        Ok(TaskValue::Rows(written_rows(&writer.finish()?)?).into())
    }
}
