//! A source, step or sink with something to work on.

use std::sync::Arc;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_buffer::BooleanBuffer;
use swath_batch::{Chunk, Partition, Pieces, Value};
use swath_graph::{Decoder, EncodeError, Encoder};
use swath_kernels::take_columns;
use swath_memory::CancelToken;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use crate::estimate::Expected;
use crate::{
    OpError, Pipeline, SinkSpec, Source, SourceSpec, StepSpec, TaskInputs, TaskValue, sink,
};

/// One source, step or sink, and what is put into it. There may be several cases of a kind.
#[derive(Clone)]
pub struct Case {
    pub(super) part: Part,
    /// Rows that reach a step or sink.
    pub(super) input: Option<Partition>,
    /// What a task of a source depends on.
    pub(super) inputs: Vec<TaskValue>,
    pub(super) answer: Answer,
    /// What a part is called that is no data, and so cannot be encoded.
    pub(super) local: Option<&'static str>,
}

/// What of a value must always be the same.
type Answer = Arc<dyn Fn(&TaskValue) -> Vec<String>>;

/// What a case is about.
#[derive(Clone, Debug)]
pub enum Part {
    /// A source; its first task is run.
    Source(Arc<dyn SourceSpec>),
    /// A step.
    Step(Arc<dyn StepSpec>),
    /// A sink.
    Sink(Arc<dyn SinkSpec>),
}

/// How rows are cut into chunks.
#[derive(Clone, Debug, Default)]
pub struct Chunking {
    /// Where cuts are, in rows; those beyond the end cut nothing.
    pub cuts: Vec<usize>,
    /// Whether each chunk has a dead row beside every live one.
    pub dead_rows: bool,
}

impl Case {
    /// A source whose first task depends on these values.
    pub fn source(source: Arc<dyn SourceSpec>, inputs: Vec<TaskValue>) -> Self {
        Self::new(Part::Source(source), None, inputs)
    }

    /// A step that these rows reach.
    pub fn step(step: Arc<dyn StepSpec>, input: Partition) -> Self {
        Self::new(Part::Step(step), Some(input), Vec::new())
    }

    /// A sink that these rows reach.
    pub fn sink(sink: Arc<dyn SinkSpec>, input: Partition) -> Self {
        Self::new(Part::Sink(sink), Some(input), Vec::new())
    }

    /// A step that is part of this process: encoding it is refused. It is checked in all other ways.
    pub fn local_step(kind: &'static str, step: Arc<dyn StepSpec>, input: Partition) -> Self {
        Self {
            local: Some(kind),
            ..Self::step(step, input)
        }
    }

    fn new(part: Part, input: Option<Partition>, inputs: Vec<TaskValue>) -> Self {
        Self {
            part,
            input,
            inputs,
            answer: Arc::new(texts),
            local: None,
        }
    }

    /// Says what of a value must always be the same, instead of all its rows in their order.
    #[must_use]
    pub fn answering(self, answer: impl Fn(&TaskValue) -> Vec<String> + 'static) -> Self {
        Self {
            answer: Arc::new(answer),
            ..self
        }
    }

    /// The part in the form it is sent.
    pub(super) fn encoded(&self) -> Vec<u8> {
        let bytes = self.try_encoded();
        bytes.expect("a part of a task can be encoded")
    }

    /// The same, or why it stays.
    pub(super) fn try_encoded(&self) -> Result<Vec<u8>, EncodeError> {
        let mut out = Encoder::new();
        match &self.part {
            Part::Source(source) => source.encode(&mut out),
            Part::Step(step) => step.encode(&mut out),
            Part::Sink(sink) => sink.encode(&mut out),
        }
        out.into_bytes()
    }

    /// Its kind, as written.
    pub(super) fn kind(&self) -> String {
        if let Some(kind) = self.local {
            return kind.to_owned();
        }
        let bytes = self.encoded();
        let kind = Decoder::new(&bytes).peek_kind().map(str::to_owned);
        kind.expect("a part is one object")
    }

    /// A task of the part, fed with the rows of the case.
    pub(super) fn pipeline(&self, chunking: &Chunking, upset: &Upset) -> Pipeline {
        let fed = || {
            let rows = self.input.as_ref().expect("steps and sinks have an input");
            let fed = Fed {
                meta: Arc::clone(rows.meta()),
                chunks: chunking.chunks(rows),
                upset: upset.clone(),
            };
            Arc::new(fed) as Arc<dyn SourceSpec>
        };
        let rows = || Arc::new(sink::Rows::passing());
        match &self.part {
            Part::Source(source) => Pipeline::new(Arc::clone(source), Vec::new(), rows()),
            Part::Step(step) => Pipeline::new(fed(), vec![Arc::clone(step)], rows()),
            Part::Sink(sink) => Pipeline::new(fed(), Vec::new(), Arc::clone(sink)),
        }
    }
}

