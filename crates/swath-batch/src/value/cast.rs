//! Exact conversion of one value to another dtype.

use arrow_array::timezone::Tz;
use arrow_array::types::{Date32Type, Decimal128Type, Time64NanosecondType};
use arrow_cast::parse::{Parser, parse_decimal, string_to_datetime};
use std::sync::Arc;
use swath_meta::{DType, TimeUnit};

use super::Value;
use super::scalar::{nanoseconds, nanoseconds_in};
use crate::BatchError;

const DAY: i128 = 86_400_000_000_000;

impl Value {
    /// The same value in another dtype; only where nothing is lost.
    ///
    /// Null casts to anything. Numbers cast where the target holds them exactly (`5.0` to `int64`, not
    /// `5.5`; `0.1` is not exact in `float32`). Dates and timestamps cast where the moment is kept.
    /// Text is read as a number, truth value, date, time or timestamp (ISO 8601).
    ///
    /// # Errors
    /// [`BatchError::Value`], naming the dtype and the value.
    pub fn cast(&self, dtype: &DType) -> Result<Self, BatchError> {
        self.cast_exactly(dtype).ok_or_else(|| BatchError::Value {
            expected: dtype.to_string(),
            found: self.dtype(),
            value: self.to_string(),
        })
    }

    fn cast_exactly(&self, dtype: &DType) -> Option<Self> {
        match (self, dtype) {
            (Self::Null, _) => Some(Self::Null),
            (Self::Bool(_), DType::Bool)
            | (Self::String(_), DType::String | DType::Category)
            | (Self::Binary(_), DType::Binary)
            | (Self::Date(_), DType::Date) => Some(self.clone()),
            (Self::String(text), _) => parse(text.trim(), dtype),
            (_, DType::Float64) => self.as_f64().map(Self::Float),
            (_, DType::Float32) => self
                .as_f64()
                .filter(|&value| value.is_nan() || f64::from(value as f32) == value)
                .map(Self::Float),
            (_, DType::Decimal { precision, scale }) => self.as_decimal(*precision, *scale),
            _ if dtype.is_integer() => self.as_integer().and_then(|value| integer(value, dtype)),
            (Self::Time { value, unit }, DType::Time(to)) => {
                let value = convert_unit(*value, *unit, *to)?;
                // Coarse units are stored in 32 bits.
                let coarse = matches!(to, TimeUnit::Second | TimeUnit::Millisecond);
                (!coarse || i32::try_from(value).is_ok()).then_some(Self::Time { value, unit: *to })
            }
            (Self::Duration { value, unit }, DType::Duration(to)) => Some(Self::Duration {
                value: convert_unit(*value, *unit, *to)?,
                unit: *to,
            }),
            (Self::Timestamp { value, unit, zone }, DType::Timestamp(to, to_zone))
                if zone.is_some() == to_zone.is_some() =>
            {
                Some(Self::Timestamp {
                    value: convert_unit(*value, *unit, *to)?,
                    unit: *to,
                    zone: to_zone.clone(),
                })
            }
            (Self::Date(days), DType::Timestamp(to, None)) => {
                let value = i128::from(*days) * DAY / i128::from(nanoseconds_in(*to));
                Some(Self::Timestamp {
                    value: i64::try_from(value).ok()?,
                    unit: *to,
                    zone: None,
                })
            }
            (
                Self::Timestamp {
                    value,
                    unit,
                    zone: None,
                },
                DType::Date,
            ) => {
                let moment = nanoseconds(*value, *unit);
                let days = moment.div_euclid(DAY);
                (moment.rem_euclid(DAY) == 0).then(|| i32::try_from(days).ok().map(Self::Date))?
            }
            (Self::List(items), DType::List(item)) => items
                .iter()
                .map(|value| value.cast_exactly(&item.dtype))
                .collect::<Option<Arc<[_]>>>()
                .map(Self::List),
            (Self::Struct(values), DType::Struct(fields)) if values.len() == fields.len() => values
                .iter()
                .zip(fields.iter())
                .map(|((name, value), field)| {
                    let same = **name == *field.name;
                    same.then(|| Some((Arc::clone(name), value.cast_exactly(&field.dtype)?)))?
                })
                .collect::<Option<Arc<[_]>>>()
                .map(Self::Struct),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            Self::Int(_) | Self::UInt(_) => {
                let (digits, _) = self.digits()?;
                let float = digits as f64;
                (float as i128 == digits).then_some(float)
            }
            Self::Decimal { .. } => {
                let (digits, scale) = self.digits()?;
                let float = digits as f64 / 10_f64.powi(scale);
                // Exact only if the float is the decimal again.
                let back = (float * 10_f64.powi(scale)).round() as i128 == digits;
                let binary = (float * 2_f64.powi(40)).fract() == 0.0;
                (back && binary).then_some(float)
            }
            _ => None,
        }
    }

