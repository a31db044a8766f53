//! The value itself: its variants, equality and order.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::Arc;
use swath_meta::{DType, Field, TimeUnit};

/// One value of a column, a literal, or the outcome of a reduction.
///
/// Integers and floats are held at full width; [`Value::cast`] narrows them. Equality is total, as for
/// group keys: NaN equals NaN, `-0.0` equals `0.0`, and values of different kinds differ. For the order
/// of numbers across kinds see [`Value::compare`].
///
/// ```
/// use swath_batch::Value;
///
/// assert_eq!(Value::from(1.5).to_string(), "1.5");
/// assert_eq!(Value::from(None::<i64>), Value::Null);
/// assert_eq!(f64::try_from(Value::from(2)).map_err(|e| e.to_string()), Ok(2.0));
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Missing.
    Null,
    /// True or false.
    Bool(bool),
    /// A signed integer of any width.
    Int(i64),
    /// An unsigned integer of any width.
    UInt(u64),
    /// A float of any width; NaN is a value, not missing.
    Float(f64),
    /// A decimal number: `value / 10^scale`.
    Decimal {
        /// All digits, as an integer.
        value: i128,
        /// Digits that the column allows.
        precision: u8,
        /// Digits after the point.
        scale: i8,
    },
    /// Text.
    String(Arc<str>),
    /// Bytes.
    Binary(Arc<[u8]>),
    /// Days since 1970-01-01.
    Date(i32),
    /// A time of day.
    Time {
        /// Units since midnight.
        value: i64,
        /// The unit counted.
        #[serde(with = "unit")]
        unit: TimeUnit,
    },
    /// A point in time, or a wall-clock time where `zone` is `None`.
    Timestamp {
        /// Units since 1970-01-01T00:00:00, in UTC where there is a zone.
        value: i64,
        /// The unit counted.
        #[serde(with = "unit")]
        unit: TimeUnit,
        /// The zone it is shown in.
        zone: Option<Arc<str>>,
    },
    /// A length of time.
    Duration {
        /// Units, negative for backwards.
        value: i64,
        /// The unit counted.
        #[serde(with = "unit")]
        unit: TimeUnit,
    },
    /// Several values of one dtype.
    List(Arc<[Value]>),
    /// Named values.
    Struct(Arc<[(Arc<str>, Value)]>),
}

impl Value {
    /// Whether the value is missing. NaN is not.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The dtype of a column that would hold just this value, at full width.
    ///
    /// A list's items take the dtype of its first value that is not null.
    pub fn dtype(&self) -> DType {
        match self {
            Self::Null => DType::Null,
            Self::Bool(_) => DType::Bool,
            Self::Int(_) => DType::Int64,
            Self::UInt(_) => DType::UInt64,
            Self::Float(_) => DType::Float64,
            Self::Decimal {
                precision, scale, ..
            } => DType::Decimal {
                precision: *precision,
                scale: *scale,
            },
            Self::String(_) => DType::String,
            Self::Binary(_) => DType::Binary,
            Self::Date(_) => DType::Date,
            Self::Time { unit, .. } => DType::Time(*unit),
            Self::Timestamp { unit, zone, .. } => DType::Timestamp(*unit, zone.clone()),
            Self::Duration { unit, .. } => DType::Duration(*unit),
            Self::List(items) => DType::list(
                items
                    .iter()
                    .find(|item| !item.is_null())
                    .map_or(DType::Null, Self::dtype),
            ),
            Self::Struct(fields) => DType::structure(
                fields
                    .iter()
                    .map(|(name, value)| Field::new(Arc::clone(name), value.dtype(), true)),
            ),
        }
    }

