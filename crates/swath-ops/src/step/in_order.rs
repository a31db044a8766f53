//! Columns made from rows in their order.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::{BufferBytes, Chunk};
use swath_expr::{Params, Spelling};
use swath_graph::{Decoder, Encoder};
use swath_kernels::{KernelError, Ordered, Waiting};
use swath_memory::Reservation;
use swath_meta::{Field, Meta};
use swath_scheduler::TaskContext;

use super::{AggregateError, Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Adds columns that are made from the rows of others in their order: shifted, cumulative, rolling.
///
/// A task has to read all the rows, in their order, for the answers to be right: the plan sees to it. Rows leave in their order,
/// and wait where an answer looks ahead.
#[derive(Clone, Debug)]
pub struct InOrder {
    calls: Vec<OrderedCall>,
}

/// One column that is made.
#[derive(Clone, Debug)]
pub struct OrderedCall {
    /// Position of the column that is read.
    pub column: usize,
    /// What is done with it.
    pub operation: Ordered,
    /// Name of the column that is made.
    pub output: Arc<str>,
    /// How what is read was written, for messages.
    pub spelling: Spelling,
}

impl InOrder {
    /// The columns of the input, and behind them one for each call.
    pub fn new(calls: Vec<OrderedCall>) -> Self {
        Self { calls }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("in-order", 1)?;
        let mut calls = Vec::new();
        for item in object.list("calls")? {
            let call = item.object()?;
            call.expect("ordered-call", 1)?;
            let params = Params::decode(&call)?;
            let operation = Ordered::from_parts(call.str("operation")?, params.as_slice())?;
            calls.push(OrderedCall {
                column: call.u64("column")? as usize,
                operation: operation
                    .ok_or_else(|| call.invalid("operation", "there is no such operation"))?,
                output: Arc::from(call.str("output")?),
                spelling: Spelling {
                    text: Arc::from(call.str("text")?),
                    code: Arc::from(call.str("code")?),
                },
            });
        }
        Ok(Self { calls })
    }
}

impl StepSpec for InOrder {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        let mut fields = input.fields().to_vec();
        for call in &self.calls {
            let read = &input.fields()[call.column];
            fields.push(Field {
                name: Arc::clone(&call.output),
                dtype: call.operation.infer(&read.dtype)?,
                nullable: call.operation.is_nullable(read.nullable),
            });
        }
        Ok(Arc::new(Meta::try_new(fields, input.index())?))
    }

    fn open(&self, input: &Meta, env: &Env) -> Result<Box<dyn Step>, OpError> {
        let output = self.infer(input, env)?;
        let made = &output.fields()[input.fields().len()..];
        let passes = self.calls.iter().zip(made).map(|(call, field)| {
            Ok(Pass {
                rows: call.operation.open(&input.fields()[call.column].dtype)?,
                settled: Waiting::new(field.dtype.border()),
                call: call.clone(),
            })
        });
        Ok(Box::new(Running {
            passes: passes.collect::<Result<_, OpError>>()?,
            chunks: VecDeque::new(),
            reserved: None,
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        (Kept::default(), input.with_columns(1, 1 + self.calls.len()))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("in-order", 1, |o| {
            o.list("calls", self.calls.iter(), |out, call| {
                out.object("ordered-call", 1, |o| {
                    o.u64("column", call.column as u64);
                    o.str("operation", call.operation.name());
                    Params::from(&call.operation).encode(o);
                    o.str("output", &call.output);
                    o.str("text", &call.spelling.text);
                    o.str("code", &call.spelling.code);
                });
            });
        });
    }
}

/// One column while it is made.
struct Pass {
    call: OrderedCall,
    rows: Box<dyn swath_kernels::InOrder>,
    /// Answers whose rows wait for another column's.
    settled: Waiting,
}

impl Pass {
    fn failed(&self, source: KernelError) -> OpError {
        OpError::from(AggregateError {
            function: self.call.operation.name().into(),
            input: Some(self.call.spelling.clone()),
            group: Vec::new(),
            source,
        })
    }

    fn push(&mut self, rows: &ArrayRef) -> Result<(), OpError> {
        let settled = self.rows.push(rows).map_err(|error| self.failed(error))?;
        self.settled.push(settled);
        Ok(())
    }
}

struct Running {
    passes: Vec<Pass>,
    /// Rows whose answers are not all settled, oldest first.
    chunks: VecDeque<Chunk>,
    reserved: Option<Reservation>,
}

impl Running {
    /// Hands on the chunks whose answers are settled.
    fn hand_on(&mut self, out: &mut dyn Output) -> Result<Flow, OpError> {
        let settled = self.passes.iter().map(|pass| pass.settled.rows()).min();
        let mut settled = settled.unwrap_or(usize::MAX);
        while let Some(chunk) = self.chunks.pop_front() {
            if chunk.rows > settled {
                self.chunks.push_front(chunk);
                break;
            }
            settled -= chunk.rows;
            let mut columns = chunk.columns;
            for pass in &mut self.passes {
                columns.push(pass.settled.take(chunk.rows)?);
            }
            if out.push(Chunk::new(columns, chunk.rows))? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// Reserves what waits, if anything does.
    fn reserve(&mut self, cx: &TaskContext<'_>) -> Result<(), OpError> {
        let mut bytes = BufferBytes::default();
        for chunk in &self.chunks {
            chunk.count_bytes(&mut bytes);
        }
        let mut kept = 0;
        for pass in &self.passes {
            pass.settled.count_bytes(&mut bytes);
            kept += pass.rows.bytes();
        }
        self.reserved
            .get_or_insert_with(|| cx.reserve("rows that wait for others"))
            .try_resize(bytes.total() + kept)?;
        Ok(())
    }
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        if chunk.rows == 0 {
            return Ok(Flow::More);
        }
        for pass in &mut self.passes {
            pass.push(&chunk.columns[pass.call.column])?;
        }
        self.chunks.push_back(chunk);
        let flow = self.hand_on(out)?;
        self.reserve(cx)?;
        Ok(flow)
    }

    fn finish(&mut self, _: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        // From here on whoever keeps the rows reserves them.
        self.reserved = None;
        for pass in &mut self.passes {
            let rest = pass.rows.finish();
            if let Some(rest) = rest.map_err(|error| pass.failed(error))? {
                pass.settled.push(rest);
            }
        }
        self.hand_on(out)?;
        Ok(())
    }
}
