//! Between dates, times, timestamps and durations.

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use std::sync::Arc;
use swath_meta::DType;

use super::super::Input;
use super::super::compare::nanoseconds;
use super::super::promote::{as_int64, of_int64};
use super::safe;

const DAY: i128 = 86_400_000_000_000;

/// A moment or span in another dtype; null where digits would be lost or it is out of range.
pub(super) fn convert(array: &ArrayRef, to: &DType) -> Result<ArrayRef, ArrowError> {
    let counts = match array.data_type() {
        DataType::Date32 | DataType::Time32(_) => {
            safe(&safe(array, &DataType::Int32)?, &DataType::Int64)?
        }
        _ => ArrayRef::clone(as_int64(&Input::Array(ArrayRef::clone(array))).array()),
    };
    let (from, into) = (step(array.data_type()), step(&to.border()));
    let moved = counts
        .as_primitive::<Int64Type>()
        .unary_opt::<_, Int64Type>(|count| {
            let moment = i128::from(count) * from;
            (moment % into == 0).then(|| i64::try_from(moment / into).ok())?
        });
    of_counts(&(Arc::new(moved) as ArrayRef), to)
}

/// Counts of 64 bits as what they count.
pub(super) fn of_counts(counts: &ArrayRef, to: &DType) -> Result<ArrayRef, ArrowError> {
    Ok(match to {
        DType::Date => Arc::new(
            safe(counts, &DataType::Int32)?
                .as_primitive::<Int32Type>()
                .reinterpret_cast::<Date32Type>(),
        ),
        DType::Time(TimeUnit::Second | TimeUnit::Millisecond) => {
            safe(&safe(counts, &DataType::Int32)?, &to.border())?
        }
        _ => of_int64(counts, to),
    })
}

/// Nanoseconds in one count.
fn step(data_type: &DataType) -> i128 {
    match data_type {
        DataType::Time32(unit)
        | DataType::Time64(unit)
        | DataType::Timestamp(unit, _)
        | DataType::Duration(unit) => nanoseconds(*unit),
        _ => DAY,
    }
}
