//! What can be computed, or is settled, without any row.

use swath_batch::Value;
use swath_meta::{DType, Meta};

use crate::node::{BinaryOp, UnaryOp};
use crate::walk::rewrite;
use crate::{Expr, ExprNode, Functions};

impl Expr {
    /// An expression that gives the same answers with less work: literals are computed, truths that settle an `&` or `|` settle
    /// it, negations move into comparisons, and a literal left of a comparison moves to its right.
    ///
    /// For expressions that were checked: a mistake in a part that settles nothing vanishes with it. Name, dtype and answers stay;
    /// an error that a row would have caused may go. What has no answer (`lit(1).floordiv(0)`) stays as it is.
    ///
    /// ```
    /// use swath_expr::{col, lit};
    ///
    /// let expr = !(lit(2) * 3).eq(col("a")) & (col("b").gt(1) | true);
    /// assert_eq!(expr.fold().to_string(), "(a != 6)");
    /// ```
    pub fn fold(&self) -> Self {
        rewrite(self, |expr| simplify(&expr).unwrap_or(expr))
    }
}

/// The simpler form of a node whose inputs are simple already.
fn simplify(expr: &Expr) -> Option<Expr> {
    match expr.node() {
        ExprNode::Unary { input, .. } | ExprNode::IsIn { input, .. } if is_literal(input) => {
            computed(expr)
        }
        ExprNode::Binary { left, right, .. } if is_literal(left) && is_literal(right) => {
            computed(expr)
        }
        ExprNode::Unary {
            op: UnaryOp::Not,
            input,
        } => negated(expr, input),
        ExprNode::Binary {
            op: op @ (BinaryOp::And | BinaryOp::Or),
            left,
            right,
        } => logical(*op, left, right),
        ExprNode::Binary { op, left, right } if op.is_comparison() && is_literal(left) => {
            let (left, right) = (right.clone(), left.clone());
            Some(expr.replaced_by(ExprNode::Binary {
                op: op.mirrored(),
                left,
                right,
            }))
        }
        _ => None,
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr.node(), ExprNode::Literal(_))
}

/// The literal that an operation on literals gives, if it has an answer that keeps its dtype.
fn computed(expr: &Expr) -> Option<Expr> {
    let bound = expr.bind(&Meta::empty(), &Functions::default()).ok()?;
    let value = bound.literal()?;
    (value.dtype() == *bound.dtype()).then(|| expr.replaced_by(ExprNode::Literal(value.clone())))
}

fn negated(expr: &Expr, input: &Expr) -> Option<Expr> {
    match input.node() {
        ExprNode::Unary {
            op: UnaryOp::Not,
            input,
        } if is_predicate(input) => Some(input.clone()),
        ExprNode::Unary {
            op: op @ (UnaryOp::IsNull | UnaryOp::IsNotNull),
            input,
        } => {
            let op = if *op == UnaryOp::IsNull {
                UnaryOp::IsNotNull
            } else {
                UnaryOp::IsNull
            };
            Some(expr.replaced_by(ExprNode::Unary {
                op,
                input: input.clone(),
            }))
        }
        ExprNode::Binary { op, left, right } => {
            // Not `<` to `>=`: for NaN both are false.
            let op = match op {
                BinaryOp::Eq => BinaryOp::Ne,
                BinaryOp::Ne => BinaryOp::Eq,
                BinaryOp::EqMissing => BinaryOp::NeMissing,
                BinaryOp::NeMissing => BinaryOp::EqMissing,
                _ => return None,
            };
            Some(input.replaced_by(ExprNode::Binary {
                op,
                left: left.clone(),
                right: right.clone(),
            }))
        }
        _ => None,
    }
}

fn logical(op: BinaryOp, left: &Expr, right: &Expr) -> Option<Expr> {
    let settling = op == BinaryOp::Or;
    for (side, other) in [(left, right), (right, left)] {
        if let ExprNode::Literal(Value::Bool(value)) = side.node()
            && is_predicate(other)
        {
            return Some(if *value == settling {
                side.clone()
            } else {
                other.clone()
            });
        }
    }
    (left.address() == right.address() && is_predicate(left)).then(|| left.clone())
}

/// Is true, false or null whatever the columns are: its dtype does not depend on them.
fn is_predicate(expr: &Expr) -> bool {
    match expr.node() {
        ExprNode::Binary { op, .. } => op.is_comparison() || op.is_logical(),
        ExprNode::Unary { op, .. } => *op != UnaryOp::Neg,
        ExprNode::IsIn { .. } => true,
        ExprNode::Literal(value) => value.dtype() == DType::Bool,
        ExprNode::Cast { dtype, .. } => dtype.resolve().is_ok_and(|dtype| dtype == DType::Bool),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{col, lit};

    #[test]
    fn what_is_settled_is_folded_and_nothing_else() {
        let p = || col("a").gt(1);
        for (expr, expected) in [
            (lit(1) + 2, "3"),
            (lit(1) / 2, "0.5"),
            (lit(5).floordiv(2) * 10 + col("a"), "(20 + a)"),
            (lit(1).floordiv(0), "(1 // 0)"),
            (lit(i64::MAX) + 1, "(9223372036854775807 + 1)"),
            (lit(0.5).gt(f64::NAN), "false"),
            (lit(1).eq(None::<i64>), "(1 == null)"),
            (lit(1).isna(), "false"),
            (lit(2).isin([1, 2]), "true"),
            (lit("a") + "b", "(\"a\" + \"b\")"),
            (p() & true, "(a > 1)"),
            (p() & false, "false"),
            (p() | true, "true"),
            (lit(false) | p(), "(a > 1)"),
            (p() & lit(1).lt(2), "(a > 1)"),
            (col("a") & true, "(a & true)"),
            (p() & None::<bool>, "((a > 1) & null)"),
            (!!p(), "(a > 1)"),
            (!!col("a"), "(!(!a))"),
            (!col("a").eq(1), "(a != 1)"),
            (!col("a").lt(1), "(!(a < 1))"),
            (!col("a").isna(), "a.notna()"),
            (!col("a").ne_missing(1), "a.eq_missing(1)"),
            (lit(1).lt(col("a")), "(a > 1)"),
            (lit(1).ne_missing(col("a")), "a.ne_missing(1)"),
            (
                lit(5).cast("int8").alias("x"),
                "5.cast(\"int8\").alias(\"x\")",
            ),
            (-lit(5), "-5"),
            (!lit(true), "false"),
        ] {
            assert_eq!(expr.fold().to_string(), expected, "{expr}");
            assert!(expr.fold().fold().same_as(&expr.fold()));
        }
        let same = p();
        assert_eq!((&same | &same).fold().to_string(), "(a > 1)");
    }
}
