//! Whether what a function returned is what was declared.

use std::sync::Arc;

use swath_batch::{Batch, BatchError, Chunk, ClosureSite};
use swath_divisions::Bounds;
use swath_meta::{Meta, MetaError};

use super::{ClosureError, Place};
use crate::OpError;

/// Rows that are handed on at a time.
const CHUNK_ROWS: usize = 8192;

/// What was said of the index columns of what a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Nothing.
    Nothing,
    /// They stay between the boundaries of the partition that the function was given.
    Kept,
    /// They are between boundaries that were declared with the function.
    Declared,
}

/// The batch under the declared meta: names, order and dtypes are those declared, and no column that was declared without nulls has
/// one. The index is a role that the declaration gives, not the batch.
///
/// # Errors
/// [`ClosureError::Columns`] with a table of what was found and expected.
pub(crate) fn checked(
    found: Batch,
    expected: &Arc<Meta>,
    function: &ClosureSite,
    place: Place,
) -> Result<Batch, OpError> {
    found.conform(expected).map_err(|error| match error {
        BatchError::Meta(MetaError::Mismatch(source)) => ClosureError::Columns {
            function: function.to_string(),
            place,
            source,
        }
        .into(),
        other => other.into(),
    })
}

/// What a function that keeps the number of rows made of the partition's own: without the rows in front, and behind, that are its
/// neighbours'.
///
/// # Errors
/// [`ClosureError::Rows`] if it did not keep it.
pub(crate) fn own_rows(
    returned: &Batch,
    given: usize,
    (front, behind): (usize, usize),
    function: &ClosureSite,
    place: Place,
) -> Result<Batch, OpError> {
    let found = returned.num_rows();
    if found != given {
        return Err(ClosureError::Rows {
            function: function.to_string(),
            place,
            given,
            found,
        }
        .into());
    }
    Ok(returned.slice(front, given - front - behind))
}

/// Checks that every row is between the boundaries of its partition. Costs one encoding of the index columns.
///
/// # Errors
/// [`ClosureError::Divisions`] or [`ClosureError::Outside`] with the boundaries and the ends of what was found.
pub(crate) fn check_divisions(
    rows: &Batch,
    bounds: &Bounds,
    partition: usize,
    promise: Promise,
    function: &ClosureSite,
) -> Result<(), OpError> {
    let index = rows.meta().index().len();
    let keys = &rows.record_batch().columns()[..index];
    let Err(source) = bounds.check(partition, keys) else {
        return Ok(());
    };
    let (function, place) = (function.to_string(), Place::Partition(partition));
    let error = match promise {
        Promise::Declared => ClosureError::Outside {
            function,
            place,
            source: Box::new(source),
        },
        Promise::Nothing | Promise::Kept => ClosureError::Divisions {
            function,
            place,
            source,
        },
    };
    Err(error.into())
}

/// The rows of a batch as chunks, which share its buffers.
pub(crate) fn slices_of(rows: Batch) -> impl Iterator<Item = Chunk> {
    (0..rows.num_rows())
        .step_by(CHUNK_ROWS)
        .map(move |from| Chunk::from_batch(rows.slice(from, CHUNK_ROWS).record_batch()))
}