    fn as_integer(&self) -> Option<i128> {
        if let Self::Float(value) = self {
            let whole = value.fract() == 0.0 && value.abs() < 1e38;
            return whole.then_some(*value as i128);
        }
        let (digits, scale) = self.digits()?;
        rescale(digits, scale, 0)
    }

    fn as_decimal(&self, precision: u8, scale: i8) -> Option<Self> {
        if let Self::Float(value) = self {
            // Shortest text is what a user wrote: 0.1 is the decimal 0.1.
            let text = format!("{value}");
            return value
                .is_finite()
                .then(|| parse(&text, &DType::Decimal { precision, scale }))?;
        }
        let (digits, from) = self.digits()?;
        let value = rescale(digits, from, i32::from(scale))?;
        let fits = value.unsigned_abs() < 10_u128.checked_pow(u32::from(precision))?;
        fits.then_some(Self::Decimal {
            value,
            precision,
            scale,
        })
    }
}

/// `digits / 10^from` as digits of scale `to`, where none is lost.
fn rescale(digits: i128, from: i32, to: i32) -> Option<i128> {
    let power = 10_i128.checked_pow((to - from).unsigned_abs())?;
    if to >= from {
        digits.checked_mul(power)
    } else {
        (digits % power == 0).then_some(digits / power)
    }
}

fn convert_unit(value: i64, from: TimeUnit, to: TimeUnit) -> Option<i64> {
    let (moment, each) = (nanoseconds(value, from), i128::from(nanoseconds_in(to)));
    (moment % each == 0).then(|| i64::try_from(moment / each).ok())?
}

/// The integer as a value of `dtype`, if it is within its range.
fn integer(value: i128, dtype: &DType) -> Option<Value> {
    let (low, high): (i128, i128) = match dtype {
        DType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        DType::Int32 => (i32::MIN.into(), i32::MAX.into()),
        DType::Int64 => (i64::MIN.into(), i64::MAX.into()),
        DType::UInt8 => (0, u8::MAX.into()),
        DType::UInt16 => (0, u16::MAX.into()),
        DType::UInt32 => (0, u32::MAX.into()),
        DType::UInt64 => (0, u64::MAX.into()),
        _ => return None,
    };
    if !(low..=high).contains(&value) {
        return None;
    }
    if dtype.is_unsigned_integer() {
        u64::try_from(value).ok().map(Value::UInt)
    } else {
        i64::try_from(value).ok().map(Value::Int)
    }
}

/// Reads text as a value of `dtype`.
fn parse(text: &str, dtype: &DType) -> Option<Value> {
    match dtype {
        DType::Bool => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        DType::Float32 | DType::Float64 => text.parse().ok().map(Value::Float),
        DType::Decimal { precision, scale } => {
            let exact = decimal_places(text) <= i32::from(*scale).max(0);
            let value =
                exact.then(|| parse_decimal::<Decimal128Type>(text, *precision, *scale).ok())??;
            Some(Value::Decimal {
                value,
                precision: *precision,
                scale: *scale,
            })
        }
        // A date with a time of day is a date only at midnight; Arrow would drop the time.
        DType::Date if text.contains([':', ' ', 'T']) => {
            parse(text, &DType::Timestamp(TimeUnit::Nanosecond, None))?.cast_exactly(dtype)
        }
        DType::Date => Date32Type::parse(text).map(Value::Date),
        DType::Time(unit) => {
            let nanoseconds = Time64NanosecondType::parse(text)?;
            let value = convert_unit(nanoseconds, TimeUnit::Nanosecond, *unit)?;
            Some(Value::Time { value, unit: *unit })
        }
        DType::Timestamp(unit, zone) => {
            // A text without an offset is taken in UTC, as it is shown.
            let utc: Tz = "+00:00".parse().ok()?;
            let moment = string_to_datetime(&utc, text).ok()?;
            let nanoseconds = i128::from(moment.timestamp()) * 1_000_000_000
                + i128::from(moment.timestamp_subsec_nanos());
            let each = i128::from(nanoseconds_in(*unit));
            let value =
                (nanoseconds % each == 0).then(|| i64::try_from(nanoseconds / each).ok())??;
            Some(Value::Timestamp {
                value,
                unit: *unit,
                zone: zone.clone(),
            })
        }
        _ if dtype.is_integer() => integer(text.parse().ok()?, dtype),
        _ => None,
    }
}

