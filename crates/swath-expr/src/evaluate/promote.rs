//! Widening that operations ask for: no value changes, but for integers that become floats.

use arrow_array::{Array, ArrayRef, make_array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::DataType;
use swath_batch::Value;
use swath_meta::DType;

use super::{Input, Rows};
use crate::ExprErrorKind;

/// The values in a wider dtype. Only finer time units can overflow.
pub(super) fn promote(
    array: &ArrayRef,
    to: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    if *to == DType::String {
        return super::load::decode(array);
    }
    let from = DType::from_arrow(array.data_type()).expect("what was loaded has a dtype");
    let cast = |array: &ArrayRef, to: &DataType| {
        let failed = |source| ExprErrorKind::Arrow {
            during: "widening values",
            source,
        };
        cast_with_options(
            array,
            to,
            &CastOptions {
                safe: true,
                ..CastOptions::default()
            },
        )
        .map_err(failed)
    };
    let wide = match (&from, to) {
        // Arrow has no cast from a boolean to a decimal.
        (DType::Bool, DType::Decimal { .. }) => cast(&cast(array, &DataType::Int8)?, &to.border())?,
        _ => cast(array, &to.border())?,
    };
    check(array, &wide, &from, to, rows, "it is out of range")?;
    Ok(wide)
}

/// An error for the first wanted row that became null.
pub(super) fn check(
    before: &ArrayRef,
    after: &ArrayRef,
    from: &DType,
    to: &DType,
    rows: Rows<'_>,
    reason: &'static str,
) -> Result<(), ExprErrorKind> {
    if before.logical_null_count() == after.logical_null_count() {
        return Ok(());
    }
    let (was, is) = (before.logical_nulls(), after.logical_nulls());
    let null = |nulls: &Option<arrow_buffer::NullBuffer>, row| {
        nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    };
    match (0..before.len()).find(|row| rows.is_active(*row) && null(&is, *row) && !null(&was, *row))
    {
        None => Ok(()),
        Some(row) => Err(ExprErrorKind::CastValue {
            value: crate::display::literal(&Value::from_array(before, row)),
            from: from.clone(),
            to: to.clone(),
            reason,
        }),
    }
}

/// A timestamp, duration or other 64-bit count as the integers that it is.
pub(super) fn as_int64(input: &Input) -> Input {
    let data = input
        .array()
        .to_data()
        .into_builder()
        .data_type(DataType::Int64);
    let array = make_array(data.build().expect("all times are counted in 64 bits"));
    match input {
        Input::Array(_) => Input::Array(array),
        Input::Scalar(_) => Input::Scalar(array),
    }
}

/// Integers as the timestamps or durations that they count.
pub(super) fn of_int64(array: &ArrayRef, dtype: &DType) -> ArrayRef {
    let data = array.to_data().into_builder().data_type(dtype.border());
    make_array(data.build().expect("all times are counted in 64 bits"))
}
