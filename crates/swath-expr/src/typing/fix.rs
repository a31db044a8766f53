//! The part of a message that can be pasted.

use swath_kernels::KernelError;
use swath_meta::DType;

use super::Side;
use crate::code::{code, method, right_code};
use crate::{BinaryOp, Expr, ExprErrorKind, ExprNode, FunctionError, UnaryOp};

/// What to do about an error in this part of an expression.
pub(crate) fn of(expr: &Expr, kind: &ExprErrorKind) -> Option<String> {
    match kind {
        ExprErrorKind::Mismatch {
            left_dtype,
            right_dtype,
            fix: Some(fix),
            ..
        } if left_dtype.is_string() && right_dtype.is_string() => match expr.node() {
            ExprNode::Binary {
                op: BinaryOp::Add,
                left,
                right,
            } => Some(format!(
                "text is joined by `{}.str().cat({})`; if it is numbers, write `{fix}`",
                code(left),
                right_code(BinaryOp::Eq, right)
            )),
            _ => Some(format!("if it is numbers, write `{fix}`")),
        },
        ExprErrorKind::Mismatch { fix, .. }
        | ExprErrorKind::Literal { fix, .. }
        | ExprErrorKind::Operand { fix, .. }
        | ExprErrorKind::NotBoolean { fix, .. } => fix.as_ref().map(|fix| format!("write `{fix}`")),
        ExprErrorKind::UnknownFunction { nearest, .. } => nearest
            .as_ref()
            .map(|nearest| format!("did you mean `{nearest}`?")),
        ExprErrorKind::DecimalScale { .. } => {
            let fix = with_left_cast(expr, &DType::Float64)?;
            Some(format!("cast one side first: `{fix}`"))
        }
        ExprErrorKind::Overflow { dtype, .. } | ExprErrorKind::NegOverflow { dtype, .. } => {
            let fix = with_left_cast(expr, &wider(dtype))?;
            Some(format!("cast to a wider dtype first: `{fix}`"))
        }
        ExprErrorKind::DivideByZero { .. } => {
            let fix = with_left_cast(expr, &DType::Float64)?;
            Some(format!("filter zeros out first, or write `{fix}`"))
        }
        ExprErrorKind::NeedsOrder { .. } => Some(format!(
            "give it a column of its own before: `.assign(\"…\", {})`",
            code(expr)
        )),
        ExprErrorKind::Ordered(KernelError::Unsupported {
            cast: Some(dtype), ..
        }) => {
            let ExprNode::Ordered { op, input } = expr.node() else {
                return None;
            };
            let (op, input) = (*op, input.cast(dtype));
            let cast = Expr::new(ExprNode::Ordered { op, input });
            Some(format!("if it is numbers, write `{}`", code(&cast)))
        }
        ExprErrorKind::Function {
            source:
                FunctionError::Argument {
                    position,
                    cast: Some(dtype),
                    ..
                },
            ..
        } => with_argument_cast(expr, *position, dtype).map(|fix| format!("write `{fix}`")),
        _ => None,
    }
}

/// The call with one argument cast.
fn with_argument_cast(expr: &Expr, position: usize, dtype: &DType) -> Option<String> {
    let ExprNode::Call { function, args } = expr.node() else {
        return None;
    };
    let mut args = args.clone();
    let arg = args.get_mut(position)?;
    *arg = arg.cast(dtype);
    let function = function.clone();
    Some(code(&Expr::new(ExprNode::Call { function, args })))
}

/// The operation with its first input cast.
fn with_left_cast(expr: &Expr, dtype: &DType) -> Option<String> {
    match expr.node() {
        ExprNode::Binary { op, left, right } => Some(binary_code(
            *op,
            &cast_code(left, dtype),
            &right_code(*op, right),
        )),
        ExprNode::Unary {
            op: UnaryOp::Neg,
            input,
        } => Some(format!("-{}", cast_code(input, dtype))),
        _ => None,
    }
}

/// A dtype that holds more numbers.
fn wider(dtype: &DType) -> DType {
    match dtype {
        DType::Int64 | DType::UInt64 => DType::Decimal {
            precision: 38,
            scale: 0,
        },
        DType::Decimal { .. } => DType::Float64,
        _ => DType::Int64,
    }
}

/// `left op right` as a program would write it.
pub(crate) fn binary_code(op: BinaryOp, left: &str, right: &str) -> String {
    match method(op) {
        Some(method) => format!("{left}.{method}({right})"),
        None => format!("{left} {} {right}", op.name()),
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
    let cast_left = |dtype: &DType| {
        binary_code(
            op,
            &cast_code(left.expr, dtype),
            &right_code(op, right.expr),
        )
    };
    let cast_right =
        |dtype: &DType| binary_code(op, &code(left.expr), &cast_code(right.expr, dtype));
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
        (DType::Bool, DType::Bool) if op.is_arithmetic() => binary_code(
            op,
            &cast_code(left.expr, &DType::Int64),
            &right_code(op, right.expr),
        ),
        _ if l.is_string() && r.is_string() && op.is_arithmetic() => binary_code(
            op,
            &cast_code(left.expr, &DType::Float64),
            &cast_code(right.expr, &DType::Float64),
        ),
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
