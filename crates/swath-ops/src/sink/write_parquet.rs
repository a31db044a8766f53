//! Writes the rows of a task as one Parquet file.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringViewArray, UInt64Array};
use swath_batch::{Chunk, Partition};
use swath_graph::{Decoder, Encoder};
use swath_io::{ParquetWriter, ToParquet};
use swath_meta::{DType, Field, Index, Meta};
use swath_scheduler::TaskContext;

use super::{Made, Sink, SinkSpec};
use crate::pipeline::Flow;
use crate::{Env, OpError, TaskInputs, TaskValue};

/// Writes `part.N.parquet`, N being the task's position; the value is one row: file, rows, bytes.
///
/// Rows are encoded as they come. The file appears under its name when it is complete, and not before.
#[derive(Clone, Debug)]
pub struct WriteParquet {
    options: Arc<ToParquet>,
}

impl WriteParquet {
    /// Writes as the options say.
    pub fn new(options: ToParquet) -> Self {
        Self {
            options: Arc::new(options),
        }
    }

    /// The columns of the value: `file`, `rows`, `bytes`.
    pub fn written_meta() -> Arc<Meta> {
        let field = |name: &str, dtype| Field {
            name: Arc::from(name),
            dtype,
            nullable: false,
        };
        let fields = vec![
            field("file", DType::String),
            field("rows", DType::UInt64),
            field("bytes", DType::UInt64),
        ];
        Arc::new(Meta::try_new(fields, Index::none()).expect("three different names"))
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("write-parquet", 1)?;
        Ok(Self {
            options: Arc::new(object.serde("options")?),
        })
    }
}

impl SinkSpec for WriteParquet {
    fn open(&self, meta: &Arc<Meta>, task: &TaskInputs<'_>) -> Result<Box<dyn Sink>, OpError> {
        Ok(Box::new(Running {
            options: Arc::clone(&self.options),
            meta: Arc::clone(meta),
            partition: task.index,
            env: task.env.clone(),
            writer: None,
        }))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("write-parquet", 1, |o| o.serde("options", &*self.options));
    }
}

struct Running {
    options: Arc<ToParquet>,
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
        let file = writer.finish()?;
        let meta = WriteParquet::written_meta();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringViewArray::from_iter_values([file.path.as_str()])),
            Arc::new(UInt64Array::from(vec![file.rows])),
            Arc::new(UInt64Array::from(vec![file.bytes])),
        ];
        let batch: RecordBatch = Chunk::new(columns, 1).into_batch(&meta)?;
        Ok(TaskValue::Rows(Partition::try_new(meta, vec![batch])?).into())
    }
}
