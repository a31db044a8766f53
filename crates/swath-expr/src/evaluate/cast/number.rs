//! Between numbers and booleans.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray};
use arrow_schema::{ArrowError, DataType};
use swath_meta::DType;

use super::safe;

/// A number or boolean as another; null where it would change.
pub(super) fn convert(array: &ArrayRef, from: &DType, to: &DType) -> Result<ArrayRef, ArrowError> {
    match (from, to) {
        (DType::Bool, DType::Decimal { .. }) => safe(&safe(array, &DataType::Int8)?, &to.border()),
        (DType::Bool, _) => safe(array, &to.border()),
        (_, DType::Bool) => to_bool(array, from),
        _ if from.is_integer() && to.is_integer() => safe(array, &to.border()),
        _ if from.is_integer() && to.is_float() => integer_to_float(array, from, to),
        _ if from.is_integer() => safe(array, &to.border()),
        _ if from.is_float() && to.is_integer() => float_to_integer(array, to),
        _ if from.is_float() && to.is_float() => Ok(match to {
            DType::Float32 => short(array.as_primitive()),
            _ => safe(array, &DataType::Float64)?,
        }),
        (_, &DType::Decimal { precision, scale }) if from.is_float() => {
            float_to_decimal(array, precision, scale)
        }
        (&DType::Decimal { scale, .. }, _) => decimal(array, scale.into(), to),
        _ => safe(array, &to.border()),
    }
}

fn to_bool(array: &ArrayRef, from: &DType) -> Result<ArrayRef, ArrowError> {
    let decimal = match from {
        DType::Decimal { scale, .. } => 10_i128
            .checked_pow(scale.unsigned_abs().into())
            .filter(|_| *scale >= 0),
        _ => None,
    };
    let answers: BooleanArray = if let DType::Decimal { .. } = from {
        let one = decimal.unwrap_or(i128::MAX);
        array
            .as_primitive::<Decimal128Type>()
            .iter()
            .map(|value| value.and_then(|value| truth(value == 0, value == one)))
            .collect()
    } else {
        let floats = safe(array, &DataType::Float64)?;
        floats
            .as_primitive::<Float64Type>()
            .iter()
            .map(|value| value.and_then(|value| truth(value == 0.0, value == 1.0)))
            .collect()
    };
    Ok(Arc::new(answers))
}

fn truth(zero: bool, one: bool) -> Option<bool> {
    (zero || one).then_some(one)
}

/// A float that was rounded to 32 bits; null where it became infinite.
fn short(array: &PrimitiveArray<Float64Type>) -> ArrayRef {
    Arc::new(array.unary_opt::<_, Float32Type>(|value| {
        let short = value as f32;
        (short.is_finite() || !value.is_finite()).then_some(short)
    }))
}

fn integer_to_float(array: &ArrayRef, from: &DType, to: &DType) -> Result<ArrayRef, ArrowError> {
    // Both widths of float hold fewer integers than 64 bits do; the detour over 128 bits tells which.
    macro_rules! exact {
        ($from:ty, $wide:expr) => {{
            let wide = safe(array, &$wide)?;
            let wide = wide.as_primitive::<$from>();
            match to {
                DType::Float32 => Arc::new(wide.unary_opt::<_, Float32Type>(|value| {
                    let float = value as f32;
                    (float as i128 == i128::from(value)).then_some(float)
                })) as ArrayRef,
                _ => Arc::new(wide.unary_opt::<_, Float64Type>(|value| {
                    let float = value as f64;
                    (float as i128 == i128::from(value)).then_some(float)
                })),
            }
        }};
    }
    Ok(if from.is_unsigned_integer() {
        exact!(UInt64Type, DataType::UInt64)
    } else {
        exact!(Int64Type, DataType::Int64)
    })
}

fn float_to_integer(array: &ArrayRef, to: &DType) -> Result<ArrayRef, ArrowError> {
    let floats = safe(array, &DataType::Float64)?;
    let floats = floats.as_primitive::<Float64Type>();
    // Beyond this nothing fits 64 bits, and below it the conversion is exact.
    let whole = |value: f64| (value.fract() == 0.0 && value.abs() < 1e20).then_some(value as i128);
    let wide: ArrayRef = if to.is_unsigned_integer() {
        Arc::new(floats.unary_opt::<_, UInt64Type>(|value| {
            whole(value).and_then(|value| u64::try_from(value).ok())
        }))
    } else {
        Arc::new(floats.unary_opt::<_, Int64Type>(|value| {
            whole(value).and_then(|value| i64::try_from(value).ok())
        }))
    };
    safe(&wide, &to.border())
}

fn float_to_decimal(array: &ArrayRef, precision: u8, scale: i8) -> Result<ArrayRef, ArrowError> {
    let floats = safe(array, &DataType::Float64)?;
    let (power, limit) = (10_f64.powi(scale.into()), 10_u128.pow(precision.into()));
    let decimals = floats
        .as_primitive::<Float64Type>()
        .unary_opt::<_, Decimal128Type>(|value| {
            // The decimal that is meant is the one that reads back as the float.
            let digits = (value * power).round();
            if digits.is_nan() || digits.abs() >= 1e38 || digits / power != value {
                return None;
            }
            Some(digits as i128).filter(|digits| digits.unsigned_abs() < limit)
        });
    Ok(Arc::new(
        decimals.with_data_type(DataType::Decimal128(precision, scale)),
    ))
}

fn decimal(array: &ArrayRef, scale: i32, to: &DType) -> Result<ArrayRef, ArrowError> {
    let decimals = array.as_primitive::<Decimal128Type>();
    match to {
        DType::Decimal {
            precision,
            scale: wanted,
        } => {
            let limit = 10_u128.pow((*precision).into());
            let by = i32::from(*wanted) - scale;
            let moved = decimals.unary_opt::<_, Decimal128Type>(|value| {
                shift(value, by).filter(|value| value.unsigned_abs() < limit)
            });
            Ok(Arc::new(moved.with_data_type(to.border())))
        }
        _ if to.is_float() => {
            let floats = decimals.unary::<_, Float64Type>(|value| nearest_float(value, scale));
            Ok(if *to == DType::Float32 {
                short(&floats)
            } else {
                Arc::new(floats)
            })
        }
        _ if to.is_unsigned_integer() => {
            let whole = decimals
                .unary_opt::<_, UInt64Type>(|value| u64::try_from(shift(value, -scale)?).ok());
            safe(&(Arc::new(whole) as ArrayRef), &to.border())
        }
        _ => {
            let whole = decimals
                .unary_opt::<_, Int64Type>(|value| i64::try_from(shift(value, -scale)?).ok());
            safe(&(Arc::new(whole) as ArrayRef), &to.border())
        }
    }
}

/// `value * 10^by`, backwards only where nothing is lost.
fn shift(value: i128, by: i32) -> Option<i128> {
    let power = 10_i128.checked_pow(by.unsigned_abs())?;
    if by >= 0 {
        value.checked_mul(power)
    } else {
        (value % power == 0).then_some(value / power)
    }
}

/// The float nearest to `value / 10^scale`.
fn nearest_float(value: i128, scale: i32) -> f64 {
    // Both sides of the division are exact, so it is rounded once.
    if value.unsigned_abs() <= 1 << 53 && scale.unsigned_abs() <= 22 {
        let power = 10_f64.powi(scale.abs());
        return if scale >= 0 {
            value as f64 / power
        } else {
            value as f64 * power
        };
    }
    format!("{value}e{}", -scale)
        .parse()
        .expect("digits and an exponent are a float")
}
