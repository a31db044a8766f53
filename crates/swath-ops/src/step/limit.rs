//! The first rows.

use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::reach::InOrder;
use super::{Reach, Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Lets the first rows of a task through and stops the source.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    reach: Reach,
}

impl Limit {
    /// At most `rows` rows.
    pub fn new(rows: u64) -> Self {
        Self::reaching(Reach::Rows(rows))
    }

    /// The rows within reach of the first one, which is one of them.
    pub fn reaching(reach: Reach) -> Self {
        Self { reach }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("limit", 2)?;
        Ok(Self {
            reach: Reach::decode(&object.object("reach")?)?,
        })
    }
}

impl StepSpec for Limit {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::new(input.clone()))
    }

    fn open(&self, input: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        Ok(match self.reach {
            Reach::Rows(rows) => Box::new(Counting { left: rows }),
            Reach::Within { column, distance } => Box::new(Measuring {
                order: InOrder::of(input, column),
                distance,
                furthest: None,
            }),
        })
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        let first = match self.reach {
            Reach::Rows(rows) => input.at_most(rows),
            Reach::Within { .. } => input.or_fewer(),
        };
        (Kept::default(), first)
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("limit", 2, |o| {
            o.object("reach", |out| self.reach.encode(out));
        });
    }
}

struct Counting {
    left: u64,
}

impl Step for Counting {
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

struct Measuring {
    order: InOrder,
    distance: u64,
    /// The last count within reach of the first row, once there was one.
    furthest: Option<i64>,
}

impl Step for Measuring {
    fn push(
        &mut self,
        chunk: Chunk,
        _: &TaskContext<'_>,
        out: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        if chunk.rows == 0 {
            return Ok(Flow::More);
        }
        let counts = self.order.next(&chunk)?;
        let counts = counts.values();
        let furthest = *self
            .furthest
            .get_or_insert_with(|| counts[0].saturating_add_unsigned(self.distance));
        let within = counts.partition_point(|count| *count <= furthest);
        let flow = out.push(chunk.slice(0, within))?;
        Ok(if within < chunk.rows {
            Flow::Enough
        } else {
            flow
        })
    }
}