impl Chunking {
    fn chunks(&self, rows: &Partition) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = self
            .cut(rows)
            .batches()
            .iter()
            .map(Chunk::from_batch)
            .collect();
        if self.dead_rows {
            chunks = chunks.iter().map(with_dead_rows).collect();
        }
        chunks
    }

    /// The same rows in batches that are cut here.
    fn cut(&self, rows: &Partition) -> Partition {
        let mut cuts: Vec<u64> = self.cuts.iter().map(|cut| *cut as u64).collect();
        cuts.extend([0, rows.rows()]);
        cuts.retain(|cut| *cut <= rows.rows());
        cuts.sort_unstable();
        let batches = cuts
            .windows(2)
            .flat_map(|pair| rows.slice(pair[0], pair[1] - pair[0]).batches().to_vec());
        Partition::try_new(Arc::clone(rows.meta()), batches.collect())
            .expect("slices of a partition make one")
    }

    /// The same value, its rows in other batches.
    pub(super) fn cut_value(&self, value: &TaskValue) -> TaskValue {
        match value {
            TaskValue::Rows(rows) => TaskValue::Rows(self.cut(rows)),
            TaskValue::Pieces(pieces) => {
                let rows = self.cut(pieces.rows());
                let pieces = Pieces::try_new(rows, pieces.offsets());
                TaskValue::Pieces(pieces.expect("the rows are as many"))
            }
            TaskValue::List(values) => {
                TaskValue::List(values.iter().map(|value| self.cut_value(value)).collect())
            }
            TaskValue::User(value) => TaskValue::User(value.clone()),
        }
    }
}

/// Each row twice, the second one dead.
fn with_dead_rows(chunk: &Chunk) -> Chunk {
    let rows = UInt32Array::from_iter_values((0..2 * chunk.rows as u32).map(|row| row / 2));
    let columns = take_columns(&chunk.columns, &rows).expect("the rows are there");
    let live: BooleanBuffer = (0..2 * chunk.rows).map(|row| row % 2 == 0).collect();
    Chunk::new(columns, 2 * chunk.rows).select(&live)
}

/// Every row of a value as text, in order.
pub(super) fn texts(value: &TaskValue) -> Vec<String> {
    let of_batch = |batch: &RecordBatch| -> Vec<String> {
        let row = |row| {
            let columns = batch.columns().iter();
            let values = columns.map(|column| format!("{:?}", Value::from_array(column, row)));
            values.collect::<Vec<_>>().join(", ")
        };
        (0..batch.num_rows()).map(row).collect()
    };
    match value {
        TaskValue::Rows(rows) => rows.batches().iter().flat_map(of_batch).collect(),
        TaskValue::Pieces(pieces) => {
            let mut rows: Vec<String> = pieces.rows().batches().iter().flat_map(of_batch).collect();
            rows.push(format!("cut at {:?}", pieces.offsets()));
            rows
        }
        TaskValue::List(values) => values.iter().flat_map(texts).collect(),
        TaskValue::User(value) => vec![format!("{value:?}")],
    }
}

/// What goes wrong on the way to a step or sink.
#[derive(Clone, Debug, Default)]
pub(super) enum Upset {
    #[default]
    Nothing,
    /// The source fails in place of this chunk.
    Fails(usize),
    /// The run is cancelled when this chunk is asked for.
    Cancels(usize, CancelToken),
}

/// The chunks of a case.
#[derive(Debug)]
struct Fed {
    meta: Arc<Meta>,
    chunks: Vec<Chunk>,
    upset: Upset,
}

impl SourceSpec for Fed {
    fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    fn open<'a>(&'a self, _: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError> {
        Ok(Box::new(Feeding { fed: self, next: 0 }))
    }

    fn expected(&self, _: usize, _: &[u64]) -> Expected {
        Expected::all(0, &self.meta)
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("fed", 1, |_| {});
    }
}

struct Feeding<'a> {
    fed: &'a Fed,
    next: usize,
}

impl Source for Feeding<'_> {
    fn next(&mut self, _: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        match &self.fed.upset {
            Upset::Fails(at) if *at == self.next => {
                return Err(OpError::ValueKind {
                    input: *at,
                    expected: "a chunk",
                    found: "a failure",
                });
            }
            Upset::Cancels(at, token) if *at == self.next => token.cancel(),
            _ => {}
        }
        self.next += 1;
        Ok(self.fed.chunks.get(self.next - 1).cloned())
    }
}
