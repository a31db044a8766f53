//! What a closure's argument can be, and how a column is read as it.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringViewArray};
use arrow_buffer::NullBuffer;
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};
use swath_meta::DType;

use crate::Value;

mod sealed {
    pub trait Sealed {}
}

/// A Rust type that a closure may take as an argument. Sealed: booleans, numbers, texts,
/// [`Value`] for anything else, and an `Option` of each.
#[diagnostic::on_unimplemented(
    message = "a function of a row cannot take a `{Self}`",
    note = "it takes `bool`, integers, floats, `&str`, `String`, `Value`, and an `Option` of one"
)]
pub trait Parameter: sealed::Sealed + 'static {
    /// The type with the lifetime of the column it is read from.
    type Of<'a>;
    /// The column, in the encoding that it is read from.
    #[doc(hidden)]
    type Column;
    /// Its values, as a loop over its rows reads them.
    #[doc(hidden)]
    type Values<'a>: Copy;
    /// Whether nulls are handed over; where not, a row that has one is not handed over at all.
    #[doc(hidden)]
    const SEES_NULLS: bool;
    /// What a column must be, for messages.
    #[doc(hidden)]
    const WANTED: &'static str;

    /// Whether every value of such a column can be handed over.
    #[doc(hidden)]
    fn accepts(dtype: &DType) -> bool;

    /// The column in the encoding that it is read from.
    #[doc(hidden)]
    fn column(array: &ArrayRef) -> Result<Self::Column, ArrowError>;

    /// Which rows are null.
    #[doc(hidden)]
    fn nulls(column: &Self::Column) -> Option<&NullBuffer>;

    /// The values of the column.
    #[doc(hidden)]
    fn values(column: &Self::Column) -> Self::Values<'_>;

    /// The value of a row, which is not null unless nulls are handed over.
    #[doc(hidden)]
    fn value(values: Self::Values<'_>, row: usize) -> Self::Of<'_>;
}

/// A column of a type, as it is where it is of that: Arrow's `cast` makes another array of its buffers also then.
fn decoded(column: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == data_type {
        return Ok(Arc::clone(column));
    }
    cast(column, data_type)
}

