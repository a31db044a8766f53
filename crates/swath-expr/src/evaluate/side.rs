//! The native values of one side of an operation.

use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::ArrowNativeType;

use super::Input;

/// Native values: one a row, or one for all. Under a null there is any value.
#[derive(Clone, Copy)]
pub(super) enum Side<'a, T> {
    Many(&'a [T]),
    One(T),
}

impl<'a, T: ArrowNativeType> Side<'a, T> {
    /// The values of a primitive array of this type.
    pub(super) fn of<P: ArrowPrimitiveType<Native = T>>(input: &'a Input) -> Self {
        let array: &PrimitiveArray<P> = input
            .array()
            .as_any()
            .downcast_ref()
            .expect("typing settled the type");
        match input {
            Input::Array(_) => Self::Many(array.values()),
            Input::Scalar(_) => Self::One(array.value(0)),
        }
    }

    pub(super) fn get(&self, row: usize) -> T {
        match self {
            Self::Many(values) => values[row],
            Self::One(value) => *value,
        }
    }
}

/// Computes a value a row from two sides; `flag` collects what every call says is wrong.
pub(super) fn zip_flagged<A: Copy, B: Copy, T>(
    left: Side<'_, A>,
    right: Side<'_, B>,
    len: usize,
    operation: impl Fn(A, B) -> (T, bool),
) -> (Vec<T>, bool) {
    let mut flag = false;
    let mut call = |a, b| {
        let (value, wrong) = operation(a, b);
        flag |= wrong;
        value
    };
    let values = match (left, right) {
        (Side::Many(left), Side::Many(right)) => {
            left.iter().zip(right).map(|(a, b)| call(*a, *b)).collect()
        }
        (Side::Many(left), Side::One(b)) => left.iter().map(|a| call(*a, b)).collect(),
        (Side::One(a), Side::Many(right)) => right.iter().map(|b| call(a, *b)).collect(),
        (Side::One(a), Side::One(b)) => (0..len).map(|_| call(a, b)).collect(),
    };
    (values, flag)
}

/// Calls a macro with the Arrow type of a primitive [`DataType`](arrow_schema::DataType) that some dtype has at its border.
macro_rules! for_primitive {
    ($data_type:expr, $typed:ident) => {{
        use arrow_array::types as t;
        use arrow_schema::{DataType as D, TimeUnit as U};
        match $data_type {
            D::Int8 => $typed!(t::Int8Type),
            D::Int16 => $typed!(t::Int16Type),
            D::Int32 => $typed!(t::Int32Type),
            D::Int64 => $typed!(t::Int64Type),
            D::UInt8 => $typed!(t::UInt8Type),
            D::UInt16 => $typed!(t::UInt16Type),
            D::UInt32 => $typed!(t::UInt32Type),
            D::UInt64 => $typed!(t::UInt64Type),
            D::Float32 => $typed!(t::Float32Type),
            D::Float64 => $typed!(t::Float64Type),
            D::Decimal128(..) => $typed!(t::Decimal128Type),
            D::Date32 => $typed!(t::Date32Type),
            D::Time32(U::Second) => $typed!(t::Time32SecondType),
            D::Time32(_) => $typed!(t::Time32MillisecondType),
            D::Time64(U::Microsecond) => $typed!(t::Time64MicrosecondType),
            D::Time64(_) => $typed!(t::Time64NanosecondType),
            D::Timestamp(U::Second, _) => $typed!(t::TimestampSecondType),
            D::Timestamp(U::Millisecond, _) => $typed!(t::TimestampMillisecondType),
            D::Timestamp(U::Microsecond, _) => $typed!(t::TimestampMicrosecondType),
            D::Timestamp(U::Nanosecond, _) => $typed!(t::TimestampNanosecondType),
            D::Duration(U::Second) => $typed!(t::DurationSecondType),
            D::Duration(U::Millisecond) => $typed!(t::DurationMillisecondType),
            D::Duration(U::Microsecond) => $typed!(t::DurationMicrosecondType),
            D::Duration(U::Nanosecond) => $typed!(t::DurationNanosecondType),
            found => unreachable!("typing lets no {found} come here"),
        }
    }};
}

pub(crate) use for_primitive;
