//! Precision and scale of decimal results, by the rules of SQL.

use swath_batch::Value;
use swath_meta::DType;

use crate::{BinaryOp, ExprErrorKind};

const DIGITS: i32 = 38;

/// The decimal that holds every integer of this dtype.
pub(super) fn of_integer(dtype: &DType) -> Option<DType> {
    let precision = match dtype {
        DType::Int8 | DType::UInt8 => 3,
        DType::Int16 | DType::UInt16 => 5,
        DType::Int32 | DType::UInt32 => 10,
        DType::Int64 => 19,
        DType::UInt64 => 20,
        _ => return None,
    };
    Some(DType::Decimal {
        precision,
        scale: 0,
    })
}

/// A number literal as the smallest decimal that is exactly what was written: `0.05` has two digits after the point.
pub(super) fn of_literal(value: &Value) -> Option<(Value, DType)> {
    let text = match value {
        Value::Int(_) | Value::UInt(_) => value.to_string(),
        Value::Float(float) if float.is_finite() => format!("{float}"),
        Value::Decimal { .. } => return Some((value.clone(), value.dtype())),
        _ => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = part.trim_end_matches('0');
    let digits: i128 = format!("{whole}{part}").parse().ok()?;
    let scale = i8::try_from(part.len()).ok()?;
    let needed = digits
        .unsigned_abs()
        .checked_ilog10()
        .map_or(1, |log| log + 1) as usize;
    let precision = u8::try_from(needed.max(part.len()))
        .ok()
        .filter(|digits| i32::from(*digits) <= DIGITS)?;
    Some((
        Value::Decimal {
            value: digits,
            precision,
            scale,
        },
        DType::Decimal { precision, scale },
    ))
}

/// The dtype of `left op right`.
///
/// | operation | digits after the point | digits in all |
/// |---|---|---|
/// | `+ -` | the more of both | the more before the point, one carry, those after it |
/// | `*` | the sum of both | the sum of both |
/// | `/` | at least 6, left's + right's precision + 1 | what the quotient can need; digits after the point give way, down to 6 |
/// | `//` | 0 | what the quotient can need |
/// | `%` | the more of both | those of the divisor before the point |
///
/// More than 38 digits in all are cut to 38: what then does not fit is an error of the row. More than 38 after the point are an
/// error here.
pub(super) fn result(op: BinaryOp, left: &DType, right: &DType) -> Result<DType, ExprErrorKind> {
    let (
        &DType::Decimal {
            precision: p,
            scale: s,
        },
        &DType::Decimal {
            precision: q,
            scale: t,
        },
    ) = (left, right)
    else {
        unreachable!("both sides were made decimals");
    };
    let (p, s, q, t) = (i32::from(p), i32::from(s), i32::from(q), i32::from(t));
    let (precision, scale) = match op {
        BinaryOp::Mul => (p + q, s + t),
        BinaryOp::Div => {
            let scale = 6.max(s + q + 1);
            let whole = (p - s + t).max(1);
            (
                whole + scale,
                if whole + scale > DIGITS {
                    (DIGITS - whole).max(6.min(scale))
                } else {
                    scale
                },
            )
        }
        BinaryOp::FloorDiv => ((p - s + t).max(1), 0),
        BinaryOp::Mod => ((q - t).max(0) + s.max(t), s.max(t)),
        _ => ((p - s).max(q - t) + 1 + s.max(t), s.max(t)),
    };
    if scale > DIGITS {
        return Err(ExprErrorKind::DecimalScale {
            operation: op.name(),
            left_dtype: left.clone(),
            right_dtype: right.clone(),
            scale,
        });
    }
    let precision = precision.clamp(1.max(scale), DIGITS) as u8;
    Ok(DType::Decimal {
        precision,
        scale: scale.max(i32::from(i8::MIN)) as i8,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(op: BinaryOp, left: &str, right: &str, expected: &str) {
        let found = result(op, &left.parse().unwrap(), &right.parse().unwrap());
        assert_eq!(
            found.map_or_else(|error| error.to_string(), |dtype| dtype.to_string()),
            expected
        );
    }

    #[test]
    fn scales_follow_sql() {
        check(
            BinaryOp::Add,
            "decimal(15, 2)",
            "decimal(10, 4)",
            "decimal(18, 4)",
        );
        check(
            BinaryOp::Sub,
            "decimal(1, 0)",
            "decimal(15, 2)",
            "decimal(16, 2)",
        );
        check(
            BinaryOp::Add,
            "decimal(38, 2)",
            "decimal(38, 2)",
            "decimal(38, 2)",
        );
        check(
            BinaryOp::Mul,
            "decimal(15, 2)",
            "decimal(16, 2)",
            "decimal(31, 4)",
        );
        check(
            BinaryOp::Mul,
            "decimal(38, 10)",
            "decimal(38, 10)",
            "decimal(38, 20)",
        );
        check(
            BinaryOp::Mul,
            "decimal(38, 20)",
            "decimal(38, 20)",
            "`*` of decimal(38, 20) and decimal(38, 20) needs 40 digits after the point, a decimal has at most 38",
        );
        check(
            BinaryOp::Div,
            "decimal(5, 2)",
            "decimal(3, 1)",
            "decimal(10, 6)",
        );
        check(
            BinaryOp::Div,
            "decimal(15, 2)",
            "decimal(15, 2)",
            "decimal(33, 18)",
        );
        check(
            BinaryOp::Div,
            "decimal(38, 2)",
            "decimal(38, 2)",
            "decimal(38, 6)",
        );
        check(
            BinaryOp::FloorDiv,
            "decimal(15, 2)",
            "decimal(5, 2)",
            "decimal(15, 0)",
        );
        check(
            BinaryOp::Mod,
            "decimal(15, 2)",
            "decimal(5, 3)",
            "decimal(5, 3)",
        );
    }

    #[test]
    fn a_literal_is_the_decimal_that_was_written() {
        let dtype =
            |value: Value| of_literal(&value).map(|(value, dtype)| format!("{value} {dtype}"));
        assert_eq!(dtype(1.into()).as_deref(), Some("1 decimal(1, 0)"));
        assert_eq!(dtype(0.into()).as_deref(), Some("0 decimal(1, 0)"));
        assert_eq!(dtype(0.05.into()).as_deref(), Some("0.05 decimal(2, 2)"));
        assert_eq!(
            dtype((-12.50).into()).as_deref(),
            Some("-12.5 decimal(3, 1)")
        );
        assert_eq!(dtype(1e300.into()), None);
        assert_eq!(dtype(f64::NAN.into()), None);
        assert_eq!(dtype("1".into()), None);
    }
}
