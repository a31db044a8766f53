//! Checks on what accumulators are handed.

use arrow_array::{Array, ArrayRef};
use swath_meta::DType;

use crate::KernelError;
use crate::encoding::{entry, plain};

/// The dtype of the input of an aggregate that needs one.
pub(super) fn required<'a>(
    operation: &str,
    input: Option<&'a DType>,
) -> Result<&'a DType, KernelError> {
    input.ok_or_else(|| KernelError::MissingInput {
        operation: operation.to_owned(),
    })
}

/// The input column as plain values of its dtype, with one row for each group id.
pub(super) fn plain_input(
    operation: &'static str,
    input: Option<&ArrayRef>,
    dtype: &DType,
    rows: usize,
) -> Result<ArrayRef, KernelError> {
    let column = input.ok_or_else(|| KernelError::MissingInput {
        operation: operation.to_owned(),
    })?;
    if column.len() != rows {
        return Err(KernelError::RowCount {
            operation,
            expected: rows,
            found: column.len(),
        });
    }
    plain(&entry(operation, column, dtype)?)
}

/// The state columns of a merge, as many as there are dtypes, each with one row for each group id.
pub(super) fn states(
    operation: &'static str,
    state: &[ArrayRef],
    dtypes: &[DType],
    rows: usize,
) -> Result<Vec<ArrayRef>, KernelError> {
    if state.len() != dtypes.len() {
        return Err(KernelError::ColumnCount {
            operation,
            expected: dtypes.len(),
            found: state.len(),
        });
    }
    state
        .iter()
        .zip(dtypes)
        .map(|(column, dtype)| plain_input(operation, Some(column), dtype, rows))
        .collect()
}
