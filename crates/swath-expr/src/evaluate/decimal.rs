//! Checked decimal arithmetic in 128 bits; 256 only inside a division.

use std::sync::Arc;

use arrow_array::types::Decimal128Type;
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_buffer::i256;
use arrow_schema::DataType;
use swath_batch::Value;
use swath_meta::DType;

use super::input::union_nulls;
use super::integer::{failure, first};
use super::side::{Side, zip_flagged};
use super::{Input, Rows};
use crate::{BinaryOp, ExprErrorKind};

/// What an operation needs to know besides the values.
#[derive(Clone, Copy)]
struct Scales {
    left: i32,
    right: i32,
    result: i32,
    /// `10^precision`: results stay below it.
    limit: u128,
}

/// `left op right` of two decimals, each of its own scale, as a decimal of `dtype`.
pub(super) fn arithmetic(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    dtype: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    let scale = |input: &Input| match input.data_type() {
        DataType::Decimal128(_, scale) => i32::from(*scale),
        found => unreachable!("typing made {found} a decimal"),
    };
    let &DType::Decimal {
        precision,
        scale: result,
    } = dtype
    else {
        unreachable!("typing gave a decimal")
    };
    let scales = Scales {
        left: scale(left),
        right: scale(right),
        result: result.into(),
        limit: 10_u128.pow(precision.into()),
    };
    let (l, r) = (
        Side::of::<Decimal128Type>(left),
        Side::of::<Decimal128Type>(right),
    );
    let operation: fn(i128, i128, Scales) -> Option<i128> = match op {
        BinaryOp::Add => add,
        BinaryOp::Sub => subtract,
        BinaryOp::Mul => |a, b, _| a.checked_mul(b),
        BinaryOp::Div => divide,
        BinaryOp::FloorDiv => floor_divide,
        _ => modulo,
    };
    let fitting =
        |a, b| operation(a, b, scales).filter(|value| value.unsigned_abs() < scales.limit);
    let nulls = union_nulls(left, right);
    let (values, wrong) = zip_flagged(l, r, rows.len, |a, b| {
        fitting(a, b).map_or((0, true), |value| (value, false))
    });
    if wrong
        && let Some(row) = first(nulls.as_ref(), rows, |row| {
            fitting(l.get(row), r.get(row)).is_none()
        })
    {
        let shown = |value, scale: i32| Value::Decimal {
            value,
            precision: 38,
            scale: scale as i8,
        };
        let (a, b) = (
            shown(l.get(row), scales.left),
            shown(r.get(row), scales.right),
        );
        return Err(failure(op, &a, &b, r.get(row) == 0, dtype));
    }
    Ok(Arc::new(
        PrimitiveArray::<Decimal128Type>::new(values.into(), nulls).with_data_type(dtype.border()),
    ))
}

/// `value * 10^by`, also backwards where nothing is lost.
fn shift(value: i128, by: i32) -> Option<i128> {
    let power = 10_i128.checked_pow(by.unsigned_abs())?;
    if by >= 0 {
        value.checked_mul(power)
    } else {
        (value % power == 0).then_some(value / power)
    }
}

fn add(a: i128, b: i128, scales: Scales) -> Option<i128> {
    shift(a, scales.result - scales.left)?.checked_add(shift(b, scales.result - scales.right)?)
}

fn subtract(a: i128, b: i128, scales: Scales) -> Option<i128> {
    shift(a, scales.result - scales.left)?.checked_sub(shift(b, scales.result - scales.right)?)
}

/// The quotient rounded half away from zero.
fn divide(a: i128, b: i128, scales: Scales) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let by = scales.result - scales.left + scales.right;
    let ten = i256::from_i128(10);
    let power = ten.checked_pow(by.unsigned_abs())?;
    let (mut a, mut b) = (i256::from_i128(a), i256::from_i128(b));
    if by >= 0 {
        a = a.checked_mul(power)?;
    } else {
        b = b.checked_mul(power)?;
    }
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    let twice = rest.checked_abs()?.checked_mul(i256::from_i128(2))?;
    let away = if twice < b.checked_abs()? {
        i256::ZERO
    } else if a.is_negative() == b.is_negative() {
        i256::ONE
    } else {
        i256::MINUS_ONE
    };
    quotient.checked_add(away)?.to_i128()
}

/// Both numbers with the same scale, as wide as that needs.
fn aligned(a: i128, b: i128, scales: Scales) -> Option<(i256, i256)> {
    let ten = i256::from_i128(10);
    let (a, b) = (i256::from_i128(a), i256::from_i128(b));
    let power = ten.checked_pow((scales.left - scales.right).unsigned_abs())?;
    if scales.left < scales.right {
        Some((a.checked_mul(power)?, b))
    } else {
        Some((a, b.checked_mul(power)?))
    }
}

fn floor_divide(a: i128, b: i128, scales: Scales) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let (a, b) = aligned(a, b, scales)?;
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    let down = rest != i256::ZERO && rest.is_negative() != b.is_negative();
    if down {
        quotient.checked_sub(i256::ONE)?.to_i128()
    } else {
        quotient.to_i128()
    }
}

fn modulo(a: i128, b: i128, scales: Scales) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let (a, b) = aligned(a, b, scales)?;
    let rest = a.checked_rem(b)?;
    if rest != i256::ZERO && rest.is_negative() != b.is_negative() {
        rest.checked_add(b)?.to_i128()
    } else {
        rest.to_i128()
    }
}
