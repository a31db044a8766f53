//! One column as Rust values, nulls as `None`.

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringViewArray};
use arrow_buffer::ArrowNativeType;
use arrow_cast::cast;
use arrow_schema::DataType;
use std::sync::Arc;

mod sealed {
    /// Keeps the traits here to the types listed here.
    pub trait Sealed {}
}

/// A number that a column is read as: `f64`, `i64` or `u64`.
pub trait Number: sealed::Sealed + ArrowNativeType {
    /// The Arrow type that holds it.
    #[doc(hidden)]
    type Arrow: ArrowPrimitiveType<Native = Self>;
    /// Whether every value of a column of this type is such a number.
    #[doc(hidden)]
    fn holds(arrow: &DataType) -> bool;
}

impl sealed::Sealed for f64 {}
impl sealed::Sealed for i64 {}
impl sealed::Sealed for u64 {}

impl Number for f64 {
    type Arrow = Float64Type;
    fn holds(arrow: &DataType) -> bool {
        matches!(arrow, DataType::Float32 | DataType::Float64)
    }
}

impl Number for i64 {
    type Arrow = Int64Type;
    fn holds(arrow: &DataType) -> bool {
        arrow.is_integer() && *arrow != DataType::UInt64
    }
}

impl Number for u64 {
    type Arrow = UInt64Type;
    fn holds(arrow: &DataType) -> bool {
        arrow.is_unsigned_integer()
    }
}

/// A column of numbers.
#[derive(Clone, Debug)]
pub struct Numbers<N: Number>(PrimitiveArray<N::Arrow>);

impl<N: Number> Numbers<N> {
    pub(super) fn read(column: &ArrayRef) -> Option<Self> {
        let wide = N::holds(column.data_type())
            .then(|| cast(column, &<N::Arrow as ArrowPrimitiveType>::DATA_TYPE))?
            .ok()?;
        Some(Self(wide.as_primitive::<N::Arrow>().clone()))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value in a row, `None` where it is null.
    pub(super) fn get(&self, row: usize) -> Option<N> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }

    /// The value in each row, `None` where it is null.
    pub fn iter(&self) -> impl Iterator<Item = Option<N>> + '_ {
        self.0.iter()
    }

    /// The values without a look at nulls, whose slots hold anything.
    pub fn values(&self) -> &[N] {
        self.0.values()
    }

    /// The column with `function` applied to each value; null stays null.
    pub fn map(&self, function: impl Fn(N) -> N) -> Self {
        Self(self.0.unary(function))
    }
}

/// A column of truth values.
#[derive(Clone, Debug)]
pub struct Bools(BooleanArray);

impl Bools {
    pub(super) fn read(column: &ArrayRef) -> Option<Self> {
        column.as_boolean_opt().cloned().map(Self)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value in a row, `None` where it is null.
    pub(super) fn get(&self, row: usize) -> Option<bool> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }

    /// The value in each row, `None` where it is null.
    pub fn iter(&self) -> impl Iterator<Item = Option<bool>> + '_ {
        self.0.iter()
    }

    /// The column with `function` applied to each value; null stays null.
    pub fn map(&self, function: impl Fn(bool) -> bool) -> Self {
        Self(self.0.iter().map(|value| value.map(&function)).collect())
    }
}

/// A column of text.
#[derive(Clone, Debug)]
pub struct Strings(StringViewArray);

impl Strings {
    pub(super) fn read(column: &ArrayRef) -> Option<Self> {
        let text = match column.data_type() {
            DataType::Utf8View => return column.as_string_view_opt().cloned().map(Self),
            DataType::Dictionary(_, values) if **values == DataType::Utf8View => {
                cast(column, &DataType::Utf8View).ok()?
            }
            _ => return None,
        };
        text.as_string_view_opt().cloned().map(Self)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text in each row, `None` where it is null.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> + '_ {
        self.0.iter()
    }

    /// The column with `function` applied to each text; null stays null.
    pub fn map<S: AsRef<str>>(&self, function: impl Fn(&str) -> S) -> Self {
        Self(self.0.iter().map(|value| value.map(&function)).collect())
    }
}

/// What [`Batch::with`](crate::Batch::with) takes as a column: typed columns, Arrow arrays, vectors of
/// values or of optional values.
pub trait IntoColumn: sealed::Sealed {
    /// The column as an Arrow array.
    #[doc(hidden)]
    fn into_column(self) -> ArrayRef;
}

macro_rules! into_column {
    ($([$($bound:tt)*] $type:ty, $self:ident => $array:expr;)*) => { $(
        impl<$($bound)*> sealed::Sealed for $type {}
        impl<$($bound)*> IntoColumn for $type {
            fn into_column($self) -> ArrayRef {
                $array
            }
        }
    )* };
}

into_column! {
    [] ArrayRef, self => self;
    [N: Number] Numbers<N>, self => Arc::new(self.0);
    [] Bools, self => Arc::new(self.0);
    [] Strings, self => Arc::new(self.0);
    [] Vec<f64>, self => Arc::new(PrimitiveArray::<Float64Type>::from(self));
    [] Vec<i64>, self => Arc::new(PrimitiveArray::<Int64Type>::from(self));
    [] Vec<u64>, self => Arc::new(PrimitiveArray::<UInt64Type>::from(self));
    [] Vec<bool>, self => Arc::new(BooleanArray::from(self));
    [] Vec<String>, self => Arc::new(StringViewArray::from_iter_values(self));
    ['a] Vec<&'a str>, self => Arc::new(StringViewArray::from_iter_values(self));
    [] Vec<Option<f64>>, self => Arc::new(PrimitiveArray::<Float64Type>::from(self));
    [] Vec<Option<i64>>, self => Arc::new(PrimitiveArray::<Int64Type>::from(self));
    [] Vec<Option<u64>>, self => Arc::new(PrimitiveArray::<UInt64Type>::from(self));
    [] Vec<Option<bool>>, self => Arc::new(BooleanArray::from(self));
    [] Vec<Option<String>>, self => Arc::new(self.into_iter().collect::<StringViewArray>());
    ['a] Vec<Option<&'a str>>, self => Arc::new(self.into_iter().collect::<StringViewArray>());
}
