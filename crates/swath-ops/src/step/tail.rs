//! The last rows.

use std::collections::VecDeque;
use std::sync::Arc;

use swath_batch::{BufferBytes, Chunk};
use swath_graph::{Decoder, Encoder};
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Lets only the last `rows` rows of a task through, in their order.
#[derive(Clone, Copy, Debug)]
pub struct Tail {
    rows: u64,
}

impl Tail {
    /// At most `rows` rows.
    pub fn new(rows: u64) -> Self {
        Self { rows }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("tail", 1)?;
        Ok(Self {
            rows: object.u64("rows")?,
        })
    }
}

impl StepSpec for Tail {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::new(input.clone()))
    }

    fn open(&self, _: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        Ok(Box::new(Running {
            wanted: self.rows,
            kept: VecDeque::new(),
            rows: 0,
            bytes: BufferBytes::default(),
            gone: 0,
            reserved: None,
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        let last = input.at_most(self.rows);
        (last.or_fewer().kept(), last)
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("tail", 1, |o| o.u64("rows", self.rows));
    }
}

/// Holds the chunks that can still hold one of the last rows: at most one chunk more than wanted.
struct Running {
    wanted: u64,
    kept: VecDeque<Chunk>,
    rows: u64,
    /// The buffers of what is kept, and of chunks that are gone since they were counted.
    bytes: BufferBytes,
    gone: usize,
    reserved: Option<Reservation>,
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
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        _: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        self.count(&chunk);
        self.reserved
            .get_or_insert_with(|| cx.reserve("last rows"))
            .try_resize(self.bytes.total())?;
        self.rows += chunk.rows as u64;
        self.kept.push_back(chunk);
        while let Some(first) = self.kept.front() {
            if self.rows - (first.rows as u64) < self.wanted {
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
        let mut surplus = self.rows.saturating_sub(self.wanted) as usize;
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
