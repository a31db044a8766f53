//! The rows of a partition, until a function may see all of them.

use std::sync::Arc;

use swath_batch::{Batch, BufferBytes, Chunk, Partition};
use swath_memory::Reservation;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use crate::OpError;

/// Rows that are kept, and the room that is reserved for them.
#[derive(Default)]
pub(crate) struct Gathered {
    chunks: Vec<Chunk>,
    bytes: BufferBytes,
    reserved: Option<Reservation>,
}

impl Gathered {
    /// Keeps some more.
    pub(crate) fn push(&mut self, chunk: Chunk, cx: &TaskContext<'_>) -> Result<(), OpError> {
        chunk.count_bytes(&mut self.bytes);
        self.reserved
            .get_or_insert_with(|| cx.reserve("the rows of a partition for a function"))
            .try_resize(self.bytes.total())?;
        self.chunks.push(chunk);
        Ok(())
    }

    /// All of them as one batch, which stays reserved until [`handed_on`](Self::handed_on).
    pub(crate) fn take(&mut self, meta: &Arc<Meta>) -> Result<Batch, OpError> {
        if self.chunks.len() > 1
            && let Some(reserved) = &mut self.reserved
        {
            // Twice there while they are joined.
            reserved.try_resize(self.bytes.total().saturating_mul(2))?;
        }
        self.bytes = BufferBytes::default();
        let rows = Partition::from_chunks(Arc::clone(meta), self.chunks.drain(..))?;
        Ok(rows.to_batch()?)
    }

    /// From here on whoever keeps the rows reserves them.
    pub(crate) fn handed_on(&mut self) {
        self.reserved = None;
    }
}
