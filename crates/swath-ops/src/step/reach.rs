//! How far from an end of the rows something looks.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array};
use swath_batch::civil::stored;
use swath_batch::{Chunk, Partition};
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::Meta;

/// Which rows at an end of a partition are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This many of them.
    Rows(u64),
    /// Those that are no further than `distance` from the outermost one, in the unit of a column of times, dates or durations. Rows have to
    /// be sorted by it, and none may be null.
    Within {
        /// Position of the column.
        column: usize,
        /// In the column's unit; of dates in days.
        distance: u64,
    },
}

impl Reach {
    /// Whether it is no row, whatever there is.
    pub fn is_nothing(self) -> bool {
        self == Self::Rows(0)
    }

    /// The column that it is measured along, if it is no number of rows.
    pub fn column(self) -> Option<usize> {
        match self {
            Self::Rows(_) => None,
            Self::Within { column, .. } => Some(column),
        }
    }

    pub(crate) fn encode(self, out: &mut Encoder) {
        match self {
            Self::Rows(rows) => out.object("reach-rows", 1, |o| o.u64("rows", rows)),
            Self::Within { column, distance } => out.object("reach-within", 1, |o| {
                o.u64("column", column as u64);
                o.u64("distance", distance);
            }),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        match object.kind() {
            "reach-rows" => {
                object.expect("reach-rows", 1)?;
                Ok(Self::Rows(object.u64("rows")?))
            }
            "reach-within" => {
                object.expect("reach-within", 1)?;
                Ok(Self::Within {
                    column: object.u64("column")? as usize,
                    distance: object.u64("distance")?,
                })
            }
            _ => Err(object.unknown_kind(["reach-rows", "reach-within"])),
        }
    }
}

impl Fingerprint for Reach {
    fn feed(&self, out: &mut Canon) {
        match *self {
            Self::Rows(rows) => out.u64(0).u64(rows),
            Self::Within { column, distance } => out.u64(1).u64(column as u64).u64(distance),
        };
    }
}

/// Rows that are not in the order of a column of times, or that have none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// A row comes before an earlier one.
    #[error(
        "partition {partition} is not sorted by `{column}`: row {row} is earlier than the row before it"
    )]
    Unsorted {
        /// The column of times.
        column: String,
        /// The partition.
        partition: usize,
        /// The row, counted in its partition.
        row: usize,
    },
    /// A row comes before an earlier one, in a partition of which a neighbour sees an end.
    #[error(
        "the partition is not sorted by `{column}`: row {row} is earlier than the row before it"
    )]
    UnsortedEnd {
        /// The column of times.
        column: String,
        /// The row, counted in its partition.
        row: usize,
    },
    /// The partitions behind one begin before it ends.
    #[error("the rows behind partition {partition} begin earlier than it ends, by `{column}`")]
    Behind {
        /// The column of times.
        column: String,
        /// The partition.
        partition: usize,
    },
    /// A row has no time.
    #[error(
        "`{column}` is null in some rows, and how far rows are from each other is measured along it"
    )]
    Null {
        /// The column of times.
        column: String,
    },
}

/// The counts of a column of times.
///
/// # Errors
/// [`OrderError::Null`].
pub(crate) fn counts(meta: &Meta, at: usize, column: &ArrayRef) -> Result<Int64Array, OrderError> {
    if column.null_count() > 0 {
        return Err(OrderError::Null {
            column: meta.fields()[at].name.to_string(),
        });
    }
    Ok(stored(column))
}

/// Counts of chunks that have to come in their order.
pub(crate) struct InOrder {
    meta: Arc<Meta>,
    column: usize,
    rows: usize,
    last: i64,
}

impl InOrder {
    pub(crate) fn of(meta: &Meta, column: usize) -> Self {
        Self {
            meta: Arc::new(meta.clone()),
            column,
            rows: 0,
            last: i64::MIN,
        }
    }

    /// The counts of the next chunk.
    ///
    /// # Errors
    /// A null, and a row that is earlier than the one before it.
    pub(crate) fn next(&mut self, chunk: &Chunk) -> Result<Int64Array, OrderError> {
        let counts = counts(&self.meta, self.column, &chunk.columns[self.column])?;
        let mut last = self.last;
        for (row, &count) in counts.values().iter().enumerate() {
            if count < last {
                return Err(OrderError::UnsortedEnd {
                    column: self.meta.fields()[self.column].name.to_string(),
                    row: self.rows + row,
                });
            }
            last = count;
        }
        self.last = last;
        self.rows += counts.len();
        Ok(counts)
    }
}

/// The count of the last row of a chunk that is not empty.
pub(crate) fn last_count(meta: &Meta, at: usize, chunk: &Chunk) -> Result<i64, OrderError> {
    let counts = counts(meta, at, &chunk.columns[at].slice(chunk.rows - 1, 1))?;
    Ok(counts.value(0))
}

/// The counts of all rows, batch by batch.
pub(crate) fn counts_of(rows: &Partition, at: usize) -> Result<Vec<Int64Array>, OrderError> {
    let batches = rows.batches().iter();
    batches
        .map(|batch| counts(rows.meta(), at, batch.column(at)))
        .collect()
}
