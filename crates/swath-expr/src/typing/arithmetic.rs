//! What arithmetic gives.

use swath_batch::Value;
use swath_meta::{DType, arithmetic_supertype};

use super::comparison::mismatch;
use super::{Conversion, Side, adapt, decimal, literal_error};
use crate::{BinaryOp, ExprErrorKind};

/// How an arithmetic operation is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Checked, in one integer dtype.
    Integer,
    /// IEEE, in one float dtype.
    Float,
    /// Checked, in 128 bits; each side has its own scale.
    Decimal,
    /// Checked, in 64 bits of one unit.
    Temporal,
}

/// An arithmetic operation, typed.
#[derive(Debug)]
pub(crate) struct Arithmetic {
    pub(crate) left: Conversion,
    pub(crate) right: Conversion,
    pub(crate) form: Form,
    pub(crate) dtype: DType,
}

/// Types `left op right`.
///
/// | left, right | result |
/// |---|---|
/// | integers | the narrowest integer that holds both; `uint64` with a signed one: `float64`; `/` gives `float64` |
/// | a float and a number | the float, `float64` with more than 16 bits of integer or with a decimal |
/// | decimals, decimal and integer | a decimal by SQL's rules |
/// | boolean and a number | the number's, with 0 and 1 |
/// | timestamp - timestamp, date - date | a duration |
/// | timestamp or date with a duration | a timestamp |
/// | durations, `+ -` | a duration |
///
/// A whole literal becomes the other side's dtype, or is an error; one with a fraction makes integers `float64`.
pub(crate) fn arithmetic(
    op: BinaryOp,
    left: Side<'_>,
    right: Side<'_>,
) -> Result<Arithmetic, ExprErrorKind> {
    if left.dtype.is_temporal() || right.dtype.is_temporal() {
        return temporal(op, left, right);
    }
    let (dtype, left_conversion, right_conversion) = match (left.literal, right.literal) {
        (None, Some(_)) => {
            let (dtype, literal) = with_literal(op, left, right, false)?;
            (dtype, None, literal)
        }
        (Some(_), None) => {
            let (dtype, literal) = with_literal(op, right, left, true)?;
            (dtype, literal, None)
        }
        _ => (supertype(op, left, right)?, None, None),
    };
    if dtype.is_decimal() {
        let left_conversion = left_conversion.unwrap_or_else(|| as_decimal(left));
        let right_conversion = right_conversion.unwrap_or_else(|| as_decimal(right));
        let dtype = decimal::result(
            op,
            converted(&left_conversion, left),
            converted(&right_conversion, right),
        )?;
        return Ok(Arithmetic {
            left: left_conversion,
            right: right_conversion,
            form: Form::Decimal,
            dtype,
        });
    }
    let dtype = if op == BinaryOp::Div && dtype.is_integer() {
        DType::Float64
    } else {
        dtype
    };
    let form = if dtype.is_integer() {
        Form::Integer
    } else {
        Form::Float
    };
    let convert = |conversion: Option<Conversion>, side: Side<'_>| match (conversion, side.literal)
    {
        (Some(Conversion::Literal(value, of)), _) if of == dtype => {
            Ok(Conversion::Literal(value, of))
        }
        // Integer literals of a division become the float it is computed in.
        (_, Some(value)) => match adapt(value, &dtype) {
            Ok(value) => Ok(Conversion::Literal(value, dtype.clone())),
            Err(_) => Ok(Conversion::to(dtype.clone(), side)),
        },
        _ => Ok::<_, ExprErrorKind>(Conversion::to(dtype.clone(), side)),
    };
    Ok(Arithmetic {
        left: convert(left_conversion, left)?,
        right: convert(right_conversion, right)?,
        form,
        dtype,
    })
}

