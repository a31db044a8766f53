//! The first rows.

use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Lets the first `rows` rows of a task through and stops the source.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    rows: u64,
}

impl Limit {
    /// At most `rows` rows.
    pub fn new(rows: u64) -> Self {
        Self { rows }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("limit", 1)?;
        Ok(Self {
            rows: object.u64("rows")?,
        })
    }
}

impl StepSpec for Limit {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::new(input.clone()))
    }

    fn open(&self, _: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        Ok(Box::new(Running { left: self.rows }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        (Kept::default(), input.at_most(self.rows))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("limit", 1, |o| o.u64("rows", self.rows));
    }
}

struct Running {
    left: u64,
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        _: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        if self.left == 0 {
            return Ok(Flow::Enough);
        }
        let chunk = if chunk.live_rows() as u64 > self.left {
            chunk.compact()?.slice(0, self.left as usize)
        } else {
            chunk
        };
        self.left -= chunk.live_rows() as u64;
        let flow = out.push(chunk)?;
        Ok(if self.left == 0 { Flow::Enough } else { flow })
    }
}
