//! Hands the rows of a task to a sink of a plugin.

use std::sync::{Arc, OnceLock};

use arrow_array::{ArrayRef, StringViewArray, UInt64Array};
use swath_batch::{Chunk, Host, Partition};
use swath_divisions::Divisions;
use swath_expr::{Params, PluginName};
use swath_graph::{Decoder, Encoder, Name};
use swath_meta::{DType, Field, Index, Meta};
use swath_plugin_host::{CallError, SinkRun};
use swath_scheduler::TaskContext;

use super::{Made, Ongoing, Sink, SinkSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::plugin::{PluginError, PluginSink};
use crate::step::InTask;
use crate::{Env, OpError, TaskInputs, TaskValue};

/// Hands the rows of partition N, N being the task's position, to a sink of a plugin, as they come; the value is one row: the receipt,
/// and how many rows there were.
///
/// It is data: the function is named down to the hash of its plugin, and found in the process that runs the task.
#[derive(Clone, Debug)]
pub struct Deliver {
    function: PluginName,
    params: Params,
    write: Arc<Ongoing>,
    partitions: usize,
    /// The function, once a task has found it.
    bound: Arc<OnceLock<PluginSink>>,
}

impl Deliver {
    /// A partition of so many, for this write.
    pub fn new(sink: &PluginSink, write: Arc<Ongoing>, partitions: usize) -> Self {
        Self {
            function: sink.name().clone(),
            params: sink.params().clone(),
            write,
            partitions,
            bound: Arc::default(),
        }
    }

    /// The columns of the value: `receipt`, a JSON text, and `rows`.
    pub fn receipt_meta() -> Arc<Meta> {
        let fields = [
            Field::new("receipt", DType::String, false),
            Field::new("rows", DType::UInt64, false),
        ];
        Arc::new(Meta::try_new(fields, Index::none()).expect("two different names"))
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("deliver", 1)?;
        let function = PluginName::of_marked(object.str("function")?)
            .ok_or_else(|| object.invalid("function", "it is no function of a plugin"))?;
        Ok(Self {
            function,
            params: Params::decode(&object)?,
            write: Ongoing::named(object.str("write")?),
            partitions: object.u64("partitions")? as usize,
            bound: Arc::default(),
        })
    }

    fn bound(&self, meta: &Meta, env: &Env) -> Result<PluginSink, OpError> {
        if let Some(bound) = self.bound.get() {
            return Ok(bound.clone());
        }
        let bound = env.plugins.sink(&self.function, &self.params, meta)?;
        Ok(self.bound.get_or_init(|| bound).clone())
    }
}

impl SinkSpec for Deliver {
    fn open(&self, meta: &Arc<Meta>, task: &TaskInputs<'_>) -> Result<Box<dyn Sink>, OpError> {
        Ok(Box::new(Running {
            sink: self.bound(meta, task.env)?,
            write: Arc::clone(&self.write),
            attempt: format!("{:032x}", Name::unique("attempt").print()),
            meta: Arc::clone(meta),
            place: (task.index, self.partitions),
            rows: 0,
            begun: None,
        }))
    }

    fn expected(&self, _: Expected) -> Kept {
        Kept::default()
    }

    fn may_ask_again(&self) -> bool {
        true
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("deliver", 1, |o| {
            o.str("function", &self.function.marked());
            self.params.encode(o);
            o.str("write", self.write.name());
            o.u64("partitions", self.partitions as u64);
        });
    }
}

struct Running {
    sink: PluginSink,
    write: Arc<Ongoing>,
    /// What tells this attempt at the partition from all others.
    attempt: String,
    meta: Arc<Meta>,
    /// Number and count.
    place: (usize, usize),
    rows: u64,
    /// Begun with the first chunk, or at the end of a partition without rows; with what the function may ask.
    begun: Option<(SinkRun, Arc<InTask>)>,
}

impl Running {
    /// Calls with the partition, which is begun if it was not.
    fn with<T>(
        &mut self,
        cx: &TaskContext<'_>,
        body: impl FnOnce(&mut SinkRun) -> Result<T, CallError>,
    ) -> Result<T, OpError> {
        let (number, count) = self.place;
        let task = if let Some((_, task)) = &self.begun {
            Arc::clone(task)
        } else {
            let divisions = Divisions::unknown(count);
            Arc::new(InTask::seeded(cx, number, divisions, (0, 0), 0))
        };
        let (write, attempt) = (Arc::clone(&self.write), &self.attempt);
        let (sink, begun) = (&self.sink, &mut self.begun);
        let done = write.during(|| {
            if begun.is_none() {
                let host: Arc<dyn Host> = Arc::<InTask>::clone(&task);
                let run = sink.bound().open(write.name(), attempt, host)?;
                *begun = Some((run, Arc::clone(&task)));
            }
            let (run, _) = begun.as_mut().expect("it was begun above");
            body(run)
        });
        self.ended(done, cx)
    }

    /// What a call gave, or why it gave nothing.
    fn ended<T>(
        &self,
        done: Option<Result<T, CallError>>,
        cx: &TaskContext<'_>,
    ) -> Result<T, OpError> {
        let Some(done) = done else {
            // Somebody cancelled it, or failed elsewhere.
            cx.check()?;
            let name = self.sink.name().to_string();
            return Err(PluginError::GivenUp { name }.into());
        };
        let (partition, of) = self.place;
        done.map_err(|source| {
            let error = PluginError::Part {
                partition,
                of,
                source,
            };
            error.into()
        })
    }
}

impl Sink for Running {
    fn push(&mut self, chunk: Chunk, cx: &TaskContext<'_>) -> Result<Flow, OpError> {
        let rows = Partition::from_chunks(Arc::clone(&self.meta), [chunk.compact()?])?;
        let rows = rows.to_batch()?;
        self.rows += rows.num_rows() as u64;
        self.with(cx, |run| run.push(&rows))?;
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>, cx: &TaskContext<'_>) -> Result<Made, OpError> {
        self.with(cx, |_| Ok(()))?;
        let (run, _task) = self.begun.take().expect("it was begun above");
        let done = self.write.during(|| run.finish());
        let receipt = self.ended(done, cx)?;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringViewArray::from_iter_values([receipt])),
            Arc::new(UInt64Array::from_iter_values([self.rows])),
        ];
        let meta = Deliver::receipt_meta();
        let batch = Chunk::new(columns, 1).into_batch(&meta)?;
        Ok(TaskValue::Rows(Partition::try_new(meta, vec![batch])?).into())
    }
}