/// The dtype in which a column and a literal meet, and the literal in it, where it is settled already.
fn with_literal(
    op: BinaryOp,
    column: Side<'_>,
    literal: Side<'_>,
    literal_is_left: bool,
) -> Result<(DType, Option<Conversion>), ExprErrorKind> {
    let value = literal.literal.expect("the caller saw the literal");
    let of = column.dtype;
    if value.is_null() {
        return match of {
            _ if of.is_decimal() => Ok((
                of.clone(),
                Some(Conversion::Literal(value.clone(), of.clone())),
            )),
            DType::Bool | DType::Null => Ok((DType::Int64, None)),
            _ if of.is_numeric() => Ok((of.clone(), None)),
            _ => Err(mismatch(op, column, literal)),
        };
    }
    let whole = literal.dtype.is_integer();
    match of {
        _ if of.is_integer() && whole || of.is_float() && literal.dtype.is_numeric() => {
            match adapt(value, of) {
                Ok(value) => Ok((of.clone(), Some(Conversion::Literal(value, of.clone())))),
                Err(reason) => Err(literal_error(op, value, column, literal_is_left, reason)),
            }
        }
        _ if of.is_decimal() && literal.dtype.is_numeric() => match decimal::of_literal(value) {
            Some((value, dtype)) => Ok((of.clone(), Some(Conversion::Literal(value, dtype)))),
            None => Err(literal_error(
                op,
                value,
                column,
                literal_is_left,
                "it has too many digits".to_owned(),
            )),
        },
        _ if of.is_numeric() && literal.dtype.is_string() => Err(literal_error(
            op,
            value,
            column,
            literal_is_left,
            "it is text".to_owned(),
        )),
        _ if literal_is_left => Ok((supertype(op, literal, column)?, None)),
        _ => Ok((supertype(op, column, literal)?, None)),
    }
}

fn supertype(op: BinaryOp, left: Side<'_>, right: Side<'_>) -> Result<DType, ExprErrorKind> {
    if *left.dtype == DType::Null && *right.dtype == DType::Null {
        return Ok(DType::Int64);
    }
    // Two whole literals are numbers before they are of a dtype.
    let whole = |side: Side<'_>| {
        side.literal
            .is_some_and(|value| adapt(value, &DType::Int64).is_ok())
    };
    if left.dtype.is_integer() && right.dtype.is_integer() && whole(left) && whole(right) {
        return Ok(DType::Int64);
    }
    // Two decimals meet by the operation's own rule, also where no decimal holds both.
    let exact = |dtype: &DType| dtype.is_decimal() || dtype.is_integer();
    if (left.dtype.is_decimal() && exact(right.dtype))
        || (right.dtype.is_decimal() && exact(left.dtype))
    {
        return Ok(if left.dtype.is_decimal() {
            left.dtype.clone()
        } else {
            right.dtype.clone()
        });
    }
    arithmetic_supertype(left.dtype, right.dtype).ok_or_else(|| mismatch(op, left, right))
}

/// What holds a digit, or nothing.
const ONE_DIGIT: DType = DType::Decimal {
    precision: 1,
    scale: 0,
};

fn as_decimal(side: Side<'_>) -> Conversion {
    match side.dtype {
        dtype if dtype.is_decimal() => Conversion::Keep,
        DType::Bool => Conversion::Promote(ONE_DIGIT),
        // A column of nulls alone: as the literal null.
        DType::Null => Conversion::Literal(Value::Null, ONE_DIGIT),
        dtype => {
            let dtype = decimal::of_integer(dtype)
                .expect("only integers, booleans and null meet decimals as decimals");
            Conversion::Promote(dtype)
        }
    }
}

/// The dtype of a side after its conversion.
fn converted<'a>(conversion: &'a Conversion, side: Side<'a>) -> &'a DType {
    match conversion {
        Conversion::Keep => side.dtype,
        Conversion::Literal(_, dtype) | Conversion::Promote(dtype) => dtype,
    }
}

