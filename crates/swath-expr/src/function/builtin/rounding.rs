//! `ceil`, `floor`, `round`, `trunc`

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use swath_batch::Value;
use swath_meta::DType;

use super::one_number;
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// Numbers made shorter; the dtype stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rounding {
    Ceil,
    Floor,
    /// To `digits` digits after the point (0 if not given; negative: before it), of two equally near to the even one.
    Nearest,
    /// Without the digits after the point.
    Trunc,
}

impl ScalarFunction for Rounding {
    fn name(&self) -> &'static str {
        match self {
            Self::Ceil => "ceil",
            Self::Floor => "floor",
            Self::Nearest => "round",
            Self::Trunc => "trunc",
        }
    }

    fn infer(&self, args: &[Argument<'_>], params: &Params) -> Result<Returns, FunctionError> {
        let field = one_number(args)?.field;
        digits(params)?;
        Ok(Returns {
            dtype: field.dtype.clone(),
            nullable: field.nullable,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let (kind, dtype, digits) = (
            *self,
            one_number(args)?.field.dtype.clone(),
            digits(params)?,
        );
        Ok(Box::new(move |args: &[Input], rows: Rows<'_>| {
            let array = args[0].to_border(&dtype, rows.len)?;
            match &dtype {
                DType::Float32 => Ok(Arc::new(
                    array
                        .as_primitive::<Float32Type>()
                        .unary::<_, Float32Type>(|value| kind.float(value.into(), digits) as f32),
                ) as ArrayRef),
                DType::Float64 => {
                    let rounded = array
                        .as_primitive::<Float64Type>()
                        .unary::<_, Float64Type>(|value| kind.float(value, digits));
                    Ok(Arc::new(rounded) as ArrayRef)
                }
                DType::Decimal { precision, scale } => {
                    let limit = 10_i128.pow((*precision).into());
                    let places = i32::from(*scale) - digits;
                    exact::<Decimal128Type>(array.as_primitive(), rows, &dtype, |value| {
                        kind.whole(value, places)
                            .filter(|value| value.abs() < limit)
                    })
                }
                _ if digits >= 0 => Ok(array),
                _ => kind.integers(&array, -digits, &dtype, rows),
            }
        }))
    }
}

/// The parameter `digits`: 0 where it is not given.
fn digits(params: &Params) -> Result<i32, FunctionError> {
    match params.get("digits") {
        None => Ok(0),
        Some(Value::Int(digits)) if (-40..=400).contains(digits) => Ok(*digits as i32),
        Some(other) => Err(FunctionError::Param {
            name: "digits",
            expected: "a whole number from -40 to 400",
            found: other.to_string(),
        }),
    }
}

impl Rounding {
    fn float(self, value: f64, digits: i32) -> f64 {
        let round = |value: f64| match self {
            Self::Ceil => value.ceil(),
            Self::Floor => value.floor(),
            Self::Nearest => value.round_ties_even(),
            Self::Trunc => value.trunc(),
        };
        if digits == 0 {
            return round(value);
        }
        // As NumPy: scaled, rounded, scaled back; what cannot be scaled has no such digits.
        let power = 10_f64.powi(digits.abs());
        let scaled = if digits > 0 {
            value * power
        } else {
            value / power
        };
        if !scaled.is_finite() || !power.is_finite() {
            return value;
        }
        if digits > 0 {
            round(scaled) / power
        } else {
            round(scaled) * power
        }
    }

    /// A whole number without its last `places` digits; `None` if it does not fit.
    fn whole(self, value: i128, places: i32) -> Option<i128> {
        if places <= 0 {
            return Some(value);
        }
        let Some(unit) = 10_i128.checked_pow(places.unsigned_abs()) else {
            // Nearer to zero than to the first multiple of the unit.
            let is_near = matches!(self, Self::Nearest | Self::Trunc) || value == 0;
            return (is_near || (value > 0) == (self == Self::Floor)).then_some(0);
        };
        let (down, rest) = (value.div_euclid(unit), value.rem_euclid(unit));
        let up = match self {
            Self::Ceil => rest > 0,
            Self::Floor => false,
            Self::Trunc => rest > 0 && value < 0,
            Self::Nearest => rest > unit - rest || (rest == unit - rest && down % 2 != 0),
        };
        down.checked_add(i128::from(up))?.checked_mul(unit)
    }

    fn integers(
        self,
        array: &ArrayRef,
        places: i32,
        dtype: &DType,
        rows: Rows<'_>,
    ) -> Result<ArrayRef, FunctionError> {
        let failed = |source| FunctionError::Arrow {
            during: "rounding integers",
            source,
        };
        let rounded = if dtype.is_unsigned_integer() {
            let wide = cast(array, &DataType::UInt64).map_err(failed)?;
            exact::<UInt64Type>(wide.as_primitive(), rows, &DType::UInt64, |value| {
                self.whole(value.into(), places)
                    .filter(|value| fits(*value, dtype))
                    .map(|value| value as u64)
            })?
        } else {
            let wide = cast(array, &DataType::Int64).map_err(failed)?;
            exact::<Int64Type>(wide.as_primitive(), rows, &DType::Int64, |value| {
                self.whole(value.into(), places)
                    .filter(|value| fits(*value, dtype))
                    .map(|value| value as i64)
            })?
        };
        cast(&rounded, &dtype.border()).map_err(failed)
    }
}

/// The integer is one of the dtype.
fn fits(value: i128, dtype: &DType) -> bool {
    let bits = 8 * dtype.byte_width().unwrap_or(8) as u32;
    if dtype.is_unsigned_integer() {
        (0..1 << bits).contains(&value)
    } else {
        (-(1_i128 << (bits - 1))..1 << (bits - 1)).contains(&value)
    }
}

/// Applies an operation that has no answer for some values; under nulls and in rows that do not count that is no error.
fn exact<T: arrow_array::ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    rows: Rows<'_>,
    dtype: &DType,
    operation: impl Fn(T::Native) -> Option<T::Native>,
) -> Result<ArrayRef, FunctionError>
where
    T::Native: std::fmt::Display,
{
    let mut wrong = None;
    let values: Vec<T::Native> = array
        .values()
        .iter()
        .enumerate()
        .map(|(row, value)| {
            operation(*value).unwrap_or_else(|| {
                if wrong.is_none() && array.is_valid(row) && rows.is_active(row) {
                    wrong = Some(row);
                }
                T::Native::default()
            })
        })
        .collect();
    if let Some(row) = wrong {
        let value = Value::from_array(array, row).to_string();
        return Err(FunctionError::Value {
            value,
            reason: format!("rounded it does not fit {dtype}"),
        });
    }
    let rounded = PrimitiveArray::<T>::new(values.into(), array.nulls().cloned());
    Ok(Arc::new(rounded.with_data_type(array.data_type().clone())))
}
