//! Numbers in 128 bits, and back in their dtype.

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use swath_meta::DType;

use crate::KernelError;
use crate::encoding::{entry, plain};
use crate::native::{column, values};

/// Numbers, booleans and times: what a machine type holds.
pub(super) fn is_fixed(dtype: &DType) -> bool {
    dtype.is_numeric() || dtype.is_temporal() || *dtype == DType::Bool
}

/// The rows as integers: of decimals their digits. Not for floats.
pub(super) fn integers(
    operation: &'static str,
    rows: &ArrayRef,
    dtype: &DType,
) -> Result<Vec<Option<i128>>, KernelError> {
    let rows = plain(&entry(operation, rows, dtype)?)?;
    let valid = |row: usize| rows.is_valid(row);
    Ok(match rows.data_type() {
        DataType::Float32 | DataType::Float64 => unreachable!("floats are no integers"),
        DataType::Decimal128(..) => {
            let values = values::<i128>(&rows);
            let rows = values.iter().enumerate();
            rows.map(|(row, value)| valid(row).then_some(*value))
                .collect()
        }
        integer => crate::native::with_integer!(integer, N => {
            let values = values::<N>(&rows);
            let rows = values.iter().enumerate();
            rows.map(|(row, value)| valid(row).then_some(i128::from(*value))).collect()
        }, _ => return Err(KernelError::unsupported(operation, dtype, None))),
    })
}

/// Integers as a column of this dtype: `int64`, `uint64`, a decimal or a duration.
///
/// # Errors
/// [`KernelError::Overflow`] for the first that does not fit.
pub(super) fn exact_column(
    operation: &'static str,
    answers: &[Option<i128>],
    dtype: &DType,
) -> Result<ArrayRef, KernelError> {
    let nulls = answers.iter().map(Option::is_some).collect();
    let data_type = dtype.border();
    let overflow = |value: i128| KernelError::Overflow {
        operation,
        total: value.to_string(),
        dtype: dtype.clone(),
        group: 0,
    };
    Ok(match dtype {
        DType::Decimal { precision, .. } => {
            let limit = 10_i128.pow(u32::from(*precision));
            let fits = |value: i128| (-limit < value && value < limit).then_some(value);
            let digits = answers.iter().map(|value| value.unwrap_or(0));
            let digits = digits.map(|value| fits(value).ok_or_else(|| overflow(value)));
            column::<i128>(digits.collect::<Result<_, _>>()?, Some(nulls), &data_type)
        }
        DType::UInt64 => {
            let digits = answers.iter().map(|value| value.unwrap_or(0));
            let digits = digits.map(|value| u64::try_from(value).map_err(|_| overflow(value)));
            column::<u64>(digits.collect::<Result<_, _>>()?, Some(nulls), &data_type)
        }
        _ => {
            let digits = answers.iter().map(|value| value.unwrap_or(0));
            let digits = digits.map(|value| i64::try_from(value).map_err(|_| overflow(value)));
            column::<i64>(digits.collect::<Result<_, _>>()?, Some(nulls), &data_type)
        }
    })
}
