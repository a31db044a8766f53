//! The rows that flow through a pipeline: columns without names, and which rows are live.

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{Field, Schema};
use arrow_select::filter::FilterBuilder;
use std::sync::Arc;
use swath_meta::Meta;

use crate::{BatchError, BufferBytes, Selection, unique_bytes};

/// Some thousand rows on their way through a pipeline.
///
/// The schema is held once by the pipeline, not by each chunk. `rows` counts the physical rows of
/// every column, so that a chunk without columns still has a height; `selection` says which of them
/// are live, and may be ignored by calling [`Chunk::compact`].
///
/// ```
/// use arrow_array::Int64Array;
/// use arrow_buffer::BooleanBuffer;
/// use std::sync::Arc;
/// use swath_batch::{Chunk, Selection};
///
/// let mut chunk = Chunk::new(vec![Arc::new(Int64Array::from(vec![1, 2, 3]))], 3);
/// chunk.selection = Some(Selection::from_mask(BooleanBuffer::from(vec![true, false, true])));
/// assert_eq!((chunk.rows, chunk.live_rows()), (3, 2));
/// assert_eq!(chunk.compact()?.rows, 2);
/// # Ok::<(), swath_batch::BatchError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chunk {
    /// One array a column, each with `rows` rows.
    pub columns: Vec<ArrayRef>,
    /// Physical rows.
    pub rows: usize,
    /// The live rows; all of them where `None`.
    pub selection: Option<Selection>,
}

impl Chunk {
    /// Makes a chunk whose rows are all live.
    ///
    /// Every column must have `rows` rows (checked in debug builds only: this runs for every step).
    pub fn new(columns: Vec<ArrayRef>, rows: usize) -> Self {
        debug_assert!(
            columns.iter().all(|column| column.len() == rows),
            "every column of a chunk has its height"
        );
        Self {
            columns,
            rows,
            selection: None,
        }
    }

    /// Takes the columns of `batch`, sharing its buffers.
    pub fn from_batch(batch: &RecordBatch) -> Self {
        Self {
            columns: batch.columns().to_vec(),
            rows: batch.num_rows(),
            selection: None,
        }
    }

    /// Number of rows that are selected.
    pub fn live_rows(&self) -> usize {
        self.selection.as_ref().map_or(self.rows, Selection::count)
    }

    /// Whether no row is live.
    pub fn is_empty(&self) -> bool {
        self.live_rows() == 0
    }

    /// Bytes by buffers, shared buffers counted once; the selection's mask counts too.
    pub fn bytes(&self) -> u64 {
        unique_bytes(self.columns.iter().map(AsRef::as_ref))
            + self
                .selection
                .as_ref()
                .map_or(0, |selection| selection.rows().div_ceil(8) as u64)
    }

    /// Counts the buffers of the columns into `bytes`, which may hold those of other chunks already.
    pub fn count_bytes(&self, bytes: &mut BufferBytes) {
        for column in &self.columns {
            bytes.add(column);
        }
    }

    /// Narrows the live rows by `mask`, which has one bit for each physical row.
    pub fn select(mut self, mask: &BooleanBuffer) -> Self {
        self.selection = Some(match self.selection.take() {
            Some(selection) => selection.and(mask),
            None => Selection::from_mask(mask.clone()),
        });
        self
    }