fn temporal(op: BinaryOp, left: Side<'_>, right: Side<'_>) -> Result<Arithmetic, ExprErrorKind> {
    // A text literal stands for an instant only where one can be subtracted, and a null for what is there anyway.
    let read =
        |side: Side<'_>, other: Side<'_>| -> Result<Option<(Conversion, DType)>, ExprErrorKind> {
            let Some(value) = side.literal.filter(|_| {
                other.literal.is_none() && matches!(side.dtype, DType::String | DType::Null)
            }) else {
                return Ok(None);
            };
            let is_left = std::ptr::eq(side.expr, left.expr);
            let span = match other.dtype {
                DType::Timestamp(unit, _) => Some(DType::Duration(*unit)),
                DType::Date => Some(DType::Duration(swath_meta::TimeUnit::Microsecond)),
                _ => None,
            };
            let dtype = match (op, span) {
                (BinaryOp::Add, Some(span)) => span,
                // What is taken away from an instant is another one, or a span of time.
                (BinaryOp::Sub, Some(span))
                    if !is_left
                        && adapt(value, other.dtype).is_err()
                        && adapt(value, &span).is_ok() =>
                {
                    span
                }
                _ => other.dtype.clone(),
            };
            match adapt(value, &dtype) {
                Ok(value) => Ok(Some((Conversion::Literal(value, dtype.clone()), dtype))),
                Err(reason) => Err(literal_error(op, value, other, is_left, reason)),
            }
        };
    let (left_literal, right_literal) = (read(left, right)?, read(right, left)?);
    let left_dtype = left_literal.as_ref().map_or(left.dtype, |(_, dtype)| dtype);
    let right_dtype = right_literal
        .as_ref()
        .map_or(right.dtype, |(_, dtype)| dtype);
    let refused = || mismatch(op, left, right);
    // What each side is computed in, and what comes out.
    let (as_left, as_right, dtype) = match (op, left_dtype, right_dtype) {
        (BinaryOp::Sub, DType::Timestamp(u, here), DType::Timestamp(v, there))
            if here.is_some() == there.is_some() =>
        {
            let unit = *u.max(v);
            (
                DType::Timestamp(unit, here.clone()),
                DType::Timestamp(unit, there.clone()),
                DType::Duration(unit),
            )
        }
        (BinaryOp::Sub, DType::Date, DType::Date) => {
            let seconds = DType::Timestamp(swath_meta::TimeUnit::Second, None);
            (
                seconds.clone(),
                seconds,
                DType::Duration(swath_meta::TimeUnit::Second),
            )
        }
        (BinaryOp::Sub, DType::Date, DType::Timestamp(unit, None))
        | (BinaryOp::Sub, DType::Timestamp(unit, None), DType::Date) => {
            let instant = DType::Timestamp(*unit, None);
            (instant.clone(), instant, DType::Duration(*unit))
        }
        (BinaryOp::Add | BinaryOp::Sub, DType::Timestamp(u, zone), DType::Duration(v)) => {
            let instant = DType::Timestamp(*u.max(v), zone.clone());
            (instant.clone(), DType::Duration(*u.max(v)), instant)
        }
        (BinaryOp::Add, DType::Duration(u), DType::Timestamp(v, zone)) => {
            let instant = DType::Timestamp(*u.max(v), zone.clone());
            (DType::Duration(*u.max(v)), instant.clone(), instant)
        }
        (BinaryOp::Add | BinaryOp::Sub, DType::Date, DType::Duration(unit)) => {
            let instant = DType::Timestamp(*unit, None);
            (instant.clone(), DType::Duration(*unit), instant)
        }
        (BinaryOp::Add, DType::Duration(unit), DType::Date) => {
            let instant = DType::Timestamp(*unit, None);
            (DType::Duration(*unit), instant.clone(), instant)
        }
        (BinaryOp::Add | BinaryOp::Sub, DType::Duration(u), DType::Duration(v)) => {
            let duration = DType::Duration(*u.max(v));
            (duration.clone(), duration.clone(), duration)
        }
        _ => return Err(refused()),
    };
    let convert = |literal: Option<(Conversion, DType)>, side: Side<'_>, to: DType| match literal {
        Some((Conversion::Literal(value, _), _)) => match value.cast(&to) {
            Ok(value) => Ok(Conversion::Literal(value, to)),
            Err(_) => Err(refused()),
        },
        _ => Ok(Conversion::to(to, side)),
    };
    Ok(Arithmetic {
        left: convert(left_literal, left, as_left)?,
        right: convert(right_literal, right, as_right)?,
        form: Form::Temporal,
        dtype,
    })
}
