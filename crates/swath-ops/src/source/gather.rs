//! One piece of every split, in input order: the receiving side of an exchange.

use std::sync::Arc;

use swath_batch::{Chunk, Pieces};
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Source, SourceSpec, TaskInputs};
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
        let list = task.values.open(0).map_err(OpError::Input)?;
        let TaskValue::List(values) = &*list else {
            return Err(OpError::ValueKind {
                input: 0,
                expected: "a list",
                found: list.kind(),
            });
        };
        let mut chunks = Vec::new();
        for (input, value) in values.iter().enumerate() {
            let TaskValue::Pieces(pieces) = value else {
                return Err(OpError::ValueKind {
                    input,
                    expected: "pieces",
                    found: value.kind(),
                });
            };
            push_piece(pieces, self.targets[task.index] as usize, &mut chunks);
        }
        Ok(Box::new(Reading {
            chunks: chunks.into_iter(),
        }))
    }

    fn estimate(&self, _: usize) -> Option<u64> {
        None
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("gather", 1, |o| {
            o.serde("meta", &*self.meta);
            o.serde("targets", &*self.targets);
        });
    }
}

fn push_piece(pieces: &Pieces, target: usize, chunks: &mut Vec<Chunk>) {
    for batch in pieces.piece(target).batches() {
        chunks.push(Chunk::from_batch(batch));
    }
}

/// Slices of the collected pieces; they share the pieces' buffers, so holding them costs nothing more.
struct Reading {
    chunks: std::vec::IntoIter<Chunk>,
}

impl Source for Reading {
    fn next(&mut self, _: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        Ok(self.chunks.next())
    }
}
