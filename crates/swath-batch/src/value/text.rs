//! Values as text: the rules of every result that swath prints.

use std::fmt::{self, Display, Formatter, Write};

use super::Value;
use crate::civil;

/// Shortest text that reads back as the same number, with `.0` or an exponent so that it reads back as
/// a float; ISO 8601 dates and times, instants in the local time of their zone with its offset (`Z` for UTC); `null` for what is missing; bytes in hexadecimal.
impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::UInt(value) => write!(f, "{value}"),
            Self::Float(value) => write_float(f, *value),
            Self::Decimal { value, scale, .. } => write_decimal(f, *value, *scale),
            Self::String(value) => f.write_str(value),
            Self::Binary(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::Date(days) => civil::write_date(f, i64::from(*days)),
            Self::Time { value, unit } => civil::write_time(f, *value, *unit),
            Self::Timestamp { value, unit, zone } => {
                civil::write_timestamp(f, *value, *unit, zone.as_deref())
            }
            Self::Duration { value, unit } => write!(f, "{value}{}", civil::unit_name(*unit)),
            Self::List(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at == 0 { "" } else { ", " })?;
                }
                f.write_char(']')
            }
            Self::Struct(fields) => {
                f.write_char('{')?;
                for (at, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if at == 0 { "" } else { ", " })?;
                }
                f.write_char('}')
            }
        }
    }
}

/// Writes the shortest text that reads back as `value`.
pub(crate) fn write_float(out: &mut dyn Write, value: f64) -> fmt::Result {
    write!(out, "{value:?}")
}

/// Writes the shortest text that reads back as `value` in 32 bits.
pub(crate) fn write_float32(out: &mut dyn Write, value: f32) -> fmt::Result {
    write!(out, "{value:?}")
}

fn write_decimal(out: &mut dyn Write, value: i128, scale: i8) -> fmt::Result {
    let sign = if value < 0 { "-" } else { "" };
    let digits = value.unsigned_abs().to_string();
    if scale <= 0 {
        let zeros = if value == 0 {
            0
        } else {
            usize::from(scale.unsigned_abs())
        };
        return write!(out, "{sign}{digits}{}", "0".repeat(zeros));
    }
    let scale = usize::from(scale.unsigned_abs());
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    write!(out, "{sign}{whole}.{part}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_meta::TimeUnit;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "cases read better so")]
    fn check(value: Value, expected: &str) {
        assert_eq!(value.to_string(), expected);
    }

    #[test]
    fn each_kind_has_one_text() {
        check(Value::Null, "null");
        check(Value::Bool(true), "true");
        check(Value::Int(i64::MIN), "-9223372036854775808");
        check(Value::UInt(u64::MAX), "18446744073709551615");
        check(Value::from("naïve"), "naïve");
        check(Value::from(vec![0_u8, 255]), "0x00ff");
        check(
            Value::List([Value::Int(1), Value::Null].into()),
            "[1, null]",
        );
        check(
            Value::Struct([("a".into(), Value::Int(1)), ("b".into(), Value::from("x"))].into()),
            "{a: 1, b: x}",
        );
        check(
            Value::Duration {
                value: -90,
                unit: TimeUnit::Millisecond,
            },
            "-90ms",
        );
    }

    #[test]
    fn floats_are_shortest_and_stay_floats() {
        check(Value::Float(5000.0), "5000.0");
        check(Value::Float(0.1), "0.1");
        check(Value::Float(-0.0), "-0.0");
        check(Value::Float(1e300), "1e300");
        check(Value::Float(f64::NAN), "NaN");
        check(Value::Float(f64::INFINITY), "inf");
        check(Value::Float(0.1 + 0.2), "0.30000000000000004");
    }

    #[test]
    fn decimals_show_their_scale() {
        let decimal = |value, scale| Value::Decimal {
            value,
            precision: 10,
            scale,
        };
        check(decimal(12345, 2), "123.45");
        check(decimal(-5, 2), "-0.05");
        check(decimal(5, 0), "5");
        check(decimal(5, -2), "500");
        check(decimal(0, -2), "0");
    }

    #[test]
    fn times_are_iso() {
        check(Value::Date(0), "1970-01-01");
        check(Value::Date(-1), "1969-12-31");
        check(Value::Date(19_782), "2024-02-29");
        check(
            Value::Time {
                value: 3_661,
                unit: TimeUnit::Second,
            },
            "01:01:01",
        );
        let at = |value, unit, zone: Option<&str>| Value::Timestamp {
            value,
            unit,
            zone: zone.map(Into::into),
        };
        check(
            at(1_709_210_096, TimeUnit::Second, None),
            "2024-02-29T12:34:56",
        );
        check(
            at(
                1_709_210_096_500,
                TimeUnit::Millisecond,
                Some("Europe/Zurich"),
            ),
            "2024-02-29T13:34:56.500+01:00",
        );
        check(
            at(-1, TimeUnit::Nanosecond, None),
            "1969-12-31T23:59:59.999999999",
        );
        check(
            at(1, TimeUnit::Microsecond, None),
            "1970-01-01T00:00:00.000001",
        );
    }
}
