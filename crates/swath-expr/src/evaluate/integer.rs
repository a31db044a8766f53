//! Checked integer arithmetic: the loop computes wrapped results and one flag; only a flag that is up costs a second look.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use swath_meta::DType;

use super::input::union_nulls;
use super::side::{Side, zip_flagged};
use super::{Input, Rows};
use crate::{BinaryOp, ExprErrorKind};

/// An integer whose operations say whether the result is wrong.
trait Checked: Copy + PartialEq + Default + std::fmt::Display {
    fn add(self, other: Self) -> (Self, bool);
    fn sub(self, other: Self) -> (Self, bool);
    fn mul(self, other: Self) -> (Self, bool);
    fn floor_div(self, other: Self) -> (Self, bool);
    fn modulo(self, other: Self) -> (Self, bool);
}

macro_rules! signed {
    ($($native:ty)*) => { $(
        impl Checked for $native {
            // The sign of both operands against that of the result: unlike `overflowing_add`, this vectorises.
            fn add(self, other: Self) -> (Self, bool) {
                let sum = self.wrapping_add(other);
                (sum, (self ^ sum) & (other ^ sum) < 0)
            }

            fn sub(self, other: Self) -> (Self, bool) {
                let difference = self.wrapping_sub(other);
                (difference, (self ^ other) & (self ^ difference) < 0)
            }

            fn mul(self, other: Self) -> (Self, bool) {
                self.overflowing_mul(other)
            }

            fn floor_div(self, other: Self) -> (Self, bool) {
                if other == 0 {
                    return (0, true);
                }
                let (quotient, overflow) = self.overflowing_div(other);
                let rest = self.wrapping_rem(other);
                (if rest != 0 && (rest < 0) != (other < 0) { quotient - 1 } else { quotient }, overflow)
            }

            fn modulo(self, other: Self) -> (Self, bool) {
                if other == 0 {
                    return (0, true);
                }
                let rest = self.wrapping_rem(other);
                (if rest != 0 && (rest < 0) != (other < 0) { rest + other } else { rest }, false)
            }
        }
    )* };
}

macro_rules! unsigned {
    ($($native:ty)*) => { $(
        impl Checked for $native {
            fn add(self, other: Self) -> (Self, bool) {
                let sum = self.wrapping_add(other);
                (sum, sum < self)
            }

            fn sub(self, other: Self) -> (Self, bool) {
                (self.wrapping_sub(other), self < other)
            }

            fn mul(self, other: Self) -> (Self, bool) {
                self.overflowing_mul(other)
            }

            fn floor_div(self, other: Self) -> (Self, bool) {
                self.checked_div(other).map_or((0, true), |quotient| (quotient, false))
            }

            fn modulo(self, other: Self) -> (Self, bool) {
                self.checked_rem(other).map_or((0, true), |rest| (rest, false))
            }
        }
    )* };
}

signed!(i8 i16 i32 i64);
unsigned!(u8 u16 u32 u64);

/// `left op right` in the integer dtype that both sides have.
pub(super) fn arithmetic(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    match left.data_type() {
        DataType::Int8 => typed::<Int8Type>(op, left, right, dtype, rows),
        DataType::Int16 => typed::<Int16Type>(op, left, right, dtype, rows),
        DataType::Int32 => typed::<Int32Type>(op, left, right, dtype, rows),
        DataType::Int64 => typed::<Int64Type>(op, left, right, dtype, rows),
        DataType::UInt8 => typed::<UInt8Type>(op, left, right, dtype, rows),
        DataType::UInt16 => typed::<UInt16Type>(op, left, right, dtype, rows),
        DataType::UInt32 => typed::<UInt32Type>(op, left, right, dtype, rows),
        DataType::UInt64 => typed::<UInt64Type>(op, left, right, dtype, rows),
        found => unreachable!("typing made {found} an integer"),
    }
}

fn typed<T: ArrowPrimitiveType<Native: Checked>>(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    match op {
        BinaryOp::Add => checked::<T>(op, left, right, dtype, rows, Checked::add),
        BinaryOp::Sub => checked::<T>(op, left, right, dtype, rows, Checked::sub),
        BinaryOp::Mul => checked::<T>(op, left, right, dtype, rows, Checked::mul),
        BinaryOp::FloorDiv => checked::<T>(op, left, right, dtype, rows, Checked::floor_div),
        _ => checked::<T>(op, left, right, dtype, rows, Checked::modulo),
    }
}