macro_rules! numbers {
    ($($type:ty, $arrow:ty, $wanted:literal: $($dtype:ident)+;)*) => { $(
        impl sealed::Sealed for $type {}

        impl Parameter for $type {
            type Of<'a> = $type;
            type Column = PrimitiveArray<$arrow>;
            type Values<'a> = &'a [$type];
            const SEES_NULLS: bool = false;
            const WANTED: &'static str = $wanted;

            fn accepts(dtype: &DType) -> bool {
                matches!(dtype, $(DType::$dtype)|+ | DType::Null)
            }

            fn column(array: &ArrayRef) -> Result<Self::Column, ArrowError> {
                let array = decoded(array, &<$arrow as ArrowPrimitiveType>::DATA_TYPE)?;
                Ok(array.as_primitive::<$arrow>().clone())
            }

            fn nulls(column: &Self::Column) -> Option<&NullBuffer> {
                column.nulls()
            }

            fn values(column: &Self::Column) -> &[$type] {
                column.values()
            }

            fn value(values: Self::Values<'_>, row: usize) -> Self::Of<'_> {
                values[row]
            }
        }
    )* };
}

numbers! {
    i8, Int8Type, "int8": Int8;
    i16, Int16Type, "an integer that fits int16": Int8 Int16 UInt8;
    i32, Int32Type, "an integer that fits int32": Int8 Int16 Int32 UInt8 UInt16;
    i64, Int64Type, "an integer that fits int64": Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32;
    u8, UInt8Type, "uint8": UInt8;
    u16, UInt16Type, "an integer that fits uint16": UInt8 UInt16;
    u32, UInt32Type, "an integer that fits uint32": UInt8 UInt16 UInt32;
    u64, UInt64Type, "an integer that fits uint64": UInt8 UInt16 UInt32 UInt64;
    f32, Float32Type, "float32": Float32 Int8 Int16 UInt8 UInt16;
    f64, Float64Type, "float64 (`.cast(\"float64\")` makes one)": Float32 Float64 Int8 Int16 Int32 UInt8 UInt16 UInt32;
}

impl sealed::Sealed for bool {}

impl Parameter for bool {
    type Of<'a> = bool;
    type Column = BooleanArray;
    type Values<'a> = &'a BooleanArray;
    const SEES_NULLS: bool = false;
    const WANTED: &'static str = "bool";

    fn accepts(dtype: &DType) -> bool {
        matches!(dtype, DType::Bool | DType::Null)
    }

    fn column(array: &ArrayRef) -> Result<BooleanArray, ArrowError> {
        Ok(decoded(array, &DataType::Boolean)?.as_boolean().clone())
    }

    fn nulls(column: &BooleanArray) -> Option<&NullBuffer> {
        column.nulls()
    }

    fn values(column: &BooleanArray) -> &BooleanArray {
        column
    }

    fn value(values: Self::Values<'_>, row: usize) -> Self::Of<'_> {
        values.value(row)
    }
}

fn accepts_text(dtype: &DType) -> bool {
    matches!(dtype, DType::String | DType::Category | DType::Null)
}

/// Text of any encoding, decoded once.
fn text_column(array: &ArrayRef) -> Result<StringViewArray, ArrowError> {
    Ok(decoded(array, &DataType::Utf8View)?
        .as_string_view()
        .clone())
}

impl sealed::Sealed for &'static str {}

impl Parameter for &'static str {
    type Of<'a> = &'a str;
    type Column = StringViewArray;
    type Values<'a> = &'a StringViewArray;
    const SEES_NULLS: bool = false;
    const WANTED: &'static str = "a string";

    fn accepts(dtype: &DType) -> bool {
        accepts_text(dtype)
    }

    fn column(array: &ArrayRef) -> Result<StringViewArray, ArrowError> {
        text_column(array)
    }

    fn nulls(column: &StringViewArray) -> Option<&NullBuffer> {
        column.nulls()
    }

    fn values(column: &StringViewArray) -> &StringViewArray {
        column
    }

    fn value(values: Self::Values<'_>, row: usize) -> Self::Of<'_> {
        values.value(row)
    }
}

impl sealed::Sealed for String {}

impl Parameter for String {
    type Of<'a> = String;
    type Column = StringViewArray;
    type Values<'a> = &'a StringViewArray;
    const SEES_NULLS: bool = false;
    const WANTED: &'static str = "a string";

    fn accepts(dtype: &DType) -> bool {
        accepts_text(dtype)
    }

    fn column(array: &ArrayRef) -> Result<StringViewArray, ArrowError> {
        text_column(array)
    }

    fn nulls(column: &StringViewArray) -> Option<&NullBuffer> {
        column.nulls()
    }

    fn values(column: &StringViewArray) -> &StringViewArray {
        column
    }

    fn value(values: Self::Values<'_>, row: usize) -> Self::Of<'_> {
        values.value(row).to_owned()
    }
}

impl sealed::Sealed for Value {}

/// Any value, as itself: null is [`Value::Null`], and `None` of an `Option`.
impl Parameter for Value {
    type Of<'a> = Value;
    /// With the rows that are null, also by the value that a code stands for.
    type Column = (ArrayRef, Option<NullBuffer>);
    type Values<'a> = &'a ArrayRef;
    const SEES_NULLS: bool = true;
    const WANTED: &'static str = "any value";

    fn accepts(_: &DType) -> bool {
        true
    }

    fn column(array: &ArrayRef) -> Result<Self::Column, ArrowError> {
        Ok((Arc::clone(array), array.logical_nulls()))
    }

    fn nulls((_, nulls): &Self::Column) -> Option<&NullBuffer> {
        nulls.as_ref()
    }

    fn values((array, _): &Self::Column) -> &ArrayRef {
        array
    }

    fn value(values: Self::Values<'_>, row: usize) -> Self::Of<'_> {
        Self::from_array(values, row)
    }
}

impl<T: Parameter> sealed::Sealed for Option<T> {}

/// Null is `None`.
impl<T: Parameter> Parameter for Option<T> {
    type Of<'a> = Option<T::Of<'a>>;
    type Column = T::Column;
    type Values<'a> = (T::Values<'a>, Option<&'a NullBuffer>);
    const SEES_NULLS: bool = true;
    const WANTED: &'static str = T::WANTED;

    fn accepts(dtype: &DType) -> bool {
        T::accepts(dtype)
    }

    fn column(array: &ArrayRef) -> Result<T::Column, ArrowError> {
        T::column(array)
    }

    fn nulls(column: &T::Column) -> Option<&NullBuffer> {
        T::nulls(column)
    }

    fn values(column: &T::Column) -> Self::Values<'_> {
        (T::values(column), T::nulls(column))
    }

    fn value((values, nulls): Self::Values<'_>, row: usize) -> Self::Of<'_> {
        let is_null = nulls.is_some_and(|nulls| nulls.is_null(row));
        (!is_null).then(|| T::value(values, row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_encoding() {
        let plain = StringViewArray::from(vec![Some("a"), None, Some("a text of some length")]);
        let column: ArrayRef = Arc::new(plain.clone());
        let texts = [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View];
        let keys = [DataType::UInt8, DataType::Int32, DataType::UInt32];
        let coded = keys.iter().flat_map(|key| {
            let of =
                |text: &DataType| DataType::Dictionary(key.clone().into(), text.clone().into());
            texts.iter().map(of)
        });
        for encoding in coded.chain(texts.iter().cloned()) {
            let encoded = cast(&column, &encoding).expect("an encoding of texts");
            assert_eq!(text_column(&encoded).expect("texts"), plain, "{encoding}");
        }
    }
}
