//! Literals take the dtype of what they meet, exactly or not at all.

use swath_batch::Value;
use swath_meta::DType;

use super::fix::{binary_code, cast_code};
use super::{Side, temporal};
use crate::code::{code, value_code};
use crate::display::{brief, literal};
use crate::{BinaryOp, ExprErrorKind};

/// The literal as a value of `dtype`, or why it is none.
///
/// Numbers must be exact, but for one: a float literal for `float32` is rounded to it, because it was rounded when it was read.
/// Text becomes text, or a date, time or timestamp; it never becomes a number.
pub(crate) fn adapt(value: &Value, dtype: &DType) -> Result<Value, String> {
    match (value, dtype) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::String(_), DType::String | DType::Category) => Ok(value.clone()),
        (Value::String(text), _) if dtype.is_temporal() => temporal::parse(text, dtype),
        (Value::String(_), _) => Err("it is text".to_owned()),
        (Value::Float(float), DType::Float32) => {
            let short = *float as f32;
            if short.is_infinite() && float.is_finite() {
                return Err("it is too large".to_owned());
            }
            Ok(Value::Float(short.into()))
        }
        _ => value.cast(dtype).map_err(|_| reason(value, dtype)),
    }
}

fn reason(value: &Value, dtype: &DType) -> String {
    let range = match dtype {
        DType::Int8 => "-128 to 127",
        DType::Int16 => "-32768 to 32767",
        DType::Int32 => "-2147483648 to 2147483647",
        DType::Int64 => "-2^63 to 2^63 - 1",
        DType::UInt8 => "0 to 255",
        DType::UInt16 => "0 to 65535",
        DType::UInt32 => "0 to 4294967295",
        DType::UInt64 => "0 to 2^64 - 1",
        _ => "",
    };
    match value {
        Value::Float(float) if dtype.is_integer() && float.fract() != 0.0 => {
            "it is not whole".to_owned()
        }
        Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Decimal { .. }
            if dtype.is_integer() =>
        {
            format!("that holds {range}")
        }
        Value::Int(_) | Value::UInt(_) if dtype.is_float() => "it would be rounded".to_owned(),
        Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Decimal { .. }
            if dtype.is_decimal() =>
        {
            "it has too many digits".to_owned()
        }
        Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Decimal { .. } => {
            "it is a number".to_owned()
        }
        _ => format!("it is {}", value.dtype()),
    }
}

/// The error for a literal that does not fit the other side, with the cast that makes both go together.
pub(crate) fn literal_error(
    op: BinaryOp,
    value: &Value,
    other: Side<'_>,
    literal_is_left: bool,
    reason: String,
) -> ExprErrorKind {
    let dtype = other.dtype;
    // A method call needs the column on the left.
    let both = |column: String, literal: String| {
        if !literal_is_left {
            binary_code(op, &column, &literal)
        } else if op.is_comparison() {
            binary_code(op.mirrored(), &column, &literal)
        } else {
            binary_code(op, &format!("lit({literal})"), &column)
        }
    };
    let cast_to = |to: &DType| both(cast_code(other.expr, to), value_code(value));
    let fix = match value {
        // Text that reads as what the column holds was meant as that.
        Value::String(_) if dtype.is_numeric() || *dtype == DType::Bool => {
            match value.cast(dtype) {
                Ok(meant) => Some(both(code(other.expr), value_code(&meant))),
                Err(_) => Some(cast_to(&DType::String)),
            }
        }
        Value::String(_) if dtype.is_temporal() => None,
        Value::Int(_) | Value::UInt(_) if dtype.is_float() => Some(cast_to(&DType::Decimal {
            precision: 38,
            scale: 0,
        })),
        Value::Int(_) if dtype.is_integer() => Some(cast_to(&DType::Int64)),
        Value::UInt(_) if dtype.is_integer() => Some(cast_to(&DType::UInt64)),
        Value::Float(_) if dtype.is_numeric() => Some(cast_to(&DType::Float64)),
        Value::Decimal { .. } if dtype.is_numeric() => Some(cast_to(&value.dtype())),
        Value::Int(_)
        | Value::UInt(_)
        | Value::Float(_)
        | Value::Bool(_)
        | Value::Decimal { .. }
            if dtype.is_string() =>
        {
            Some(cast_to(&value.dtype()))
        }
        Value::Bool(_) if dtype.is_numeric() => Some(cast_to(&DType::Bool)),
        Value::Int(_) | Value::UInt(_) if *dtype == DType::Bool => Some(cast_to(&DType::Int64)),
        _ => None,
    };
    let fix = fix.filter(|_| other.literal.is_none()).map(Into::into);
    ExprErrorKind::Literal {
        literal: literal(value),
        expression: brief(other.expr),
        dtype: dtype.clone(),
        reason,
        fix,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: impl Into<Value>, dtype: &str, expected: Result<&str, &str>) {
        let value = value.into();
        let found = adapt(&value, &dtype.parse().unwrap()).map(|value| value.to_string());
        assert_eq!(
            found.as_deref().map_err(String::as_str),
            expected,
            "{value} for {dtype}"
        );
    }

    #[test]
    fn a_literal_takes_the_dtype_of_the_column_exactly_or_not_at_all() {
        for dtype in ["int16", "int32", "int64", "uint16"] {
            check(5000, dtype, Ok("5000"));
        }
        check(5000, "float64", Ok("5000.0"));
        check(5000, "decimal(15, 2)", Ok("5000.00"));
        check(5000, "int8", Err("that holds -128 to 127"));
        check(-1, "uint64", Err("that holds 0 to 2^64 - 1"));
        check(
            9_007_199_254_740_993_i64,
            "float64",
            Err("it would be rounded"),
        );
        check(2.5, "int32", Err("it is not whole"));
        check(2.0, "int32", Ok("2"));
        check(0.05, "decimal(15, 2)", Ok("0.05"));
        check(0.055, "decimal(15, 2)", Err("it has too many digits"));
        check(0.1, "float32", Ok("0.10000000149011612"));
        check(1e300, "float32", Err("it is too large"));
        check(5, "string", Err("it is a number"));
        check("5", "int64", Err("it is text"));
        check("eu", "category", Ok("eu"));
        check(true, "int64", Err("it is bool"));
        check(None::<i64>, "date", Ok("null"));
        check("1995-01-01", "date", Ok("1995-01-01"));
        check(Value::Date(0), "timestamp[us]", Ok("1970-01-01T00:00:00"));
        check(Value::Date(0), "int64", Err("it is date"));
    }
}
