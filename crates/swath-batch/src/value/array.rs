//! Between values and Arrow arrays.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BinaryViewArray, BooleanArray, Decimal128Array, ListArray, PrimitiveArray,
    StringViewArray, StructArray, UInt32Array, new_empty_array, new_null_array,
};
use arrow_buffer::OffsetBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field as ArrowField, FieldRef};
use arrow_select::{concat::concat, take::take};
use std::sync::Arc;
use swath_meta::{DType, TimeUnit};

use super::Value;
use crate::BatchError;

impl Value {
    /// The value at `row` of an array in any encoding that a [`DType`] admits or that
    /// [`normalise`](crate::normalise) accepts.
    ///
    /// # Panics
    /// Where `row` is out of bounds, and for Arrow types that no dtype stands for (maps, unions,
    /// intervals): no partition has them.
    #[expect(clippy::too_many_lines, reason = "one arm for each Arrow type")]
    pub fn from_array(array: &dyn Array, row: usize) -> Self {
        if array.is_null(row) {
            return Self::Null;
        }
        macro_rules! primitive {
            ($type:ty) => {
                array.as_primitive::<$type>().value(row)
            };
        }
        match array.data_type() {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Bool(array.as_boolean().value(row)),
            DataType::Int8 => primitive!(Int8Type).into(),
            DataType::Int16 => primitive!(Int16Type).into(),
            DataType::Int32 => primitive!(Int32Type).into(),
            DataType::Int64 => primitive!(Int64Type).into(),
            DataType::UInt8 => primitive!(UInt8Type).into(),
            DataType::UInt16 => primitive!(UInt16Type).into(),
            DataType::UInt32 => primitive!(UInt32Type).into(),
            DataType::UInt64 => primitive!(UInt64Type).into(),
            DataType::Float32 => primitive!(Float32Type).into(),
            DataType::Float64 => primitive!(Float64Type).into(),
            DataType::Decimal128(precision, scale) => Self::Decimal {
                value: primitive!(Decimal128Type),
                precision: *precision,
                scale: *scale,
            },
            DataType::Utf8 => array.as_string::<i32>().value(row).into(),
            DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
            DataType::Utf8View => array.as_string_view().value(row).into(),
            DataType::Binary => array.as_binary::<i32>().value(row).into(),
            DataType::LargeBinary => array.as_binary::<i64>().value(row).into(),
            DataType::BinaryView => array.as_binary_view().value(row).into(),
            DataType::Date32 => Self::Date(primitive!(Date32Type)),
            DataType::Time32(TimeUnit::Second) => Self::Time {
                value: primitive!(Time32SecondType).into(),
                unit: TimeUnit::Second,
            },
            DataType::Time32(_) => Self::Time {
                value: primitive!(Time32MillisecondType).into(),
                unit: TimeUnit::Millisecond,
            },
            DataType::Time64(TimeUnit::Microsecond) => Self::Time {
                value: primitive!(Time64MicrosecondType),
                unit: TimeUnit::Microsecond,
            },
            DataType::Time64(_) => Self::Time {
                value: primitive!(Time64NanosecondType),
                unit: TimeUnit::Nanosecond,
            },
            DataType::Timestamp(unit, zone) => {
                let value = match unit {
                    TimeUnit::Second => primitive!(TimestampSecondType),
                    TimeUnit::Millisecond => primitive!(TimestampMillisecondType),
                    TimeUnit::Microsecond => primitive!(TimestampMicrosecondType),
                    TimeUnit::Nanosecond => primitive!(TimestampNanosecondType),
                };
                Self::Timestamp {
                    value,
                    unit: *unit,
                    zone: zone.clone(),
                }
            }
            DataType::Duration(unit) => {
                let value = match unit {
                    TimeUnit::Second => primitive!(DurationSecondType),
                    TimeUnit::Millisecond => primitive!(DurationMillisecondType),
                    TimeUnit::Microsecond => primitive!(DurationMicrosecondType),
                    TimeUnit::Nanosecond => primitive!(DurationNanosecondType),
                };
                Self::Duration { value, unit: *unit }
            }
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let code = dictionary.keys().slice(row, 1);
                let code = cast(&code, &DataType::UInt64)
                    .expect("codes are integers that are not negative");
                Self::from_array(
                    dictionary.values().as_ref(),
                    code.as_primitive::<UInt64Type>().value(0) as usize,
                )
            }
            DataType::List(_) => {
                let items = array.as_list::<i32>().value(row);
                Self::List(
                    (0..items.len())
                        .map(|at| Self::from_array(&items, at))
                        .collect(),
                )
            }
            DataType::Struct(fields) => {
                let columns = array.as_struct().columns();
                Self::Struct(
                    fields
                        .iter()
                        .zip(columns)
                        .map(|(field, column)| {
                            (field.name().as_str().into(), Self::from_array(column, row))
                        })
                        .collect(),
                )
            }
            other => {
                let border = DType::from_arrow(other)
                    .expect("a partition's arrays have a dtype")
                    .border();
                let one = cast(&array.slice(row, 1), &border)
                    .expect("an encoding of a dtype casts to the dtype's border encoding");
                Self::from_array(&one, 0)
            }
        }
    }

    /// An array of `len` rows of this value, in the border encoding of `dtype`.
    ///
    /// # Errors
    /// Where the value does not [cast](Self::cast) to `dtype` exactly.
    #[expect(clippy::too_many_lines, reason = "one arm for each Arrow type")]
    pub fn to_array(&self, dtype: &DType, len: usize) -> Result<ArrayRef, BatchError> {
        let value = self.cast(dtype)?;
        if value.is_null() {
            return Ok(new_null_array(&dtype.border(), len));
        }
        let fits = "a value that was cast to a dtype has its range";
        Ok(match (&value, dtype) {
            (Self::Bool(value), _) => Arc::new(BooleanArray::from(vec![*value; len])),
            (Self::Int(value), DType::Int8) => {
                repeat::<Int8Type>((*value).try_into().expect(fits), len)
            }
            (Self::Int(value), DType::Int16) => {
                repeat::<Int16Type>((*value).try_into().expect(fits), len)
            }
            (Self::Int(value), DType::Int32) => {
                repeat::<Int32Type>((*value).try_into().expect(fits), len)
            }
            (Self::Int(value), _) => repeat::<Int64Type>(*value, len),
            (Self::UInt(value), DType::UInt8) => {
                repeat::<UInt8Type>((*value).try_into().expect(fits), len)
            }
            (Self::UInt(value), DType::UInt16) => {
                repeat::<UInt16Type>((*value).try_into().expect(fits), len)
            }
            (Self::UInt(value), DType::UInt32) => {
                repeat::<UInt32Type>((*value).try_into().expect(fits), len)
            }
            (Self::UInt(value), _) => repeat::<UInt64Type>(*value, len),
            (Self::Float(value), DType::Float32) => repeat::<Float32Type>(*value as f32, len),
            (Self::Float(value), _) => repeat::<Float64Type>(*value, len),
            (
                Self::Decimal {
                    value,
                    precision,
                    scale,
                },
                _,
            ) => Arc::new(
                Decimal128Array::from_value(*value, len)
                    .with_precision_and_scale(*precision, *scale)
                    .map_err(|source| BatchError::Arrow {
                        during: "making a decimal",
                        source,
                    })?,
            ),
            (Self::Date(value), _) => repeat::<Date32Type>(*value, len),
            (
                Self::Time {
                    value,
                    unit: TimeUnit::Second,
                },
                _,
            ) => repeat::<Time32SecondType>(
                (*value).try_into().map_err(|_| value_error(self, dtype))?,
                len,
            ),
            (
                Self::Time {
                    value,
                    unit: TimeUnit::Millisecond,
                },
                _,
            ) => repeat::<Time32MillisecondType>(
                (*value).try_into().map_err(|_| value_error(self, dtype))?,
                len,
            ),
            (
                Self::Time {
                    value,
                    unit: TimeUnit::Microsecond,
                },
                _,
            ) => repeat::<Time64MicrosecondType>(*value, len),
            (Self::Time { value, .. }, _) => repeat::<Time64NanosecondType>(*value, len),
            (Self::Timestamp { value, unit, zone }, _) => {
                let zone = zone.clone();
                match unit {
                    TimeUnit::Second => Arc::new(
                        PrimitiveArray::<TimestampSecondType>::from_value(*value, len)
                            .with_timezone_opt(zone),
                    ),
                    TimeUnit::Millisecond => Arc::new(
                        PrimitiveArray::<TimestampMillisecondType>::from_value(*value, len)
                            .with_timezone_opt(zone),
                    ),
                    TimeUnit::Microsecond => Arc::new(
                        PrimitiveArray::<TimestampMicrosecondType>::from_value(*value, len)
                            .with_timezone_opt(zone),
                    ),
                    TimeUnit::Nanosecond => Arc::new(
                        PrimitiveArray::<TimestampNanosecondType>::from_value(*value, len)
                            .with_timezone_opt(zone),
                    ),
                }
            }
            (Self::Duration { value, unit }, _) => match unit {
                TimeUnit::Second => repeat::<DurationSecondType>(*value, len),
                TimeUnit::Millisecond => repeat::<DurationMillisecondType>(*value, len),
                TimeUnit::Microsecond => repeat::<DurationMicrosecondType>(*value, len),
                TimeUnit::Nanosecond => repeat::<DurationNanosecondType>(*value, len),
            },
            _ => {
                let one = value.one(dtype)?;
                // The rows share the one copy of a long text.
                take(&one, &UInt32Array::from_value(0, len), None).map_err(|source| {
                    BatchError::Arrow {
                        during: "repeating a value",
                        source,
                    }
                })?
            }
        })
    }

    /// An array of these values, one a row, in the border encoding of `dtype`.
    ///
    /// # Errors
    /// Where one of them does not [cast](Self::cast) to `dtype` exactly.
    pub fn column(values: &[Self], dtype: &DType) -> Result<ArrayRef, BatchError> {
        if *dtype == DType::String {
            // One array for each text would have a block for each.
            let texts = values
                .iter()
                .map(|value| match value.cast(dtype)? {
                    Self::String(text) => Ok(Some(text)),
                    _ => Ok(None),
                })
                .collect::<Result<Vec<_>, BatchError>>()?;
            return Ok(Arc::new(texts.into_iter().collect::<StringViewArray>()));
        }
        let arrays = values
            .iter()
            .map(|value| value.to_array(dtype, 1))
            .collect::<Result<Vec<_>, _>>()?;
        if arrays.is_empty() {
            return Ok(new_empty_array(&dtype.border()));
        }
        let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
        concat(&arrays).map_err(|source| BatchError::Arrow {
            during: "making a column of values",
            source,
        })
    }

    /// One row of a value whose rows do not have one width.
    fn one(&self, dtype: &DType) -> Result<ArrayRef, BatchError> {
        let failed = |source| BatchError::Arrow {
            during: "making an array of one value",
            source,
        };
        Ok(match (self, dtype) {
            (Self::String(text), DType::Category) => {
                let text = StringViewArray::from_iter_values([text]);
                cast(&text, &dtype.border()).map_err(failed)?
            }
            (Self::String(text), _) => Arc::new(StringViewArray::from_iter_values([text])),
            (Self::Binary(bytes), _) => Arc::new(BinaryViewArray::from_iter_values([bytes])),
            (Self::List(items), DType::List(item)) => {
                let border = item.dtype.border();
                let values = Self::column(items, &item.dtype)?;
                let field: FieldRef = Arc::new(ArrowField::new("item", border, item.nullable));
                let offsets = OffsetBuffer::from_lengths([items.len()]);
                Arc::new(ListArray::try_new(field, offsets, values, None).map_err(failed)?)
            }
            (Self::Struct(values), DType::Struct(fields)) => {
                let columns = values
                    .iter()
                    .zip(fields.iter())
                    .map(|((_, value), field)| value.to_array(&field.dtype, 1))
                    .collect::<Result<Vec<_>, _>>()?;
                let DataType::Struct(border) = dtype.border() else {
                    return Err(value_error(self, dtype));
                };
                Arc::new(
                    StructArray::try_new_with_length(border, columns, None, 1).map_err(failed)?,
                )
            }
            _ => return Err(value_error(self, dtype)),
        })
    }
}