    /// How the value sorts against another: numbers of any kind by their exact value, NaN after all
    /// other numbers, times of any unit by the moment they name.
    ///
    /// `None` where there is no order: a null, a nested value, values of different dtypes, a
    /// timestamp with a zone against one without.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => Some(left.cmp(right)),
            (Self::String(left), Self::String(right)) => Some(left.cmp(right)),
            (Self::Binary(left), Self::Binary(right)) => Some(left.cmp(right)),
            (Self::Date(left), Self::Date(right)) => Some(left.cmp(right)),
            (
                Self::Time {
                    value: left,
                    unit: from,
                },
                Self::Time {
                    value: right,
                    unit: to,
                },
            )
            | (
                Self::Duration {
                    value: left,
                    unit: from,
                },
                Self::Duration {
                    value: right,
                    unit: to,
                },
            ) => Some(nanoseconds(*left, *from).cmp(&nanoseconds(*right, *to))),
            (
                Self::Timestamp {
                    value: left,
                    unit: from,
                    zone: here,
                },
                Self::Timestamp {
                    value: right,
                    unit: to,
                    zone: there,
                },
            ) if here.is_some() == there.is_some() => {
                Some(nanoseconds(*left, *from).cmp(&nanoseconds(*right, *to)))
            }
            (Self::Float(left), Self::Float(right)) => Some(compare_floats(*left, *right)),
            (Self::Float(left), right) => right
                .digits()
                .map(|(value, scale)| compare_exact(value, scale, *left).reverse()),
            (left, Self::Float(right)) => left
                .digits()
                .map(|(value, scale)| compare_exact(value, scale, *right)),
            (left, right) => {
                let ((left, from), (right, to)) = (left.digits()?, right.digits()?);
                match from.cmp(&to) {
                    Ordering::Equal => Some(left.cmp(&right)),
                    Ordering::Less => Some(compare_scaled(left, right, to - from)),
                    Ordering::Greater => Some(compare_scaled(right, left, from - to).reverse()),
                }
            }
        }
    }

    /// An exact number as digits and scale.
    pub(super) fn digits(&self) -> Option<(i128, i32)> {
        match self {
            Self::Int(value) => Some((i128::from(*value), 0)),
            Self::UInt(value) => Some((i128::from(*value), 0)),
            Self::Decimal { value, scale, .. } => Some((*value, i32::from(*scale))),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::UInt(left), Self::UInt(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => {
                left == right || (left.is_nan() && right.is_nan())
            }
            (
                Self::Decimal {
                    value: left,
                    precision: p,
                    scale: s,
                },
                Self::Decimal {
                    value: right,
                    precision: q,
                    scale: t,
                },
            ) => (left, p, s) == (right, q, t),
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Binary(left), Self::Binary(right)) => left == right,
            (Self::Date(left), Self::Date(right)) => left == right,
            (
                Self::Time {
                    value: left,
                    unit: u,
                },
                Self::Time {
                    value: right,
                    unit: v,
                },
            )
            | (
                Self::Duration {
                    value: left,
                    unit: u,
                },
                Self::Duration {
                    value: right,
                    unit: v,
                },
            ) => (left, u) == (right, v),
            (
                Self::Timestamp {
                    value: left,
                    unit: u,
                    zone: y,
                },
                Self::Timestamp {
                    value: right,
                    unit: v,
                    zone: z,
                },
            ) => (left, u, y) == (right, v, z),
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Struct(left), Self::Struct(right)) => left == right,
            _ => false,
        }
    }
}

impl Eq for Value {}

/// Nanoseconds in one unit.
pub(super) fn nanoseconds_in(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

/// `value` units as nanoseconds, which 128 bits always hold.
pub(super) fn nanoseconds(value: i64, unit: TimeUnit) -> i128 {
    i128::from(value) * i128::from(nanoseconds_in(unit))
}

fn compare_floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// Compares `digits / 10^scale` with a float, without rounding integers.
fn compare_exact(digits: i128, scale: i32, float: f64) -> Ordering {
    if float.is_nan() {
        return Ordering::Less;
    }
    if scale != 0 {
        // A float is seldom a decimal exactly; the nearest float is what the engine compares with too.
        return compare_floats(digits as f64 / 10_f64.powi(scale), float);
    }
    // 2^127 bounds every 128-bit integer; below it the floor of a float converts exactly.
    if float >= 1.7e38 {
        return Ordering::Less;
    }
    if float <= -1.7e38 {
        return Ordering::Greater;
    }
    let floor = float.floor();
    digits.cmp(&(floor as i128)).then(if float > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    })
}

/// Compares `left` with `right`, whose scale is larger by `by`.
fn compare_scaled(left: i128, right: i128, by: i32) -> Ordering {
    match 10_i128
        .checked_pow(by.unsigned_abs())
        .and_then(|power| left.checked_mul(power))
    {
        Some(left) => left.cmp(&right),
        // Too large for 128 bits, so larger than `right` in magnitude.
        None => left.cmp(&0),
    }
}

