//! Rows on their way into the pieces of a merge.

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_schema::DataType;
use swath_batch::Chunk;
use swath_kernels::{hash_columns, take_columns};
use swath_memory::Reservation;
use swath_scheduler::TaskContext;
use swath_shuffle::group_by_target;

use crate::OpError;

/// Chunks that are kept until there are enough rows for several threads.
///
/// Reserved is what they show: codes, views and numbers. Text and dictionaries still belong to the input they came from.
pub(super) struct Wave {
    chunks: Vec<Chunk>,
    rows: usize,
    reserved: Reservation,
}

/// The chunks of a wave, each in the order of the pieces its rows go to.
pub(super) struct Scattered {
    pub(super) chunks: Vec<ByPiece>,
    pub(super) reserved: Reservation,
}

/// Rows in the order of their pieces.
pub(super) struct ByPiece {
    columns: Vec<ArrayRef>,
    offsets: Vec<u64>,
}

impl Wave {
    /// Pieces of a merge: enough to balance a few threads, few enough that each keeps its cache.
    pub(super) const PIECES: usize = 32;

    pub(super) fn new(cx: &TaskContext<'_>) -> Self {
        Self {
            chunks: Vec::new(),
            rows: 0,
            reserved: cx.reserve("partial groups"),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Keeps a chunk, of which all rows are live.
    pub(super) fn push(&mut self, chunk: Chunk) -> Result<(), OpError> {
        self.reserved
            .try_grow(chunk.columns.iter().map(|column| shown(column)).sum())?;
        self.rows += chunk.rows;
        self.chunks.push(chunk);
        Ok(())
    }

    /// Copies the rows of each chunk into the order of their pieces, by the first `keys` columns. Equal keys share a piece;
    /// rows of one piece stay in order.
    pub(super) fn scatter(
        mut self,
        keys: usize,
        cx: &TaskContext<'_>,
    ) -> Result<Scattered, OpError> {
        self.reserved.try_resize(2 * self.reserved.bytes())?;
        let scatter =
            |at: usize| ByPiece::try_new(&self.chunks[at], keys).map_err(OpError::into_task_error);
        let chunks = cx
            .parallel_for(self.chunks.len(), scatter)
            .map_err(OpError::Input)?;
        self.chunks.clear();
        let half = self.reserved.bytes() / 2;
        self.reserved.shrink(half);
        Ok(Scattered {
            chunks,
            reserved: self.reserved,
        })
    }
}

impl ByPiece {
    fn try_new(chunk: &Chunk, keys: usize) -> Result<Self, OpError> {
        let mut hashes = Vec::with_capacity(chunk.rows);
        hash_columns(&chunk.columns[..keys], chunk.rows, &mut hashes)?;
        let pieces: Vec<u32> = hashes.into_iter().map(piece_of).collect();
        let (offsets, order) = group_by_target(&pieces, Wave::PIECES);
        Ok(Self {
            columns: take_columns(&chunk.columns, &UInt32Array::from(order))?,
            offsets,
        })
    }

    /// The columns of one piece, and its rows.
    pub(super) fn piece(&self, piece: usize) -> (Vec<ArrayRef>, usize) {
        let first = self.offsets[piece] as usize;
        let rows = self.offsets[piece + 1] as usize - first;
        let columns = self.columns.iter().map(|column| column.slice(first, rows));
        (columns.collect(), rows)
    }
}

/// The piece of a hash: not by its high bits, which all rows of a partition that was made by hash have in common, and not by its
/// low ones, by which tables go.
fn piece_of(hash: u64) -> u32 {
    (hash >> 32) as u32 % Wave::PIECES as u32
}

/// Bytes that a slice shows of its own: not those of text and dictionaries that it shares.
fn shown(column: &dyn Array) -> u64 {
    let shown = match column.data_type() {
        DataType::Utf8View | DataType::BinaryView => 16 * column.len(),
        DataType::Dictionary(code, _) => code.primitive_width().unwrap_or(8) * column.len(),
        _ => {
            let data = column.to_data();
            data.get_slice_memory_size()
                .unwrap_or_else(|_| data.get_buffer_memory_size())
        }
    };
    shown as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use arrow_array::Int64Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use swath_shuffle::{HashPartitioner, Partitioner};

    use super::*;

    #[test]
    fn the_rows_of_one_partition_go_to_all_pieces() {
        let keys: ArrayRef = Arc::new(Int64Array::from_iter_values(0..100_000));
        for partitions in [1, 32, 64, 1000] {
            let by = HashPartitioner::try_new(["k"], partitions).unwrap();
            let mut targets = Vec::new();
            by.assign(&[Arc::clone(&keys)], 100_000, &mut targets)
                .unwrap();
            let mut hashes = Vec::new();
            hash_columns(&[Arc::clone(&keys)], 100_000, &mut hashes).unwrap();
            let here = targets
                .iter()
                .zip(&hashes)
                .filter(|(target, _)| **target == 0);
            let here: Vec<u32> = here.map(|(_, hash)| piece_of(*hash)).collect();
            let mut counts = [0; Wave::PIECES];
            for piece in &here {
                counts[*piece as usize] += 1;
            }
            let even = here.len() / Wave::PIECES;
            let most = counts.into_iter().max().unwrap();
            assert!(most <= 2 * even + 16, "{partitions} partitions: {counts:?}");
        }
    }

    #[test]
    fn a_scatter_keeps_all_rows_and_their_order() {
        let keys: ArrayRef = Arc::new(Int64Array::from_iter_values((0..1000).map(|row| row % 90)));
        let rows: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1000));
        let scattered = ByPiece::try_new(&Chunk::new(vec![keys, rows], 1000), 1).unwrap();
        let mut homes = vec![BTreeSet::new(); 90];
        let mut all = 0;
        for piece in 0..Wave::PIECES {
            let (columns, rows) = scattered.piece(piece);
            all += rows;
            assert!(columns[1].as_primitive::<Int64Type>().values().is_sorted());
            for key in columns[0].as_primitive::<Int64Type>().values() {
                homes[*key as usize].insert(piece);
            }
        }
        assert_eq!(all, 1000);
        assert!(homes.iter().all(|pieces| pieces.len() == 1));
    }
}
