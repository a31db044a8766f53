//! Writes the rows of a task as one Parquet file.

use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_io::{ParquetWriter, Staged, ToParquet};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::publish_parquet::written_rows;
use super::{Made, Sink, SinkSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, TaskInputs, TaskValue};

/// Writes the file of partition N, N being the task's position; the value is one row: file, rows, bytes.
///
/// Rows are encoded as they come. The file is in the hidden folder of its write until
/// [`PublishParquet`](super::PublishParquet) gives all files their names.
#[derive(Clone, Debug)]
pub struct WriteParquet {
    options: Arc<ToParquet>,
    staged: Arc<Staged>,
}

impl WriteParquet {
    /// Writes as the options say, for a write that has begun.
    pub fn new(options: ToParquet, staged: Staged) -> Self {
        Self {
            options: Arc::new(options),
            staged: Arc::new(staged),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("write-parquet", 1)?;
        Ok(Self::new(object.serde("options")?, object.serde("staged")?))
    }
}

impl SinkSpec for WriteParquet {
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

    fn expected(&self, _: Expected) -> Kept {
        Kept::default()
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("write-parquet", 1, |o| {
            o.serde("options", &*self.options);
            o.serde("staged", &*self.staged);
        });
    }
}

struct Running {
    options: Arc<ToParquet>,
    staged: Arc<Staged>,
    meta: Arc<Meta>,
    partition: usize,
    env: Env,
    /// Begun with the first chunk, or at the end of a partition without rows.
    writer: Option<ParquetWriter>,
}

impl Running {
    fn writer(&mut self, cx: &TaskContext<'_>) -> Result<&mut ParquetWriter, OpError> {
        Ok(match &mut self.writer {
            Some(writer) => writer,
            none => {
                let io = self.env.io(cx.cancel_token().clone());
                none.insert(ParquetWriter::create(
                    &self.options,
                    &self.staged,
                    &self.meta,
                    self.partition,
                    &io,
                )?)
            }
        })
    }
}

impl Sink for Running {
    fn push(&mut self, chunk: Chunk, cx: &TaskContext<'_>) -> Result<Flow, OpError> {
        let rows = chunk.compact()?.into_batch(&self.meta)?;
        self.writer(cx)?.write(&rows)?;
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>, cx: &TaskContext<'_>) -> Result<Made, OpError> {
        self.writer(cx)?;
        let writer = self.writer.take().expect("the writer was begun above");
        Ok(TaskValue::Rows(written_rows(&[writer.finish()?])?).into())
    }
}
