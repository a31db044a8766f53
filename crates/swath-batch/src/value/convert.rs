//! Between values and Rust's own types.

use std::sync::Arc;
use swath_meta::TimeUnit;

use super::Value;
use crate::BatchError;

macro_rules! from_number {
    ($($variant:ident: $($type:ty)*;)*) => { $($(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*)* };
}

from_number! {
    Bool: bool;
    Int: i8 i16 i32 i64;
    UInt: u8 u16 u32 u64;
    Float: f32 f64;
    String: &str String Arc<str>;
    Binary: &[u8] Vec<u8>;
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::String(value.as_str().into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value {
    /// Makes a wall-clock time from microseconds since 1970-01-01T00:00:00.
    pub fn timestamp_us(value: i64) -> Self {
        Self::Timestamp {
            value,
            unit: TimeUnit::Microsecond,
            zone: None,
        }
    }
}

/// The value itself, or an error that names what was expected and what was found.
macro_rules! try_into {
    ($($type:ty, $expected:literal, $value:ident => $($pattern:pat => $result:expr),+;)*) => { $(
        impl TryFrom<Value> for $type {
            type Error = BatchError;

            fn try_from($value: Value) -> Result<Self, BatchError> {
                let result: Option<Self> = match &$value {
                    $($pattern => $result,)+
                    _ => None,
                };
                result.ok_or_else(|| BatchError::Value {
                    expected: $expected.into(),
                    found: $value.dtype(),
                    value: $value.to_string(),
                })
            }
        }

        /// Null is `None`.
        impl TryFrom<Value> for Option<$type> {
            type Error = BatchError;

            fn try_from(value: Value) -> Result<Self, BatchError> {
                if value.is_null() {
                    return Ok(None);
                }
                <$type>::try_from(value).map(Some)
            }
        }
    )* };
}

macro_rules! try_into_integer {
    ($($type:ty, $expected:literal;)*) => {
        try_into! { $(
            $type, $expected, value =>
                Value::Int(inner) => Some(*inner).and_then(|inner| <$type>::try_from(inner).ok()),
                Value::UInt(inner) => Some(*inner).and_then(|inner| <$type>::try_from(inner).ok());
        )* }
    };
}

try_into_integer! {
    i8, "int8";
    i16, "int16";
    i32, "int32";
    i64, "int64";
    u8, "uint8";
    u16, "uint16";
    u32, "uint32";
    u64, "uint64";
    usize, "uint64";
}

try_into! {
    bool, "bool", value => Value::Bool(inner) => Some(*inner);
    f64, "float64", value =>
        Value::Float(inner) => Some(*inner),
        Value::Int(inner) => Some(*inner as f64).filter(|float| *float as i128 == i128::from(*inner)),
        Value::UInt(inner) => Some(*inner as f64).filter(|float| *float as i128 == i128::from(*inner));
    f32, "float32", value => Value::Float(inner) => Some(*inner as f32).filter(|float| f64::from(*float).to_bits() == inner.to_bits() || inner.is_nan());
    String, "string", value => Value::String(inner) => Some(inner.to_string());
    Arc<str>, "string", value => Value::String(inner) => Some(Arc::clone(inner));
    Vec<u8>, "binary", value => Value::Binary(inner) => Some(inner.to_vec());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(i64::try_from(Value::from(5_i8)).expect("fits"), 5);
        assert_eq!(u64::try_from(Value::from(5)).expect("fits"), 5);
        assert_eq!(f64::try_from(Value::from(5_u16)).expect("fits"), 5.0);
        assert_eq!(String::try_from(Value::from("x")).expect("fits"), "x");
        assert_eq!(f32::try_from(Value::from(2.5)).expect("fits"), 2.5);
        assert_eq!(Option::<i64>::try_from(Value::Null).expect("fits"), None);
        assert_eq!(
            Option::<u8>::try_from(Value::from(5)).expect("fits"),
            Some(5)
        );
        assert_eq!(Value::from(Some(2.5_f32)), Value::Float(2.5));
        assert_eq!(Value::from(None::<&str>), Value::Null);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let error = |result: Result<i64, BatchError>| result.expect_err("does not fit").to_string();
        insta::assert_snapshot!(error(i64::try_from(Value::Null)), @"expected int64, found null `null`");
        insta::assert_snapshot!(error(i64::try_from(Value::from(1.0))), @"expected int64, found float64 `1.0`");
        insta::assert_snapshot!(error(i64::try_from(Value::from(u64::MAX))), @"expected int64, found uint64 `18446744073709551615`");
        assert!(f64::try_from(Value::Int(i64::MAX)).is_err(), "would round");
        assert!(u64::try_from(Value::Int(-1)).is_err());
        assert!(u8::try_from(Value::Int(256)).is_err());
        assert!(f32::try_from(Value::Float(0.1)).is_err(), "would round");
        assert!(Option::<i64>::try_from(Value::from("x")).is_err());
    }
}