fn checked<T: ArrowPrimitiveType<Native: Checked>>(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: Rows<'_>,
    operation: impl Fn(T::Native, T::Native) -> (T::Native, bool),
) -> Result<ArrayRef, ExprErrorKind> {
    let (l, r) = (Side::of::<T>(left), Side::of::<T>(right));
    let nulls = union_nulls(left, right);
    let (values, wrong) = zip_flagged(l, r, rows.len, &operation);
    if wrong
        && let Some(row) = first(nulls.as_ref(), rows, |row| {
            operation(l.get(row), r.get(row)).1
        })
    {
        let (left, right) = (l.get(row), r.get(row));
        return Err(failure(
            op,
            &left,
            &right,
            right == T::Native::default(),
            dtype,
        ));
    }
    Ok(Arc::new(PrimitiveArray::<T>::new(values.into(), nulls)))
}

/// The first row that is wanted, not null, and wrong.
pub(super) fn first(
    nulls: Option<&NullBuffer>,
    rows: Rows<'_>,
    wrong: impl Fn(usize) -> bool,
) -> Option<usize> {
    (0..rows.len).find(|row| {
        rows.is_active(*row) && nulls.is_none_or(|nulls| nulls.is_valid(*row)) && wrong(*row)
    })
}

/// The error of an operation on two values: a division by zero, or a result that does not fit.
pub(super) fn failure(
    op: BinaryOp,
    left: &dyn std::fmt::Display,
    right: &dyn std::fmt::Display,
    right_is_zero: bool,
    dtype: &DType,
) -> ExprErrorKind {
    let (operation, left, dtype) = (op.name(), left.to_string(), dtype.clone());
    if right_is_zero && matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod) {
        ExprErrorKind::DivideByZero {
            operation,
            left,
            dtype,
        }
    } else {
        ExprErrorKind::Overflow {
            operation,
            left,
            right: right.to_string(),
            dtype,
        }
    }
}

/// The numbers with the other sign.
pub(super) fn negate(
    input: &Input,
    dtype: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    macro_rules! checked {
        ($type:ty, $zero:literal) => {{
            let array = input.array().as_primitive::<$type>();
            let mut wrong = false;
            let values: Vec<_> = array
                .values()
                .iter()
                .map(|value| {
                    let (negative, overflow) = value.overflowing_neg();
                    wrong |= overflow;
                    negative
                })
                .collect();
            let nulls = array.nulls().cloned();
            if wrong
                && let Some(row) = first(nulls.as_ref(), rows, |row| {
                    array.value(row).overflowing_neg().1
                })
            {
                return Err(ExprErrorKind::NegOverflow {
                    value: array.value(row).to_string(),
                    dtype: dtype.clone(),
                });
            }
            let negative = PrimitiveArray::<$type>::new(values.into(), nulls);
            Ok(Arc::new(negative.with_data_type(array.data_type().clone())))
        }};
    }
    macro_rules! float {
        ($type:ty) => {
            Ok(Arc::new(
                input
                    .array()
                    .as_primitive::<$type>()
                    .unary::<_, $type>(|value| -value),
            ))
        };
    }
    match input.data_type() {
        DataType::Int8 => checked!(Int8Type, 0),
        DataType::Int16 => checked!(Int16Type, 0),
        DataType::Int32 => checked!(Int32Type, 0),
        DataType::Int64 => checked!(Int64Type, 0),
        DataType::Decimal128(..) => checked!(Decimal128Type, 0),
        DataType::Float32 => float!(Float32Type),
        DataType::Float64 => float!(Float64Type),
        DataType::Duration(_) => {
            let counts = Input::Array(ArrayRef::clone(super::promote::as_int64(input).array()));
            let negative = negate(&counts, dtype, rows)?;
            Ok(super::promote::of_int64(&negative, dtype))
        }
        found => unreachable!("typing lets no {found} be negated"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_right_for_every_pair_of_bytes() {
        for a in i8::MIN..=i8::MAX {
            for b in i8::MIN..=i8::MAX {
                assert_eq!(Checked::add(a, b), a.overflowing_add(b));
                assert_eq!(Checked::sub(a, b), a.overflowing_sub(b));
                let (x, y) = (i32::from(a), i32::from(b));
                if b != 0 {
                    let floor = (f64::from(x) / f64::from(y)).floor() as i32;
                    assert_eq!(a.floor_div(b).1, i8::try_from(floor).is_err(), "{a} // {b}");
                    if let Ok(floor) = i8::try_from(floor) {
                        assert_eq!(a.floor_div(b).0, floor, "{a} // {b}");
                    }
                    assert_eq!(
                        Checked::modulo(a, b),
                        ((x - y * floor) as i8, false),
                        "{a} % {b}"
                    );
                }
            }
        }
        for a in u8::MIN..=u8::MAX {
            for b in u8::MIN..=u8::MAX {
                assert_eq!(Checked::add(a, b), a.overflowing_add(b));
                assert_eq!(Checked::sub(a, b), a.overflowing_sub(b));
            }
        }
    }
}
