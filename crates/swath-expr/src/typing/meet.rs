//! The dtype in which several values meet.

use swath_meta::{DType, common_supertype};

use super::fix::cast_code;
use super::{Conversion, Side, adapt};
use crate::ExprErrorKind;
use crate::display::{brief, literal};

/// The one dtype of several values of which one will be taken, and what each has to become.
///
/// Columns meet where nothing is lost, or it is an error; literals take that dtype; literals among themselves that of the first
/// that all others fit. A null fits everything; of nothing but nulls the dtype is null.
pub(crate) fn meet(
    operation: &str,
    sides: &[Side<'_>],
) -> Result<(DType, Vec<Conversion>), ExprErrorKind> {
    let mut met: Option<(Side<'_>, DType)> = None;
    for side in sides {
        if side.literal.is_some() || *side.dtype == DType::Null {
            continue;
        }
        met = Some(match met {
            None => (*side, side.dtype.clone()),
            Some((first, dtype)) => match common_supertype(&dtype, side.dtype) {
                Some(dtype) => (first, dtype),
                None => return Err(apart(operation, first, *side)),
            },
        });
    }
    let Some((first, dtype)) = met else {
        return among_literals(operation, sides);
    };
    let conversions = sides.iter().map(|side| match side.literal {
        Some(value) => match adapt(value, &dtype) {
            Ok(value) => Ok(Conversion::Literal(value, dtype.clone())),
            Err(reason) => Err(ExprErrorKind::Literal {
                literal: literal(value),
                expression: brief(first.expr),
                dtype: dtype.clone(),
                reason,
                fix: castable_to(first, value).map(|to| cast_code(first.expr, &to).into()),
            }),
        },
        None => Ok(Conversion::to(dtype.clone(), *side)),
    });
    let conversions = conversions.collect::<Result<Vec<_>, _>>()?;
    Ok((dtype, conversions))
}

/// The dtype of the first literal that all others fit.
fn among_literals(
    operation: &str,
    sides: &[Side<'_>],
) -> Result<(DType, Vec<Conversion>), ExprErrorKind> {
    let there: Vec<&Side<'_>> = sides
        .iter()
        .filter(|side| *side.dtype != DType::Null)
        .collect();
    let Some(first) = there.first() else {
        let null = Conversion::Literal(swath_batch::Value::Null, DType::Null);
        return Ok((DType::Null, vec![null; sides.len()]));
    };
    let as_dtype = |dtype: &DType| {
        let adapted = sides.iter().map(|side| {
            let value = side.literal.unwrap_or(&swath_batch::Value::Null);
            let value = adapt(value, dtype).ok()?;
            Some(Conversion::Literal(value, dtype.clone()))
        });
        adapted.collect::<Option<Vec<_>>>()
    };
    for side in &there {
        // Text is read as a date beside a column of dates, not beside a literal.
        if let Some(conversions) = as_dtype(side.dtype)
            && there
                .iter()
                .all(|other| other.dtype.is_string() == side.dtype.is_string())
        {
            return Ok((side.dtype.clone(), conversions));
        }
    }
    let other = there.iter().find(|side| {
        let value = side.literal.unwrap_or(&swath_batch::Value::Null);
        adapt(value, first.dtype).is_err() || side.dtype.is_string() != first.dtype.is_string()
    });
    Err(apart(operation, **first, **other.unwrap_or(first)))
}

/// A dtype that the column can be cast to and that holds the literal.
fn castable_to(column: Side<'_>, value: &swath_batch::Value) -> Option<DType> {
    let (dtype, literal) = (column.dtype, value.dtype());
    if dtype.is_numeric() && literal.is_numeric() {
        return Some(if literal.is_float() {
            DType::Float64
        } else {
            literal
        });
    }
    (literal.is_string() && super::castable(dtype, &DType::String)).then_some(DType::String)
}

/// The error for two values that have no dtype in common.
fn apart(operation: &str, left: Side<'_>, right: Side<'_>) -> ExprErrorKind {
    let (l, r) = (left.dtype, right.dtype);
    let simple = |dtype: &DType| dtype.is_numeric() || dtype.is_temporal() || *dtype == DType::Bool;
    let cast = match (l, r) {
        _ if l.is_string() && simple(r) => Some((left, r.clone())),
        _ if r.is_string() && simple(l) => Some((right, l.clone())),
        _ if l.is_numeric() && r.is_numeric() => {
            let side = if l.is_float() { right } else { left };
            Some((side, DType::Float64))
        }
        (DType::Bool, _) if r.is_numeric() => Some((left, r.clone())),
        (_, DType::Bool) if l.is_numeric() => Some((right, l.clone())),
        (DType::Date, DType::Timestamp(_, None)) => Some((left, r.clone())),
        (DType::Timestamp(_, None), DType::Date) => Some((right, l.clone())),
        _ => None,
    };
    ExprErrorKind::Mismatch {
        operation: operation.into(),
        left: brief(left.expr).into(),
        left_dtype: l.clone(),
        right: brief(right.expr).into(),
        right_dtype: r.clone(),
        fix: cast
            .filter(|(side, _)| side.literal.is_none())
            .map(|(side, dtype)| cast_code(side.expr, &dtype).into()),
    }
}
