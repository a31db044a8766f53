//! One piece of every split, in input order: the receiving side of an exchange.

use std::sync::Arc;

use swath_batch::{Chunk, Partition};
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::{Pinned, TaskContext};
use swath_shuffle::gather;

use super::{Source, SourceSpec, TaskInputs};
use crate::estimate::Expected;
use crate::{OpError, TaskValue};

/// Task `i` reads piece `targets[i]` of each value in the list that its one dependency collected, zero-copy.
#[derive(Clone, Debug)]
pub struct Gather {
    meta: Arc<Meta>,
    targets: Arc<[u32]>,
}

impl Gather {
    /// Gathers rows of these columns, one target a task.
    pub fn new(meta: Arc<Meta>, targets: Vec<u32>) -> Self {
        Self {
            meta,
            targets: targets.into(),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("gather", 1)?;
        Ok(Self::new(
            Arc::new(object.serde("meta")?),
            object.serde("targets")?,
        ))
    }
}

impl SourceSpec for Gather {
    fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    fn open<'a>(&'a self, task: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError> {
        let pinned = task.values.open(0).map_err(OpError::Input)?;
        let TaskValue::List(values) = &*pinned else {
            return Err(OpError::ValueKind {
                input: 0,
                expected: "a list",
                found: pinned.kind(),
            });
        };
        let pieces = values
            .iter()
            .enumerate()
            .map(|(input, value)| match value {
                TaskValue::Pieces(pieces) => Ok(pieces),
                other => Err(OpError::ValueKind {
                    input,
                    expected: "pieces",
                    found: other.kind(),
                }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let rows = if pieces.is_empty() {
            Partition::empty(Arc::clone(&self.meta))
        } else {
            gather(pieces, self.targets[task.index] as usize)?
        };
        Ok(Box::new(Reading {
            rows,
            next: 0,
            pinned: Some(pinned),
        }))
    }

    fn expected(&self, _: usize, inputs: &[u64]) -> Expected {
        // Whether targets are alike only the pieces know.
        let all: u64 = inputs.iter().sum();
        let one = all / self.targets.len().max(1) as u64;
        Expected::all(one, &self.meta).or_fewer()
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("gather", 1, |o| {
            o.serde("meta", &*self.meta);
            o.serde("targets", &*self.targets);
        });
    }
}

/// Slices of the collected pieces; they share the pieces' buffers, which stay pinned until the last slice has been used.
struct Reading<'a> {
    rows: Partition,
    next: usize,
    pinned: Option<Pinned<'a, TaskValue>>,
}

impl Source for Reading<'_> {
    fn next(&mut self, _: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        let chunk = self.rows.batches().get(self.next).map(Chunk::from_batch);
        self.next += 1;
        if chunk.is_none() {
            self.pinned = None;
        }
        Ok(chunk)
    }
}
