//! Comparisons: IEEE for floats, exact between different numbers, one answer an entry for dictionaries.

use std::cmp::Ordering;

use arrow_array::types::{Decimal128Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{ArrowPrimitiveType, BooleanArray};
use arrow_buffer::{ArrowNativeType, BooleanBuffer};
use arrow_schema::{DataType, TimeUnit};

use super::dictionary::EntryCache;
use super::input::union_nulls;
use super::mask::{constant, where_sides};
use super::side::{Side, for_primitive};
use super::{Input, Rows, promote, text};
use crate::{BinaryOp, ExprErrorKind};

/// Compares two sides; the result is null where a side is, but for the two comparisons that treat null as a value.
pub(crate) fn compare(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    rows: Rows<'_>,
    cache: &EntryCache,
) -> Result<BooleanArray, ExprErrorKind> {
    let len = rows.len;
    let (ordinary, missing) = match op {
        BinaryOp::EqMissing => (BinaryOp::Eq, Some(false)),
        BinaryOp::NeMissing => (BinaryOp::Eq, Some(true)),
        other => (other, None),
    };
    let null = left.is_null_scalar() || right.is_null_scalar();
    let Some(negated) = missing else {
        if null {
            return Ok(BooleanArray::new_null(len));
        }
        return values(ordinary, left, right, len, cache);
    };
    let both = &left.valid(len) & &right.valid(len);
    let neither = !&(&left.valid(len) | &right.valid(len));
    let equal = if null {
        neither
    } else {
        let answer = values(ordinary, left, right, len, cache)?;
        &(answer.values() & &both) | &neither
    };
    Ok(BooleanArray::new(
        if negated { !&equal } else { equal },
        None,
    ))
}

/// Compares values; neither side is a null scalar.
fn values(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    len: usize,
    cache: &EntryCache,
) -> Result<BooleanArray, ExprErrorKind> {
    if text::is_text(left) {
        return text::compare(op, left, right, cache);
    }
    let mask = match (left.data_type(), right.data_type()) {
        (DataType::Boolean, _) => booleans(op, left, right, len),
        (DataType::BinaryView, _) => text::compare_bytes(op, left, right),
        (DataType::Null, _) | (_, DataType::Null) => return Ok(BooleanArray::new_null(len)),
        (DataType::Decimal128(_, s), DataType::Decimal128(_, t)) if s != t => {
            let (s, t) = (i32::from(*s), i32::from(*t));
            let test = ordering_test(op);
            where_sides(
                Side::of::<Decimal128Type>(left),
                Side::of::<Decimal128Type>(right),
                len,
                |a, b| test(scaled(a, s, b, t)),
            )
        }
        (DataType::Int64, DataType::UInt64) => {
            let test = ordering_test(op);
            where_sides(
                Side::of::<Int64Type>(left),
                Side::of::<UInt64Type>(right),
                len,
                |a, b| test(i128::from(a).cmp(&i128::from(b))),
            )
        }
        (DataType::Int64, DataType::Float64) => {
            let test = partial_test(op);
            where_sides(
                Side::of::<Int64Type>(left),
                Side::of::<Float64Type>(right),
                len,
                |a, b| test(against_float(a.into(), b)),
            )
        }
        (DataType::UInt64, DataType::Float64) => {
            let test = partial_test(op);
            where_sides(
                Side::of::<UInt64Type>(left),
                Side::of::<Float64Type>(right),
                len,
                |a, b| test(against_float(a.into(), b)),
            )
        }
        (DataType::Float64, DataType::Int64 | DataType::UInt64)
        | (DataType::UInt64, DataType::Int64) => {
            return values(op.mirrored(), right, left, len, cache);
        }
        (DataType::Timestamp(u, _), DataType::Timestamp(v, _))
        | (DataType::Duration(u), DataType::Duration(v))
            if u != v =>
        {
            let (u, v) = (nanoseconds(*u), nanoseconds(*v));
            let (l, r) = (promote::as_int64(left), promote::as_int64(right));
            let test = ordering_test(op);
            where_sides(
                Side::of::<Int64Type>(&l),
                Side::of::<Int64Type>(&r),
                len,
                |a, b| test((i128::from(a) * u).cmp(&(i128::from(b) * v))),
            )
        }
        (found, _) => same(op, left, right, len, found),
    };
    Ok(BooleanArray::new(mask, union_nulls(left, right)))
}

/// Compares values of one primitive type.
fn same(op: BinaryOp, left: &Input, right: &Input, len: usize, found: &DataType) -> BooleanBuffer {
    macro_rules! typed {
        ($type:ty) => {
            natives::<<$type as ArrowPrimitiveType>::Native>(
                op,
                Side::of::<$type>(left),
                Side::of::<$type>(right),
                len,
            )
        };
    }
    for_primitive!(found, typed)
}

fn natives<T: ArrowNativeType>(
    op: BinaryOp,
    left: Side<'_, T>,
    right: Side<'_, T>,
    len: usize,
) -> BooleanBuffer {
    // Rust's operators on natives are IEEE's for floats.
    match op {
        BinaryOp::Eq => where_sides(left, right, len, |a, b| a == b),
        BinaryOp::Ne => where_sides(left, right, len, |a, b| a != b),
        BinaryOp::Lt => where_sides(left, right, len, |a, b| a < b),
        BinaryOp::Le => where_sides(left, right, len, |a, b| a <= b),
        BinaryOp::Gt => where_sides(left, right, len, |a, b| a > b),
        _ => where_sides(left, right, len, |a, b| a >= b),
    }
}

fn booleans(op: BinaryOp, left: &Input, right: &Input, len: usize) -> BooleanBuffer {
    let values = |input: &Input| match input {
        Input::Array(_) => input.booleans().values().clone(),
        Input::Scalar(_) => constant(input.booleans().value(0), len),
    };
    let (left, right) = (values(left), values(right));
    match op {
        BinaryOp::Eq => !&(&left ^ &right),
        BinaryOp::Ne => &left ^ &right,
        BinaryOp::Lt => &!&left & &right,
        BinaryOp::Le => &!&left | &right,
        BinaryOp::Gt => &left & &!&right,
        _ => &left | &!&right,
    }
}

/// Which orderings pass a comparison.
pub(super) fn ordering_test(op: BinaryOp) -> impl Fn(Ordering) -> bool {
    let (less, equal, greater) = match op {
        BinaryOp::Eq => (false, true, false),
        BinaryOp::Ne => (true, false, true),
        BinaryOp::Lt => (true, false, false),
        BinaryOp::Le => (true, true, false),
        BinaryOp::Gt => (false, false, true),
        _ => (false, true, true),
    };
    move |ordering| match ordering {
        Ordering::Less => less,
        Ordering::Equal => equal,
        Ordering::Greater => greater,
    }
}

/// Which orderings pass a comparison, where there may be none: only `!=` passes then.
fn partial_test(op: BinaryOp) -> impl Fn(Option<Ordering>) -> bool {
    let test = ordering_test(op);
    move |ordering| ordering.map_or(op == BinaryOp::Ne, &test)
}

/// Compares an integer of up to 64 bits with a float by their exact values.
fn against_float(integer: i128, float: f64) -> Option<Ordering> {
    // Beyond this every float is larger in magnitude than the integer; below it, what is whole converts exactly.
    const BOUND: f64 = 1e20;
    if float.is_nan() {
        return None;
    }
    if float >= BOUND {
        return Some(Ordering::Less);
    }
    if float <= -BOUND {
        return Some(Ordering::Greater);
    }
    let whole = float.floor();
    Some(integer.cmp(&(whole as i128)).then(if float > whole {
        Ordering::Less
    } else {
        Ordering::Equal
    }))
}

/// Compares `a / 10^s` with `b / 10^t`.
fn scaled(a: i128, s: i32, b: i128, t: i32) -> Ordering {
    let grow = |value: i128, by: i32| {
        10_i128
            .checked_pow(by.unsigned_abs())
            .and_then(|power| value.checked_mul(power))
    };
    if s < t {
        // What does not fit 128 bits is larger in magnitude than anything that does.
        grow(a, t - s).map_or_else(|| a.cmp(&0), |a| a.cmp(&b))
    } else {
        grow(b, s - t).map_or_else(|| 0.cmp(&b), |b| a.cmp(&b))
    }
}

pub(super) fn nanoseconds(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}
