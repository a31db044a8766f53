//! What a closure may return, and how it becomes a column.

use std::error::Error;
use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray};
use arrow_buffer::NullBuffer;
use swath_meta::DType;

mod sealed {
    pub trait Sealed {}
}

/// A Rust type that is one value of a column: `bool`, integers, floats, `String`. Sealed.
pub trait Plain: sealed::Sealed + Sized + 'static {
    /// The dtype of the column.
    #[doc(hidden)]
    fn dtype() -> DType;

    /// Room for the values of so many rows.
    #[doc(hidden)]
    fn room(rows: usize) -> Vec<Self>;

    /// The column; values where it is null count for nothing.
    #[doc(hidden)]
    fn array(values: Vec<Self>, nulls: Option<NullBuffer>) -> ArrayRef;
}

/// What a closure may return: a [`Plain`] value, an `Option` of one where `None` is null, or a `Result` of either. Sealed.
#[diagnostic::on_unimplemented(
    message = "a function of a row cannot return a `{Self}`",
    note = "it returns `bool`, an integer, a float, a `String`, an `Option` of one, or a `Result` of either"
)]
pub trait Returned: sealed::Sealed + 'static {
    /// The value inside.
    #[doc(hidden)]
    type Plain: Plain;
    /// Whether it may be null.
    #[doc(hidden)]
    const NULLABLE: bool;
    /// Whether it may be an error.
    #[doc(hidden)]
    const FALLIBLE: bool = false;

    /// The value, null, or the function's own error.
    #[doc(hidden)]
    fn settle(self) -> Result<Option<Self::Plain>, Box<dyn Error + Send + Sync>>;
}

macro_rules! plain {
    ($($type:ty, $dtype:ident, $array:ty;)*) => { $(
        impl Plain for $type {
            fn dtype() -> DType {
                DType::$dtype
            }

            fn room(rows: usize) -> Vec<Self> {
                vec![Self::default(); rows]
            }

            fn array(values: Vec<Self>, nulls: Option<NullBuffer>) -> ArrayRef {
                Arc::new(<$array>::new(values.into(), nulls))
            }
        }

        returned! { $type }
    )* };
}

macro_rules! returned {
    ($type:ty) => {
        impl sealed::Sealed for $type {}

        impl Returned for $type {
            type Plain = Self;
            const NULLABLE: bool = false;

            fn settle(self) -> Result<Option<Self>, Box<dyn Error + Send + Sync>> {
                Ok(Some(self))
            }
        }
    };
}

plain! {
    bool, Bool, BooleanArray;
    i8, Int8, PrimitiveArray<Int8Type>;
    i16, Int16, PrimitiveArray<Int16Type>;
    i32, Int32, PrimitiveArray<Int32Type>;
    i64, Int64, PrimitiveArray<Int64Type>;
    u8, UInt8, PrimitiveArray<UInt8Type>;
    u16, UInt16, PrimitiveArray<UInt16Type>;
    u32, UInt32, PrimitiveArray<UInt32Type>;
    u64, UInt64, PrimitiveArray<UInt64Type>;
    f32, Float32, PrimitiveArray<Float32Type>;
    f64, Float64, PrimitiveArray<Float64Type>;
}

returned! { String }

impl Plain for String {
    fn dtype() -> DType {
        DType::String
    }

    fn room(rows: usize) -> Vec<Self> {
        vec![Self::new(); rows]
    }

    fn array(values: Vec<Self>, nulls: Option<NullBuffer>) -> ArrayRef {
        let mut texts = StringViewBuilder::with_capacity(values.len());
        for (row, value) in values.iter().enumerate() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                texts.append_null();
            } else {
                texts.append_value(value);
            }
        }
        Arc::new(texts.finish())
    }
}

impl<T: Plain> sealed::Sealed for Option<T> {}

impl<T: Plain> Returned for Option<T> {
    type Plain = T;
    const NULLABLE: bool = true;

    fn settle(self) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(self)
    }
}

impl<T: Returned, E: 'static> sealed::Sealed for Result<T, E> {}

impl<T: Returned, E: Into<Box<dyn Error + Send + Sync>> + 'static> Returned for Result<T, E> {
    type Plain = T::Plain;
    const NULLABLE: bool = T::NULLABLE;
    const FALLIBLE: bool = true;

    fn settle(self) -> Result<Option<T::Plain>, Box<dyn Error + Send + Sync>> {
        self.map_err(Into::into)?.settle()
    }
}
