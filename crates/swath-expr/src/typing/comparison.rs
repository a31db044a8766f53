//! What can be compared with what.

use swath_meta::{DType, TimeUnit, common_supertype};

use super::fix::cast_fix;
use super::{Conversion, Side, adapt, literal_error};
use crate::display::brief;
use crate::{BinaryOp, ExprErrorKind};

/// How the two sides become comparable: values are never rounded on the way.
///
/// | left, right | compared as |
/// |---|---|
/// | literal, anything | the literal becomes the other's dtype, exactly, or it is an error |
/// | same dtype | that |
/// | numbers | their exact values; a decimal and a float are refused |
/// | text and category | text |
/// | date, timestamp | instants, whatever the unit and the zone; a zone never meets its absence |
pub(crate) fn comparison(
    op: BinaryOp,
    left: Side<'_>,
    right: Side<'_>,
) -> Result<(Conversion, Conversion), ExprErrorKind> {
    if left.dtype.is_nested() || right.dtype.is_nested() {
        return Err(mismatch(op, left, right));
    }
    match (left.literal, right.literal) {
        (None, Some(value)) => match adapt(value, left.dtype) {
            Ok(value) => Ok((
                Conversion::Keep,
                Conversion::Literal(value, left.dtype.clone()),
            )),
            Err(reason) => {
                as_it_is(left, right).ok_or_else(|| literal_error(op, value, left, false, reason))
            }
        },
        (Some(value), None) => match adapt(value, right.dtype) {
            Ok(value) => Ok((
                Conversion::Literal(value, right.dtype.clone()),
                Conversion::Keep,
            )),
            Err(reason) => {
                as_it_is(left, right).ok_or_else(|| literal_error(op, value, right, true, reason))
            }
        },
        _ => meet(left, right).ok_or_else(|| mismatch(op, left, right)),
    }
}

/// A literal that would lose digits as the column's decimal or time unit can be compared with its own.
fn as_it_is(left: Side<'_>, right: Side<'_>) -> Option<(Conversion, Conversion)> {
    let digits = |side: Side<'_>| side.literal.and_then(super::decimal::of_literal);
    let (l, r) = (left.dtype, right.dtype);
    match (digits(left), digits(right)) {
        (_, Some((value, dtype))) if l.is_decimal() => {
            Some((Conversion::Keep, Conversion::Literal(value, dtype)))
        }
        (Some((value, dtype)), _) if r.is_decimal() => {
            Some((Conversion::Literal(value, dtype), Conversion::Keep))
        }
        _ if l.is_temporal() && r.is_temporal() => meet(left, right),
        _ => None,
    }
}

/// How two dtypes meet, where both keep their own values.
fn meet(left: Side<'_>, right: Side<'_>) -> Option<(Conversion, Conversion)> {
    let (l, r) = (left.dtype, right.dtype);
    let both = |dtype: DType| {
        Some((
            Conversion::to(dtype.clone(), left),
            Conversion::to(dtype, right),
        ))
    };
    let keep = Some((Conversion::Keep, Conversion::Keep));
    match (l, r) {
        _ if l == r => keep,
        _ if l.is_string() && r.is_string() => keep,
        _ if l.is_integer() && r.is_integer() => match common_supertype(l, r) {
            Some(dtype) => both(dtype),
            None => Some((wide_integer(left), wide_integer(right))),
        },
        _ if l.is_integer() && r.is_float() || l.is_float() && r.is_integer() => {
            let long = |dtype: &DType| matches!(dtype, DType::Int64 | DType::UInt64);
            let float = |side| Conversion::to(DType::Float64, side);
            match (long(l), long(r)) {
                // Compared number by number: neither holds all values of the other.
                (true, _) => Some((Conversion::Keep, float(right))),
                (_, true) => Some((float(left), Conversion::Keep)),
                _ => both(DType::Float64),
            }
        }
        _ if l.is_float() && r.is_float() => both(DType::Float64),
        _ if l.is_decimal() && r.is_decimal() => keep,
        _ if l.is_decimal() && r.is_integer() => Some((
            Conversion::Keep,
            Conversion::to(super::decimal::of_integer(r)?, right),
        )),
        _ if l.is_integer() && r.is_decimal() => Some((
            Conversion::to(super::decimal::of_integer(l)?, left),
            Conversion::Keep,
        )),
        (DType::Timestamp(_, here), DType::Timestamp(_, there))
            if here.is_some() == there.is_some() =>
        {
            keep
        }
        (DType::Date, DType::Timestamp(_, None)) => Some((
            Conversion::Promote(DType::Timestamp(TimeUnit::Second, None)),
            Conversion::Keep,
        )),
        (DType::Timestamp(_, None), DType::Date) => Some((
            Conversion::Keep,
            Conversion::Promote(DType::Timestamp(TimeUnit::Second, None)),
        )),
        (DType::Duration(_), DType::Duration(_)) => keep,
        (DType::Time(_), DType::Time(_)) => both(DType::Time(TimeUnit::Nanosecond)),
        _ => None,
    }
}

fn wide_integer(side: Side<'_>) -> Conversion {
    let wide = if side.dtype.is_signed_integer() {
        DType::Int64
    } else {
        DType::UInt64
    };
    Conversion::to(wide, side)
}

/// The error for two sides that do not go together.
pub(super) fn mismatch(op: BinaryOp, left: Side<'_>, right: Side<'_>) -> ExprErrorKind {
    ExprErrorKind::Mismatch {
        operation: op.name().into(),
        left: brief(left.expr).into(),
        left_dtype: left.dtype.clone(),
        right: brief(right.expr).into(),
        right_dtype: right.dtype.clone(),
        fix: cast_fix(op, left, right).map(Into::into),
    }
}
