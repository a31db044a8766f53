//! Which dtype two dtypes meet in: without loss for keys and concatenation, as NumPy does for arithmetic.

use std::sync::Arc;

use super::DType;
use crate::Field;

/// The narrowest dtype that holds every value of `a` and every value of `b`, exactly. `None` where there is none.
///
/// What keys of two dtypes are cast to before they are hashed or compared, and what columns meet in when frames are concatenated.
/// Integers widen; `uint64` meets no signed integer, and 64-bit integers meet no float, because neither holds the other; decimals
/// grow to 38 digits; a coarser time unit becomes the finer (a value out of its range is then an error of the cast, not a wrong
/// value); two zones meet in UTC, and a zone never meets its absence; `category` and `string` meet in `string`; `null` meets
/// everything.
///
/// ```
/// use swath_meta::{DType, common_supertype};
///
/// assert_eq!(common_supertype(&DType::Int32, &DType::Float32), Some(DType::Float64));
/// assert_eq!(common_supertype(&DType::Int64, &DType::Float64), None);
/// ```
pub fn common_supertype(a: &DType, b: &DType) -> Option<DType> {
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (DType::Null, other) | (other, DType::Null) => Some(other.clone()),
        (DType::String, DType::Category) | (DType::Category, DType::String) => Some(DType::String),
        (DType::Timestamp(x, zone), DType::Timestamp(y, other)) => match (zone, other) {
            (None, None) => Some(DType::Timestamp(*x.max(y), None)),
            (Some(zone), Some(other)) if zone == other => {
                Some(DType::Timestamp(*x.max(y), Some(Arc::clone(zone))))
            }
            (Some(_), Some(_)) => Some(DType::Timestamp(*x.max(y), Some("UTC".into()))),
            _ => None,
        },
        (DType::Date, DType::Timestamp(unit, None))
        | (DType::Timestamp(unit, None), DType::Date) => Some(DType::Timestamp(*unit, None)),
        (DType::Duration(x), DType::Duration(y)) => Some(DType::Duration(*x.max(y))),
        (DType::Time(x), DType::Time(y)) => Some(DType::Time(*x.max(y))),
        (DType::List(x), DType::List(y)) => {
            let item = common_supertype(&x.dtype, &y.dtype)?;
            Some(DType::List(Box::new(Field::new(
                "item",
                item,
                x.nullable || y.nullable,
            ))))
        }
        (DType::Struct(x), DType::Struct(y)) if x.len() == y.len() => {
            let fields = x.iter().zip(y.iter()).map(|(x, y)| {
                let same = (x.name == y.name).then_some(&x.name)?;
                Some(Field::new(
                    Arc::clone(same),
                    common_supertype(&x.dtype, &y.dtype)?,
                    x.nullable || y.nullable,
                ))
            });
            Some(DType::Struct(fields.collect::<Option<_>>()?))
        }
        _ => numeric(a, b),
    }
}

/// The dtype in which `a op b` is computed for two numbers, as Dask users expect. `None` if one of them is no number.
///
/// The [`common_supertype`] where there is one; else `float64`, so `int64 + float64` is `float64`, and so are `int64 + uint64` and
/// a decimal with a float. A boolean counts as the other's 0 or 1. The rules of decimal results (SQL scale) are the operators'.
pub fn arithmetic_supertype(a: &DType, b: &DType) -> Option<DType> {
    match (a, b) {
        (DType::Bool | DType::Null, number) | (number, DType::Bool | DType::Null)
            if number.is_numeric() =>
        {
            Some(number.clone())
        }
        _ if a.is_numeric() && b.is_numeric() => Some(numeric(a, b).unwrap_or(DType::Float64)),
        _ => None,
    }
}

fn numeric(a: &DType, b: &DType) -> Option<DType> {
    if a == b {
        return Some(a.clone());
    }
    if a.is_decimal() || b.is_decimal() {
        return decimal(a, b);
    }
    match (integer_bits(a), integer_bits(b)) {
        (Some((signed, x)), Some((other_signed, y))) => {
            let bits = match (signed, other_signed) {
                (true, false) => x.max(2 * y),
                (false, true) => y.max(2 * x),
                _ => x.max(y),
            };
            integer(signed || other_signed, bits)
        }
        (Some((_, bits)), None) if b.is_float() => float_holding(bits, b),
        (None, Some((_, bits))) if a.is_float() => float_holding(bits, a),
        (None, None) if a.is_float() && b.is_float() => Some(DType::Float64),
        _ => None,
    }
}

/// The float that holds all integers of `bits` bits and all of `float`: 24 and 53 bits are exact.
fn float_holding(bits: u32, float: &DType) -> Option<DType> {
    match bits {
        ..=16 => Some(float.clone()),
        32 => Some(DType::Float64),
        _ => None,
    }
}

