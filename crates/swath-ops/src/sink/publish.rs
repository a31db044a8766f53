//! Ends a write: all its files get their names.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringViewArray, UInt64Array};
use swath_batch::{Batch, Chunk, Partition};
use swath_graph::{Decoder, Encoder};
use swath_io::{Staged, WrittenFile};
use swath_meta::{DType, Field, Index, Meta};
use swath_scheduler::TaskContext;

use super::{Made, Sink, SinkSpec};
use crate::pipeline::Flow;
use crate::{Env, OpError, TaskInputs, TaskValue};

/// Gives the files that the rows list their names and takes away what they replace; the value is the same rows, with the names that
/// the files got.
///
/// Its one task reads the value of every task that wrote a file, so that it begins when all are complete. Run again,
/// it finds its work done.
#[derive(Clone, Debug)]
pub struct Publish {
    staged: Arc<Staged>,
}

impl Publish {
    /// Publishes a write that has begun.
    pub fn new(staged: Staged) -> Self {
        Self {
            staged: Arc::new(staged),
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
        object.expect("publish", 1)?;
        Ok(Self::new(object.serde("staged")?))
    }
}

/// One row a file.
pub(super) fn written_rows(files: &[WrittenFile]) -> Result<Partition, OpError> {
    let paths = files.iter().map(|file| file.path.as_str());
    let counts = |of: fn(&WrittenFile) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(files.iter().map(of)))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from_iter_values(paths)),
        counts(|file| file.rows),
        counts(|file| file.bytes),
    ];
    let meta = Publish::written_meta();
    let batch = Chunk::new(columns, files.len()).into_batch(&meta)?;
    Ok(Partition::try_new(meta, vec![batch])?)
}

impl SinkSpec for Publish {
    fn open(&self, meta: &Arc<Meta>, task: &TaskInputs<'_>) -> Result<Box<dyn Sink>, OpError> {
        Ok(Box::new(Running {
            staged: Arc::clone(&self.staged),
            env: task.env.clone(),
            meta: Arc::clone(meta),
            files: Vec::new(),
        }))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("publish", 1, |o| o.serde("staged", &*self.staged));
    }
}

struct Running {
    staged: Arc<Staged>,
    env: Env,
    meta: Arc<Meta>,
    files: Vec<WrittenFile>,
}

impl Sink for Running {
    fn push(&mut self, chunk: Chunk, _: &TaskContext<'_>) -> Result<Flow, OpError> {
        let batch = chunk.compact()?.into_batch(&self.meta)?;
        let rows = Batch::try_new(batch, Arc::clone(&self.meta))?.rows::<(String, u64, u64)>()?;
        let files = rows
            .into_iter()
            .map(|(path, rows, bytes)| WrittenFile { path, rows, bytes });
        self.files.extend(files);
        Ok(Flow::More)
    }

    fn finish(self: Box<Self>, cx: &TaskContext<'_>) -> Result<Made, OpError> {
        // The last moment at which the write can be cancelled.
        cx.check()?;
        let io = self.env.io(cx.cancel_token().clone());
        let files = self.staged.publish(&self.files, &io)?;
        Ok(TaskValue::Rows(written_rows(&files)?).into())
    }
}
