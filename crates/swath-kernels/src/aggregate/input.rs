//! Checks on what accumulators are handed.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use swath_meta::DType;

use crate::KernelError;
use crate::encoding::{cast_to, entry, plain};
use crate::error::check_rows;

/// The input of an aggregate that has one: its dtype, or its column.
pub(super) fn only<'a, T>(operation: &str, inputs: &'a [T]) -> Result<&'a T, KernelError> {
    match inputs {
        [input] => Ok(input),
        _ => Err(wrong_number(operation, 1, inputs.len())),
    }
}

/// The inputs of an aggregate that has two.
pub(super) fn two<'a, T>(operation: &str, inputs: &'a [T]) -> Result<(&'a T, &'a T), KernelError> {
    match inputs {
        [one, other] => Ok((one, other)),
        _ => Err(wrong_number(operation, 2, inputs.len())),
    }
}

fn wrong_number(operation: &str, expected: usize, found: usize) -> KernelError {
    let operation = operation.to_owned();
    match found {
        0 => KernelError::MissingInput { operation },
        _ => KernelError::Inputs {
            operation,
            expected,
            found,
        },
    }
}

/// The one input column as plain values of its dtype, with one row for each group id.
pub(super) fn plain_input(
    operation: &'static str,
    inputs: &[ArrayRef],
    dtype: &DType,
    rows: usize,
) -> Result<ArrayRef, KernelError> {
    plain_column(operation, only(operation, inputs)?, dtype, rows)
}

/// The one input column of text or bytes, as views or as a dictionary, with so many rows.
pub(super) fn text_input(
    operation: &'static str,
    inputs: &[ArrayRef],
    dtype: &DType,
    rows: usize,
) -> Result<ArrayRef, KernelError> {
    let column = only(operation, inputs)?;
    check_rows(operation, std::slice::from_ref(column), rows)?;
    entry(operation, column, dtype)
}

/// A column as plain values of its dtype, with one row for each group id.
pub(super) fn plain_column(
    operation: &'static str,
    column: &ArrayRef,
    dtype: &DType,
    rows: usize,
) -> Result<ArrayRef, KernelError> {
    check_rows(operation, std::slice::from_ref(column), rows)?;
    plain(&entry(operation, column, dtype)?)
}

/// Numbers as float64: integers and decimals rounded to the nearest, booleans 0 and 1.
pub(crate) fn floats(
    operation: &'static str,
    column: &ArrayRef,
    dtype: &DType,
    rows: usize,
) -> Result<Float64Array, KernelError> {
    let column = plain_column(operation, column, dtype, rows)?;
    let floats = cast_to(&column, &DataType::Float64)?;
    Ok(floats.as_primitive::<Float64Type>().clone())
}

/// The dtype of an input that is a number or a boolean; the error says what it could be cast to.
pub(crate) fn check_number(operation: &str, dtype: &DType) -> Result<(), KernelError> {
    if dtype.is_numeric() || *dtype == DType::Bool {
        return Ok(());
    }
    let cast = dtype.is_string().then_some(DType::Float64);
    Err(KernelError::unsupported(operation, dtype, cast))
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
        .map(|(column, dtype)| plain_column(operation, column, dtype, rows))
        .collect()
}

/// A validity of which `valid` says what it is for each row.
pub(super) fn validity(rows: usize, valid: impl Fn(usize) -> bool) -> NullBuffer {
    (0..rows).map(valid).collect()
}
