//! What may stand in a value position: plain values are literals there, strings too.

use std::sync::Arc;

use swath_batch::Value;

use crate::{Expr, ExprNode};

impl From<&Expr> for Expr {
    fn from(expr: &Expr) -> Self {
        expr.clone()
    }
}

impl From<Value> for Expr {
    fn from(value: Value) -> Self {
        Self::new(ExprNode::Literal(value))
    }
}

impl From<&Value> for Expr {
    fn from(value: &Value) -> Self {
        value.clone().into()
    }
}

macro_rules! literals {
    ($($type:ty),*) => { $(
        impl From<$type> for Expr {
            fn from(value: $type) -> Self {
                Value::from(value).into()
            }
        }
    )* };
}

literals!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    f32,
    f64,
    &str,
    String,
    &String,
    Arc<str>
);

impl<T: Into<Value>> From<Option<T>> for Expr {
    /// `None` is null.
    fn from(value: Option<T>) -> Self {
        Value::from(value).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::col;

    #[test]
    fn values_become_literals() {
        let (text, b) = (String::from("eu"), col("b"));
        for (expr, expected) in [
            (col("a").eq(5), "(a == 5)"),
            (col("a").eq(5_u64), "(a == 5)"),
            (col("a").eq(2.5), "(a == 2.5)"),
            (col("a").eq("eu"), "(a == \"eu\")"),
            (col("a").eq(&text), "(a == \"eu\")"),
            (col("a").eq(None::<i64>), "(a == null)"),
            (col("a").eq(Some(1)), "(a == 1)"),
            (col("a").eq(Value::Date(0)), "(a == date 1970-01-01)"),
            (col("a").eq(col("b")), "(a == b)"),
            (col("a").eq(&b), "(a == b)"),
        ] {
            assert_eq!(expr.to_string(), expected);
        }
    }
}
