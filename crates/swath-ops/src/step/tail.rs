//! The last rows.

use std::collections::VecDeque;
use std::sync::Arc;

use swath_batch::{BufferBytes, Chunk};
use swath_graph::{Decoder, Encoder};
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::reach::{InOrder, counts, last_count};
use super::{Reach, Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Lets only the last rows of a task through, in their order.
#[derive(Clone, Copy, Debug)]
pub struct Tail {
    reach: Reach,
}

impl Tail {
    /// At most `rows` rows.
    pub fn new(rows: u64) -> Self {
        Self::reaching(Reach::Rows(rows))
    }

    /// The rows within reach of the last one, which is one of them.
    pub fn reaching(reach: Reach) -> Self {
        Self { reach }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("tail", 2)?;
        Ok(Self {
            reach: Reach::decode(&object.object("reach")?)?,
        })
    }
}

impl StepSpec for Tail {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::new(input.clone()))
    }

    fn open(&self, input: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        Ok(Box::new(Running {
            wanted: self.reach,
            meta: Arc::new(input.clone()),
            kept: VecDeque::new(),
            rows: 0,
            bytes: BufferBytes::default(),
            gone: 0,
            reserved: None,
            order: self.reach.column().map(|column| InOrder::of(input, column)),
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        let last = match self.reach {
            Reach::Rows(rows) => input.at_most(rows),
            Reach::Within { .. } => input,
        };
        (last.or_fewer().kept(), last.or_fewer())
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("tail", 2, |o| {
            o.object("reach", |out| self.reach.encode(out));
        });
    }
}

/// Holds the chunks that can still hold one of the last rows: at most one chunk more than wanted.
struct Running {
    wanted: Reach,
    meta: Arc<Meta>,
    kept: VecDeque<Chunk>,
    rows: u64,
    /// The buffers of what is kept, and of chunks that are gone since they were counted.
    bytes: BufferBytes,
    gone: usize,
    reserved: Option<Reservation>,
    /// Of the counts, if they are looked at.
    order: Option<InOrder>,
}

impl Running {
    /// Counts a chunk that came, and all of them anew when an eighth of those counted is gone: what is reserved is never much
    /// more than what is kept, and counting never takes long.
    fn count(&mut self, chunk: &Chunk) {
        if self.gone * 8 > self.kept.len() {
            self.bytes = BufferBytes::default();
            self.gone = 0;
            for chunk in &self.kept {
                chunk.count_bytes(&mut self.bytes);
            }
        }
        chunk.count_bytes(&mut self.bytes);
    }

    /// Whether none of the last rows is in the first chunk, given the count of the last row of all.
    fn is_over(&self, first: &Chunk, last: i64) -> Result<bool, OpError> {
        Ok(match self.wanted {
            Reach::Rows(wanted) => self.rows - first.rows as u64 >= wanted,
            Reach::Within { column, distance } => {
                last_count(&self.meta, column, first)? < last.saturating_sub_unsigned(distance)
            }
        })
    }

    /// How many rows of the first chunk are none of the last.
    fn surplus(&self) -> Result<usize, OpError> {
        let (Some(first), Some(last)) = (self.kept.front(), self.kept.back()) else {
            return Ok(0);
        };
        Ok(match self.wanted {
            Reach::Rows(wanted) => self.rows.saturating_sub(wanted) as usize,
            Reach::Within { column, distance } => {
                let last = last_count(&self.meta, column, last)?;
                let nearest = last.saturating_sub_unsigned(distance);
                let counts = counts(&self.meta, column, &first.columns[column])?;
                counts.values().partition_point(|count| *count < nearest)
            }
        })
    }
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        _: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        if chunk.rows == 0 {
            return Ok(Flow::More);
        }
        let counts = self.order.as_mut().map(|order| order.next(&chunk));
        let last = counts
            .transpose()?
            .map_or(0, |counts| counts.value(chunk.rows - 1));
        self.count(&chunk);
        self.reserved
            .get_or_insert_with(|| cx.reserve("last rows"))
            .try_resize(self.bytes.total())?;
        self.rows += chunk.rows as u64;
        self.kept.push_back(chunk);
        while let Some(first) = self.kept.front() {
            if !self.is_over(first, last)? {
                break;
            }
            self.rows -= first.rows as u64;
            self.kept.pop_front();
            self.gone += 1;
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, _: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        // From here on whoever keeps the rows reserves them.
        self.reserved = None;
        let mut surplus = self.surplus()?;
        for chunk in self.kept.drain(..) {
            let skipped = surplus.min(chunk.rows);
            surplus -= skipped;
            if out.push(chunk.slice(skipped, chunk.rows - skipped))? == Flow::Enough {
                break;
            }
        }
        Ok(())
    }
}