/// The serde form of a unit: `s`, `ms`, `us` or `ns`.
mod unit {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use swath_meta::TimeUnit;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    pub(super) fn serialize<S: Serializer>(unit: &TimeUnit, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(crate::civil::unit_name(*unit))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<TimeUnit, D::Error> {
        match String::deserialize(input)?.as_str() {
            "s" => Ok(TimeUnit::Second),
            "ms" => Ok(TimeUnit::Millisecond),
            "us" => Ok(TimeUnit::Microsecond),
            "ns" => Ok(TimeUnit::Nanosecond),
            other => Err(D::Error::custom(format!("no time unit `{other}`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "cases read better so")]
    fn check(left: Value, right: Value, expected: Option<Ordering>) {
        assert_eq!(left.compare(&right), expected, "{left:?} {right:?}");
        assert_eq!(
            right.compare(&left),
            expected.map(Ordering::reverse),
            "{right:?} {left:?}"
        );
    }

    #[test]
    fn numbers_compare_by_exact_value() {
        use Ordering::{Equal, Less};
        check(Value::Int(1), Value::UInt(1), Some(Equal));
        check(Value::Int(-1), Value::UInt(u64::MAX), Some(Less));
        check(Value::Float(1.0), Value::Int(1), Some(Equal));
        // 2^53 + 1 is not a float; rounding would call these equal.
        check(
            Value::Float(9_007_199_254_740_992.0),
            Value::Int(9_007_199_254_740_993),
            Some(Less),
        );
        check(Value::Int(2), Value::Float(2.5), Some(Less));
        check(Value::Float(-2.5), Value::Int(-2), Some(Less));
        check(
            Value::Int(i64::MAX),
            Value::Float(f64::INFINITY),
            Some(Less),
        );
        check(
            Value::Float(f64::NEG_INFINITY),
            Value::Int(i64::MIN),
            Some(Less),
        );
        check(
            Value::Float(f64::INFINITY),
            Value::Float(f64::NAN),
            Some(Less),
        );
        check(Value::Int(i64::MAX), Value::Float(f64::NAN), Some(Less));
        check(Value::Float(f64::NAN), Value::Float(f64::NAN), Some(Equal));
        check(Value::Float(-0.0), Value::Float(0.0), Some(Equal));
        let decimal = |value, scale| Value::Decimal {
            value,
            precision: 38,
            scale,
        };
        check(decimal(150, 2), decimal(15, 1), Some(Equal));
        check(decimal(150, 2), Value::Int(2), Some(Less));
        check(decimal(1, 0), decimal(i128::MAX, 38), Some(Less));
        check(
            decimal(-i128::MAX, 38),
            decimal(i128::MAX / 2, -30),
            Some(Less),
        );
    }

    #[test]
    fn times_compare_across_units() {
        use Ordering::{Equal, Less};
        let at = |value, unit, zone: Option<&str>| Value::Timestamp {
            value,
            unit,
            zone: zone.map(Into::into),
        };
        check(
            at(1, TimeUnit::Second, None),
            at(1000, TimeUnit::Millisecond, None),
            Some(Equal),
        );
        check(
            at(1, TimeUnit::Nanosecond, None),
            at(1, TimeUnit::Second, None),
            Some(Less),
        );
        check(
            at(i64::MAX, TimeUnit::Nanosecond, None),
            at(i64::MAX, TimeUnit::Second, None),
            Some(Less),
        );
        check(
            at(1, TimeUnit::Second, Some("UTC")),
            at(1, TimeUnit::Second, Some("+02:00")),
            Some(Equal),
        );
        check(
            at(1, TimeUnit::Second, Some("UTC")),
            at(1, TimeUnit::Second, None),
            None,
        );
    }

    #[test]
    fn what_has_no_order_has_none() {
        check(Value::Null, Value::Null, None);
        check(Value::Null, Value::Int(1), None);
        check(Value::from("1"), Value::Int(1), None);
        check(Value::Bool(true), Value::Int(1), None);
    }

    #[test]
    fn equality_is_total() {
        assert_eq!(Value::Float(f64::NAN), Value::Float(-f64::NAN));
        assert_eq!(Value::Float(0.0), Value::Float(-0.0));
        assert_ne!(Value::Int(1), Value::UInt(1));
        assert_eq!(Value::Null, Value::Null);
    }
}
