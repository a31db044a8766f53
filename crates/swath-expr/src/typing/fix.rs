//! The part of a message that can be pasted.

use swath_batch::Value;
use swath_meta::DType;

use super::Side;
use crate::display::{code, literal};
use crate::{BinaryOp, Expr};

/// `left op right` as a program would write it.
pub(crate) fn binary_code(op: BinaryOp, left: &str, right: &str) -> String {
    let method = match op {
        BinaryOp::Eq => "eq",
        BinaryOp::Ne => "ne",
        BinaryOp::Lt => "lt",
        BinaryOp::Le => "le",
        BinaryOp::Gt => "gt",
        BinaryOp::Ge => "ge",
        BinaryOp::FloorDiv => "floordiv",
        BinaryOp::EqMissing | BinaryOp::NeMissing | BinaryOp::FillNull => op.name(),
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Mod => {
            return format!("{left} {} {right}", op.name());
        }
    };
    format!("{left}.{method}({right})")
}

/// A side as a program would write it: a literal bare, where an operator or method follows.
pub(crate) fn side_code(side: Side<'_>) -> String {
    match side.literal {
        Some(value) => value_code(value),
        None => code(side.expr),
    }
}

pub(crate) fn value_code(value: &Value) -> String {
    match value {
        Value::Date(_) | Value::Time { .. } | Value::Timestamp { .. } => format!("\"{value}\""),
        _ => literal(value),
    }
}

/// A cast of one side, as a program would write it.
pub(crate) fn cast_code(expr: &Expr, dtype: &DType) -> String {
    format!("{}.cast(\"{dtype}\")", code(expr))
}

/// What makes two sides of these dtypes go together: a cast of one of them, where there is one.
pub(crate) fn cast_fix(op: BinaryOp, left: Side<'_>, right: Side<'_>) -> Option<String> {
    let (l, r) = (left.dtype, right.dtype);
    // Text meets numbers as numbers, because that says when it is none.
    let cast_left =
        |dtype: &DType| binary_code(op, &cast_code(left.expr, dtype), &side_code(right));
    let cast_right =
        |dtype: &DType| binary_code(op, &side_code(left), &cast_code(right.expr, dtype));
    let simple = |dtype: &DType| dtype.is_numeric() || dtype.is_temporal() || *dtype == DType::Bool;
    Some(match (l, r) {
        _ if l.is_string() && simple(r) => cast_left(r),
        _ if r.is_string() && simple(l) => cast_right(l),
        _ if l.is_decimal() && r.is_float() => cast_left(r),
        _ if r.is_decimal() && l.is_float() => cast_right(l),
        (DType::Bool, _) if r.is_numeric() => cast_left(r),
        (_, DType::Bool) if l.is_numeric() => cast_right(l),
        (DType::Binary, _) if r.is_string() => cast_left(&DType::String),
        (_, DType::Binary) if l.is_string() => cast_right(&DType::String),
        (DType::Bool, DType::Bool) if op.is_arithmetic() => {
            binary_code(op, &cast_code(left.expr, &DType::Int64), &side_code(right))
        }
        _ => return None,
    })
}

/// What makes a predicate of something that is not one.
pub(crate) fn boolean_fix(expr: &Expr, dtype: &DType) -> Option<String> {
    let code = code(expr);
    match dtype {
        _ if dtype.is_numeric() => Some(format!("{code}.ne(0)")),
        DType::String | DType::Category => Some(format!("{code}.eq(\"…\")")),
        DType::Null => None,
        _ => Some(format!("{code}.notna()")),
    }
}