fn repeat<T: ArrowPrimitiveType>(value: T::Native, len: usize) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::from_value(value, len))
}

fn value_error(value: &Value, dtype: &DType) -> BatchError {
    BatchError::Value {
        expected: dtype.to_string(),
        found: value.dtype(),
        value: value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: impl Into<Value>, dtype: &str) {
        let (value, dtype) = (value.into(), dtype.parse::<DType>().expect("a dtype"));
        for len in [0, 1, 3] {
            let array = value.to_array(&dtype, len).expect("casts");
            assert_eq!(array.data_type(), &dtype.border(), "{dtype}");
            assert_eq!(array.len(), len);
            for row in 0..len {
                assert_eq!(Value::from_array(&array, row), value, "{dtype}");
            }
        }
    }

    #[test]
    fn values_come_back_from_their_arrays() {
        check(true, "bool");
        for dtype in ["int8", "int16", "int32", "int64"] {
            check(-7, dtype);
        }
        for dtype in ["uint8", "uint16", "uint32", "uint64"] {
            check(7_u8, dtype);
        }
        check(0.5, "float32");
        check(0.1, "float64");
        check("short", "string");
        check("a text of more than twelve bytes", "string");
        check("blue", "category");
        check(vec![1_u8, 2], "binary");
        check(
            Value::Decimal {
                value: 150,
                precision: 5,
                scale: 2,
            },
            "decimal(5, 2)",
        );
        check(Value::Date(5), "date");
        for (unit, name) in [
            (TimeUnit::Second, "s"),
            (TimeUnit::Millisecond, "ms"),
            (TimeUnit::Microsecond, "us"),
            (TimeUnit::Nanosecond, "ns"),
        ] {
            check(Value::Time { value: 5, unit }, &format!("time[{name}]"));
            check(
                Value::Duration { value: -5, unit },
                &format!("duration[{name}]"),
            );
            check(
                Value::Timestamp {
                    value: 5,
                    unit,
                    zone: None,
                },
                &format!("timestamp[{name}]"),
            );
            let zone = Some("UTC".into());
            check(
                Value::Timestamp {
                    value: 5,
                    unit,
                    zone,
                },
                &format!("timestamp[{name}, UTC]"),
            );
        }
        check(
            Value::List([Value::Int(1), Value::Null].into()),
            "list<int64>",
        );
        check(Value::List([].into()), "list<int64>");
        check(
            Value::Struct([("a".into(), Value::Int(1)), ("b".into(), Value::from("x"))].into()),
            "struct<a: int64, b: string>",
        );
        check(Value::Null, "int64");
        check(Value::Null, "category");
    }

    #[test]
    fn other_encodings_are_read() {
        let text = arrow_array::StringArray::from(vec!["x", "y"]);
        let coded = cast(
            &text,
            &DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        )
        .expect("casts");
        assert_eq!(Value::from_array(&coded, 1), Value::from("y"));
        let half = arrow_array::Float16Array::from(vec![half_of(1.5)]);
        assert_eq!(Value::from_array(&half, 0), Value::Float(1.5));
    }

    fn half_of(value: f32) -> <arrow_array::types::Float16Type as ArrowPrimitiveType>::Native {
        use arrow_buffer::ArrowNativeType;
        let _ = <arrow_array::types::Float16Type as ArrowPrimitiveType>::Native::usize_as(0);
        let array = cast(
            &arrow_array::Float32Array::from(vec![value]),
            &DataType::Float16,
        )
        .expect("casts");
        array
            .as_primitive::<arrow_array::types::Float16Type>()
            .value(0)
    }
}