/// Digits after the point that are not trailing zeros.
fn decimal_places(text: &str) -> i32 {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().unwrap_or(0)),
        None => (text, 0),
    };
    let places = mantissa
        .split_once('.')
        .map_or(0, |(_, part)| part.trim_end_matches('0').len());
    places as i32 - exponent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: impl Into<Value>, dtype: &str, expected: Option<&str>) {
        let value = value.into();
        let dtype: DType = dtype.parse().expect("a dtype");
        let found = value.cast(&dtype).ok();
        assert_eq!(
            found.as_ref().map(ToString::to_string).as_deref(),
            expected,
            "{value:?} to {dtype}"
        );
    }

    #[test]
    fn numbers_cast_where_exact() {
        check(5, "float64", Some("5.0"));
        check(i64::MAX, "float64", None);
        check(5.0, "int8", Some("5"));
        check(5.5, "int64", None);
        check(f64::NAN, "int64", None);
        check(f64::NAN, "float32", Some("NaN"));
        check(0.5, "float32", Some("0.5"));
        check(0.1, "float32", None);
        check(300, "int8", None);
        check(-1, "uint64", None);
        check(u64::MAX, "int64", None);
        check(u64::MAX, "uint64", Some("18446744073709551615"));
        check(5, "decimal(5, 2)", Some("5.00"));
        check(0.1, "decimal(5, 2)", Some("0.10"));
        check(0.125, "decimal(5, 2)", None);
        check(12345, "decimal(5, 2)", None);
        check(
            Value::Decimal {
                value: 150,
                precision: 5,
                scale: 2,
            },
            "float64",
            Some("1.5"),
        );
        check(
            Value::Decimal {
                value: 110,
                precision: 5,
                scale: 2,
            },
            "float64",
            None,
        );
        check(
            Value::Decimal {
                value: 100,
                precision: 5,
                scale: 2,
            },
            "int64",
            Some("1"),
        );
        check(Value::Null, "int64", Some("null"));
        check(true, "int64", None);
    }

    #[test]
    fn text_is_read() {
        check("1995-01-01", "date", Some("1995-01-01"));
        check("1995-13-01", "date", None);
        check("1995-01-01T12:00:00", "date", None);
        check("1995-01-01 00:00:00", "date", Some("1995-01-01"));
        check("1995-01-01", "timestamp[us]", Some("1995-01-01T00:00:00"));
        check(
            "1995-01-01 12:30:00.5",
            "timestamp[ms]",
            Some("1995-01-01T12:30:00.500"),
        );
        check("1995-01-01 12:30:00.5", "timestamp[s]", None);
        check(
            "1995-01-01T12:00:00+02:00",
            "timestamp[us, UTC]",
            Some("1995-01-01T10:00:00Z"),
        );
        check("12", "int8", Some("12"));
        check("twelve", "int8", None);
        check("1.5", "decimal(5, 2)", Some("1.50"));
        check("1.555", "decimal(5, 2)", None);
        check("x", "category", Some("x"));
        check("12:30:00", "time[us]", Some("12:30:00"));
    }

    #[test]
    fn moments_are_kept() {
        check(Value::Date(1), "timestamp[ns]", Some("1970-01-02T00:00:00"));
        check(
            Value::timestamp_us(86_400_000_000),
            "date",
            Some("1970-01-02"),
        );
        check(Value::timestamp_us(1), "date", None);
        check(
            Value::timestamp_us(1_000),
            "timestamp[ms]",
            Some("1970-01-01T00:00:00.001"),
        );
        check(Value::timestamp_us(1), "timestamp[ms]", None);
        check(Value::timestamp_us(i64::MAX), "timestamp[ns]", None);
        check(Value::Date(i32::MAX), "timestamp[ns]", None);
    }
}
