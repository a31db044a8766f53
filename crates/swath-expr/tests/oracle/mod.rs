//! What an expression gives for one row, the slow and obvious way: value by value, recursively, without arrays.

use std::cmp::Ordering;
use std::collections::HashMap;

use swath_batch::Value;
use swath_expr::{BinaryOp, Expr, ExprNode, Functions, UnaryOp};
use swath_meta::{DType, Meta};

/// One row, by column.
pub(crate) type Row = HashMap<&'static str, Value>;

/// The value of the expression in this row, or why there is none.
pub(crate) fn oracle(expr: &Expr, row: &Row, meta: &Meta) -> Result<Value, String> {
    let dtype = |expr: &Expr| {
        expr.infer(meta, &Functions::standard())
            .map(|field| field.dtype)
            .map_err(|error| error.to_string())
    };
    let of = |expr: &Expr| oracle(expr, row, meta);
    let result = match expr.node() {
        ExprNode::Column(name) => row[&**name].clone(),
        ExprNode::Literal(value) => value.clone(),
        ExprNode::Alias { input, .. } => of(input)?,
        ExprNode::Unary { op, input } => unary(*op, of(input)?, &dtype(expr)?)?,
        ExprNode::Binary {
            op: op @ (BinaryOp::And | BinaryOp::Or),
            left,
            right,
        } => logical(*op, &of(left)?, &of(right)?),
        ExprNode::Binary {
            op: BinaryOp::FillNull,
            left,
            right,
        } => {
            let (left, right) = (of(left)?, of(right)?);
            if left.is_null() { right } else { left }
        }
        ExprNode::Binary { op, left, right } if op.is_comparison() => {
            comparison(*op, &of(left)?, &of(right)?)
        }
        ExprNode::Binary { op, left, right } => {
            arithmetic(*op, &of(left)?, &of(right)?, &dtype(expr)?)?
        }
        ExprNode::IsIn { input, values } => {
            let input = of(input)?;
            let found = values
                .iter()
                .map(|value| comparison(BinaryOp::Eq, &input, value));
            let none = if input.is_null() {
                Value::Null
            } else {
                Value::Bool(false)
            };
            found.fold(none, |all, one| logical(BinaryOp::Or, &all, &one))
        }
        ExprNode::Cast { input, .. } => {
            let (value, to) = (of(input)?, dtype(expr)?);
            value.cast(&to).map_err(|error| error.to_string())?
        }
        ExprNode::Call { function, args } => match (function.name(), of(&args[0])?) {
            ("abs", Value::Int(value)) => Value::Int(value.checked_abs().ok_or("overflow")?),
            ("abs", Value::Float(value)) => Value::Float(value.abs()),
            ("abs", value) => value,
            (other, _) => return Err(format!("the oracle knows no {other}")),
        },
        ExprNode::Ordered { .. } => return Err("a row alone has no neighbours".to_owned()),
        ExprNode::When { parts } => {
            let (otherwise, pairs) = parts.split_last().ok_or("no parts")?;
            let mut chosen = otherwise;
            for pair in pairs.chunks(2) {
                if of(&pair[0])? == Value::Bool(true) {
                    chosen = &pair[1];
                    break;
                }
            }
            of(chosen)?
        }
        ExprNode::Late(_) => return Err("the oracle knows no lazy scalars".to_owned()),
    };
    // Values of literals have no width of their own; the result has the dtype that was inferred.
    fitting(&result, &dtype(expr)?)
}

/// The value as one of the dtype: whole numbers must fit, and become floats by rounding.
fn fitting(value: &Value, dtype: &DType) -> Result<Value, String> {
    match (value, dtype) {
        (Value::Int(whole), DType::Float64) => Ok(Value::Float(*whole as f64)),
        (Value::UInt(whole), DType::Float64) => Ok(Value::Float(*whole as f64)),
        _ => value.cast(dtype).map_err(|error| error.to_string()),
    }
}