fn integer_bits(dtype: &DType) -> Option<(bool, u32)> {
    Some(match dtype {
        DType::Int8 => (true, 8),
        DType::Int16 => (true, 16),
        DType::Int32 => (true, 32),
        DType::Int64 => (true, 64),
        DType::UInt8 => (false, 8),
        DType::UInt16 => (false, 16),
        DType::UInt32 => (false, 32),
        DType::UInt64 => (false, 64),
        _ => return None,
    })
}

fn integer(signed: bool, bits: u32) -> Option<DType> {
    Some(match (signed, bits) {
        (true, 8) => DType::Int8,
        (true, 16) => DType::Int16,
        (true, 32) => DType::Int32,
        (true, 64) => DType::Int64,
        (false, 8) => DType::UInt8,
        (false, 16) => DType::UInt16,
        (false, 32) => DType::UInt32,
        (false, 64) => DType::UInt64,
        _ => return None,
    })
}

fn decimal(a: &DType, b: &DType) -> Option<DType> {
    let (whole_a, scale_a) = digits(a)?;
    let (whole_b, scale_b) = digits(b)?;
    let scale = scale_a.max(scale_b);
    let precision = u8::try_from(whole_a.max(whole_b) + scale)
        .ok()
        .filter(|p| (1..=38).contains(p))?;
    Some(DType::Decimal {
        precision,
        scale: i8::try_from(scale).ok()?,
    })
}

/// Digits before and after the point.
fn digits(dtype: &DType) -> Option<(i32, i32)> {
    match dtype {
        DType::Decimal { precision, scale } => {
            Some((i32::from(*precision) - i32::from(*scale), i32::from(*scale)))
        }
        DType::UInt64 => Some((20, 0)),
        _ => integer_bits(dtype).map(|(_, bits)| match bits {
            8 => (3, 0),
            16 => (5, 0),
            32 => (10, 0),
            _ => (19, 0),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(meet: fn(&DType, &DType) -> Option<DType>, a: &str, b: &str, expected: &str) {
        let (a, b): (DType, DType) = (a.parse().unwrap(), b.parse().unwrap());
        let name =
            |dtype: Option<DType>| dtype.map_or("none".to_owned(), |dtype| dtype.to_string());
        assert_eq!(name(meet(&a, &b)), expected, "{a} with {b}");
        assert_eq!(name(meet(&b, &a)), expected, "{b} with {a}");
    }

    #[test]
    fn keys_meet_without_loss() {
        for (a, b, expected) in [
            ("int8", "int64", "int64"),
            ("uint8", "uint32", "uint32"),
            ("uint8", "int8", "int16"),
            ("uint32", "int64", "int64"),
            ("uint32", "int8", "int64"),
            ("uint64", "int64", "none"),
            ("int16", "float32", "float32"),
            ("int32", "float32", "float64"),
            ("int64", "float64", "none"),
            ("float32", "float64", "float64"),
            ("decimal(10, 2)", "decimal(12, 4)", "decimal(12, 4)"),
            ("decimal(10, 2)", "decimal(8, 6)", "decimal(14, 6)"),
            ("decimal(38, 0)", "decimal(38, 10)", "none"),
            ("int64", "decimal(10, 2)", "decimal(21, 2)"),
            ("decimal(10, 2)", "float64", "none"),
            ("date", "timestamp[us]", "timestamp[us]"),
            ("date", "timestamp[us, UTC]", "none"),
            ("timestamp[s]", "timestamp[ns]", "timestamp[ns]"),
            ("timestamp[s, UTC]", "timestamp[ns]", "none"),
            (
                "timestamp[s, Asia/Tokyo]",
                "timestamp[ms, Europe/Berlin]",
                "timestamp[ms, UTC]",
            ),
            ("category", "string", "string"),
            ("string", "binary", "none"),
            ("bool", "int64", "none"),
            ("null", "list<int64>", "list<int64>"),
            ("list<int8 not null>", "list<int16>", "list<int16>"),
            (
                "struct<a: int8>",
                "struct<a: float64>",
                "struct<a: float64>",
            ),
            ("struct<a: int8>", "struct<b: int8>", "none"),
            ("int64", "string", "none"),
        ] {
            check(common_supertype, a, b, expected);
        }
    }

    #[test]
    fn arithmetic_meets_as_numpy_does() {
        for (a, b, expected) in [
            ("int64", "float64", "float64"),
            ("int64", "float32", "float64"),
            ("int64", "uint64", "float64"),
            ("int8", "float32", "float32"),
            ("decimal(10, 2)", "float64", "float64"),
            ("bool", "int64", "int64"),
            ("bool", "bool", "none"),
            ("string", "int64", "none"),
            ("null", "int64", "int64"),
        ] {
            check(arithmetic_supertype, a, b, expected);
        }
    }
}
