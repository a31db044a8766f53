//! Float arithmetic: IEEE, with Python's `//` and `%`.

use std::sync::Arc;

use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow_schema::DataType;

use super::input::union_nulls;
use super::side::{Side, zip_flagged};
use super::{Input, Rows};
use crate::BinaryOp;

/// `left op right` in the float dtype that both sides have. Nothing is an error: divisions by zero give infinities and NaN.
pub(super) fn arithmetic(op: BinaryOp, left: &Input, right: &Input, rows: Rows<'_>) -> ArrayRef {
    macro_rules! typed {
        ($type:ty) => {
            match op {
                BinaryOp::Add => each::<$type>(left, right, rows, |a, b| a + b),
                BinaryOp::Sub => each::<$type>(left, right, rows, |a, b| a - b),
                BinaryOp::Mul => each::<$type>(left, right, rows, |a, b| a * b),
                BinaryOp::Div => each::<$type>(left, right, rows, |a, b| a / b),
                // Remainders of short floats are exact in long ones, so one implementation serves both.
                BinaryOp::FloorDiv => each::<$type>(left, right, rows, |a, b| floor_divide(a.into(), b.into()) as _),
                _ => each::<$type>(left, right, rows, |a, b| modulo(a.into(), b.into()) as _),
            }
        };
    }
    match left.data_type() {
        DataType::Float32 => typed!(Float32Type),
        _ => typed!(Float64Type),
    }
}

fn each<T: ArrowPrimitiveType>(
    left: &Input,
    right: &Input,
    rows: Rows<'_>,
    operation: impl Fn(T::Native, T::Native) -> T::Native,
) -> ArrayRef {
    let (values, _) = zip_flagged(
        Side::of::<T>(left),
        Side::of::<T>(right),
        rows.len,
        |a, b| (operation(a, b), false),
    );
    Arc::new(PrimitiveArray::<T>::new(
        values.into(),
        union_nulls(left, right),
    ))
}

/// What `//` leaves; it has the sign of the divisor.
fn modulo(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest == 0.0 {
        return rest.copysign(b);
    }
    if (rest < 0.0) == (b < 0.0) {
        rest
    } else {
        rest + b
    }
}

/// The quotient rounded down, so that `b * (a // b) + a % b` is `a`: not the floor of the rounded quotient, which can be one more.
fn floor_divide(a: f64, b: f64) -> f64 {
    if b == 0.0 {
        return a / b;
    }
    let rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_is_pythons() {
        for (a, b, quotient, rest) in [
            (7.0, 2.0, 3.0, 1.0),
            (-7.0, 2.0, -4.0, 1.0),
            (7.0, -2.0, -4.0, -1.0),
            (-7.0, -2.0, 3.0, -1.0),
            (1.0, 0.1, 9.0, 0.099_999_999_999_999_95),
            (0.0, 5.0, 0.0, 0.0),
            (5.0, f64::INFINITY, 0.0, 5.0),
            (-5.0, f64::INFINITY, -1.0, f64::INFINITY),
        ] {
            assert_eq!(
                (floor_divide(a, b), modulo(a, b)),
                (quotient, rest),
                "{a} {b}"
            );
        }
        assert_eq!(floor_divide(1.0, 0.0), f64::INFINITY);
        assert!(
            floor_divide(0.0, 0.0).is_nan()
                && modulo(1.0, 0.0).is_nan()
                && modulo(f64::INFINITY, 2.0).is_nan()
        );
    }
}
