//! A few rows that the plan knows already.

use std::sync::Arc;

use swath_batch::{Chunk, Partition};
use swath_graph::{Decoder, Encoder};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Source, SourceSpec, TaskInputs};
use crate::OpError;
use crate::estimate::Expected;

/// Rows inside the task itself: answers that statistics gave, empty frames. Data handed in from memory
/// never comes this way; it is held by the backend.
#[derive(Clone, Debug)]
pub struct Constant {
    rows: Partition,
    /// Encoded when it was made, so that writing the task cannot fail.
    encoded: Arc<[u8]>,
}

impl Constant {
    /// These rows, for each task of the stage.
    ///
    /// # Errors
    /// Rows that Arrow IPC cannot carry.
    pub fn try_new(rows: Partition) -> Result<Self, OpError> {
        let encoded = rows.encode()?.into();
        Ok(Self { rows, encoded })
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("constant", 1)?;
        let encoded = object.bytes("rows")?;
        Ok(Self {
            rows: Partition::decode(encoded)?,
            encoded: encoded.into(),
        })
    }
}

impl SourceSpec for Constant {
    fn meta(&self) -> &Arc<Meta> {
        self.rows.meta()
    }

    fn open<'a>(&'a self, _: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError> {
        Ok(Box::new(Reading {
            rows: &self.rows,
            next: 0,
        }))
    }

    fn expected(&self, _: usize, _: &[u64]) -> Expected {
        Expected {
            rows: self.rows.rows(),
            ..Expected::all(self.rows.bytes(), self.rows.meta())
        }
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("constant", 1, |o| o.bytes("rows", &self.encoded));
    }
}

struct Reading<'a> {
    rows: &'a Partition,
    next: usize,
}

impl Source for Reading<'_> {
    fn next(&mut self, _: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        let chunk = self.rows.batches().get(self.next).map(Chunk::from_batch);
        self.next += 1;
        Ok(chunk)
    }
}
