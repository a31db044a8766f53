//! The bytes of each column.

use std::sync::Arc;

use arrow_array::{ArrayRef, UInt64Array};
use swath_batch::{BufferBytes, Chunk};
use swath_graph::{Decoder, Encoder};
use swath_meta::{DType, Field, Index, Meta};
use swath_scheduler::TaskContext;

use super::{Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// One row in place of those of a task: the bytes of the buffers of each column, those that several of its chunks share once.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryUsage;

impl MemoryUsage {
    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        from.object()?.expect("memory-usage", 1)?;
        Ok(Self)
    }
}

impl StepSpec for MemoryUsage {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        let names = input.fields().iter().map(|field| Arc::clone(&field.name));
        let fields = names.map(|name| Field::new(name, DType::UInt64, false));
        Ok(Arc::new(Meta::try_new(fields, Index::none())?))
    }

    fn open(&self, input: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        let columns = (0..input.len()).map(|_| BufferBytes::default());
        Ok(Box::new(Running(columns.collect())))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        (Kept::default(), input.at_most(1))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("memory-usage", 1, |_| {});
    }
}

struct Running(Vec<BufferBytes>);

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        _: &TaskContext<'_>,
        _: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        for (bytes, column) in self.0.iter_mut().zip(&chunk.columns) {
            bytes.add(column);
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, _: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        let totals = self.0.iter().map(BufferBytes::total);
        let columns = totals.map(|bytes| Arc::new(UInt64Array::from(vec![bytes])) as ArrayRef);
        out.push(Chunk::new(columns.collect(), 1))?;
        Ok(())
    }
}