    /// Copies the live rows together, so that every row is live.
    ///
    /// Costs nothing where every row is live already. Dictionaries and view buffers are shared, not
    /// copied: see [`Partition::compact`](crate::Partition::compact) for what must outlive a task.
    pub fn compact(self) -> Result<Self, BatchError> {
        let Some(selection) = &self.selection else {
            return Ok(self);
        };
        if selection.count() == self.rows {
            return Ok(Self {
                selection: None,
                ..self
            });
        }
        if selection.count() == 0 {
            return Ok(Self {
                columns: self
                    .columns
                    .iter()
                    .map(|column| column.slice(0, 0))
                    .collect(),
                rows: 0,
                selection: None,
            });
        }
        let mask = BooleanArray::new(selection.mask().clone(), None);
        let builder = FilterBuilder::new(&mask);
        // Worth its pass over the mask only where several columns share it.
        let filter = if self.columns.len() > 1 {
            builder.optimize()
        } else {
            builder
        }
        .build();
        let columns = self
            .columns
            .iter()
            .map(|column| filter.filter(column.as_ref()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|source| BatchError::Arrow {
                during: "filtering rows",
                source,
            })?;
        Ok(Self {
            columns,
            rows: selection.count(),
            selection: None,
        })
    }

    /// The columns at `positions`, in that order, with the same rows and selection.
    pub fn project(&self, positions: &[usize]) -> Self {
        Self {
            columns: positions
                .iter()
                .map(|&at| Arc::clone(&self.columns[at]))
                .collect(),
            rows: self.rows,
            selection: self.selection.clone(),
        }
    }

    /// The `len` physical rows from `offset`, sharing buffers.
    pub fn slice(&self, offset: usize, len: usize) -> Self {
        Self {
            columns: self
                .columns
                .iter()
                .map(|column| column.slice(offset, len))
                .collect(),
            rows: len,
            selection: self
                .selection
                .as_ref()
                .map(|selection| selection.slice(offset, len)),
        }
    }

    /// The live rows as a record batch with the names of `meta` and the encodings of the columns.
    pub fn into_batch(self, meta: &Meta) -> Result<RecordBatch, BatchError> {
        let chunk = self.compact()?;
        batch_of(meta, chunk.columns, chunk.rows)
    }
}

/// A record batch of `columns` under the names of `meta`, keeping each column's own encoding.
pub(crate) fn batch_of(
    meta: &Meta,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, BatchError> {
    let fields = meta.fields();
    if fields.len() != columns.len() {
        return Err(BatchError::ColumnCount {
            expected: fields.len(),
            found: columns.len(),
        });
    }
    let schema = Schema::new(
        fields
            .iter()
            .zip(&columns)
            .map(|(field, column)| {
                // A null in a column declared without nulls is reported by name in `Partition::try_new`.
                Field::new(
                    field.name.as_ref(),
                    column.data_type().clone(),
                    field.nullable || column.null_count() > 0,
                )
            })
            .collect::<Vec<_>>(),
    );
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(schema), columns, &options).map_err(|source| {
        BatchError::Arrow {
            during: "putting columns together",
            source,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Int64Array, cast::AsArray, types::Int64Type};

    fn numbers(rows: i64) -> Chunk {
        Chunk::new(
            vec![Arc::new(Int64Array::from_iter_values(0..rows))],
            rows as usize,
        )
    }

    #[track_caller]
    fn check(chunk: Chunk, expected: &[i64]) {
        let live = chunk.live_rows();
        let compact = chunk.compact().expect("rows filter");
        assert_eq!(compact.rows, live);
        assert_eq!(
            compact.columns[0].as_primitive::<Int64Type>().values(),
            expected
        );
    }

    #[test]
    fn compact_applies_the_selection() {
        check(numbers(3), &[0, 1, 2]);
        check(numbers(3).select(&BooleanBuffer::new_set(3)), &[0, 1, 2]);
        check(numbers(3).select(&BooleanBuffer::new_unset(3)), &[]);
        let odd: BooleanBuffer = (0..10).map(|i| i % 2 == 1).collect();
        let late: BooleanBuffer = (0..10).map(|i| i >= 5).collect();
        check(numbers(10).select(&odd).select(&late), &[5, 7, 9]);
        check(numbers(10).select(&odd).slice(4, 4), &[5, 7]);
    }

    #[test]
    fn a_chunk_without_columns_keeps_its_height() {
        let chunk = Chunk::new(Vec::new(), 5).select(&(0..5).map(|i| i < 2).collect());
        assert_eq!(chunk.live_rows(), 2);
        assert_eq!(chunk.compact().expect("nothing to filter").rows, 2);
    }
}
