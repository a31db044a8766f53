//! The first rows of an order, without sorting the rest.

use std::sync::Arc;

use arrow_array::Array;
use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_kernels::SortKey;
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Step, StepSpec};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::{Env, OpError, Output};

/// Keeps the `k` rows that come first under the sort keys; of equal rows, those that came earlier.
///
/// The rows leave sorted. Because ties follow input order, merging partial results in partition order
/// gives the same answer as one pass over all rows.
#[derive(Clone, Debug)]
pub struct TopK {
    k: u64,
    keys: Vec<SortKey>,
}

impl TopK {
    /// The first `k` rows by `keys`.
    pub fn new(k: u64, keys: Vec<SortKey>) -> Self {
        Self { k, keys }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("top-k", 1)?;
        let mut keys = Vec::new();
        for item in object.list("keys")? {
            let key = item.object()?;
            key.expect("sort-key", 1)?;
            keys.push(SortKey {
                column: key.u64("column")? as usize,
                descending: key.bool("descending")?,
                nulls_last: key.bool("nulls_last")?,
            });
        }
        Ok(Self {
            k: object.u64("k")?,
            keys,
        })
    }
}

impl StepSpec for TopK {
    fn infer(&self, input: &Meta, _: &Env) -> Result<Arc<Meta>, OpError> {
        Ok(Arc::new(input.clone()))
    }

    fn open(&self, _: &Meta, _: &Env) -> Result<Box<dyn Step>, OpError> {
        let best = swath_kernels::TopK::new(self.k as usize, self.keys.clone());
        Ok(Box::new(Running {
            best: Some(best),
            reserved: None,
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        let best = input.at_most(self.k);
        let kept = Kept {
            least: 0,
            most: 2 * best.bytes,
        };
        (kept, best)
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("top-k", 1, |o| {
            o.u64("k", self.k);
            o.list("keys", self.keys.iter(), |out, key| {
                out.object("sort-key", 1, |o| {
                    o.u64("column", key.column as u64);
                    o.bool("descending", key.descending);
                    o.bool("nulls_last", key.nulls_last);
                });
            });
        });
    }
}

struct Running {
    best: Option<swath_kernels::TopK>,
    reserved: Option<Reservation>,
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        _: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let Some(best) = &mut self.best else {
            return Ok(Flow::Enough);
        };
        let changed = best.push(&chunk, || Ok::<_, OpError>(cx.check()?))?;
        // Counting what is kept takes longer than passing over a chunk.
        if changed {
            self.reserved
                .get_or_insert_with(|| cx.reserve("top-k rows"))
                .try_resize(best.bytes())?;
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        let Some(best) = self.best.take() else {
            return Ok(());
        };
        for columns in best.finish(|| Ok::<_, OpError>(cx.check()?))? {
            cx.check()?;
            let columns = columns?;
            let rows = columns.first().map_or(0, Array::len);
            if out.push(Chunk::new(columns, rows))? == Flow::Enough {
                break;
            }
        }
        self.reserved = None;
        Ok(())
    }
}