fn unary(op: UnaryOp, value: Value, dtype: &DType) -> Result<Value, String> {
    Ok(match (op, value) {
        (UnaryOp::IsNull, value) => Value::Bool(value.is_null()),
        (UnaryOp::IsNotNull, value) => Value::Bool(!value.is_null()),
        (_, Value::Null) => Value::Null,
        (UnaryOp::Not, Value::Bool(value)) => Value::Bool(!value),
        (UnaryOp::Neg, Value::Float(value)) => Value::Float(-value),
        (UnaryOp::Neg, Value::Int(value)) => return whole(-i128::from(value), dtype),
        (op, value) => return Err(format!("{op:?} of {value}")),
    })
}

fn logical(op: BinaryOp, left: &Value, right: &Value) -> Value {
    let settling = Value::Bool(op == BinaryOp::Or);
    if *left == settling || *right == settling {
        settling
    } else if left.is_null() || right.is_null() {
        Value::Null
    } else {
        Value::Bool(op == BinaryOp::And)
    }
}

fn comparison(op: BinaryOp, left: &Value, right: &Value) -> Value {
    let missing = matches!(op, BinaryOp::EqMissing | BinaryOp::NeMissing);
    if left.is_null() || right.is_null() {
        if !missing {
            return Value::Null;
        }
        return Value::Bool((left.is_null() == right.is_null()) == (op == BinaryOp::EqMissing));
    }
    let nan = |value: &Value| matches!(value, Value::Float(float) if float.is_nan());
    let order = if nan(left) || nan(right) {
        None
    } else {
        left.compare(right)
    };
    Value::Bool(match op {
        BinaryOp::Eq | BinaryOp::EqMissing => order == Some(Ordering::Equal),
        BinaryOp::Ne | BinaryOp::NeMissing => order != Some(Ordering::Equal),
        BinaryOp::Lt => order == Some(Ordering::Less),
        BinaryOp::Le => order.is_some_and(Ordering::is_le),
        BinaryOp::Gt => order == Some(Ordering::Greater),
        _ => order.is_some_and(Ordering::is_ge),
    })
}

fn arithmetic(op: BinaryOp, left: &Value, right: &Value, dtype: &DType) -> Result<Value, String> {
    if left.is_null() || right.is_null() {
        return Ok(Value::Null);
    }
    let integer = |value: &Value| match value {
        Value::Int(value) => i128::from(*value),
        Value::UInt(value) => i128::from(*value),
        // A literal such as 2.0 against an integer column is that integer.
        Value::Float(value) => *value as i128,
        other => unreachable!("{other} is no number"),
    };
    let float = |value: &Value| match value {
        Value::Int(value) => *value as f64,
        Value::UInt(value) => *value as f64,
        Value::Float(value) => *value,
        other => unreachable!("{other} is no number"),
    };
    if dtype.is_integer() {
        let (a, b) = (integer(left), integer(right));
        let answer = match op {
            BinaryOp::Add => Some(a + b),
            BinaryOp::Sub => Some(a - b),
            BinaryOp::Mul => a.checked_mul(b),
            _ if b == 0 => None,
            BinaryOp::FloorDiv => {
                Some((a - a.rem_euclid(b) - if b < 0 && a.rem_euclid(b) != 0 { b } else { 0 }) / b)
            }
            _ => {
                let rest = a.rem_euclid(b);
                Some(if b < 0 && rest != 0 { rest + b } else { rest })
            }
        };
        return whole(answer.ok_or("overflow, or division by zero")?, dtype);
    }
    let (a, b) = (float(left), float(right));
    Ok(Value::Float(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::FloorDiv => python_divmod(a, b).0,
        _ => python_divmod(a, b).1,
    }))
}

/// Python's `divmod` of floats, but for a zero divisor.
fn python_divmod(a: f64, b: f64) -> (f64, f64) {
    if b == 0.0 {
        return (a / b, f64::NAN);
    }
    let (mut quotient, mut rest) = ((a - a % b) / b, a % b);
    if rest == 0.0 {
        rest = rest.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return ((a / b).signum() * 0.0, rest);
    }
    let floor = quotient.floor();
    (
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        },
        rest,
    )
}

fn whole(value: i128, dtype: &DType) -> Result<Value, String> {
    let signed = i64::try_from(value).map(Value::Int);
    let value = signed
        .or_else(|_| u64::try_from(value).map(Value::UInt))
        .map_err(|error| error.to_string())?;
    value.cast(dtype).map_err(|error| error.to_string())
}
