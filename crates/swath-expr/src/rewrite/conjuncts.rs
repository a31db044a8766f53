//! A predicate as the parts that must all be true.

use std::collections::HashSet;

use crate::node::BinaryOp;
use crate::{Expr, ExprNode};

impl Expr {
    /// The parts of a conjunction, left to right, each once: `a & (b & c)` is `[a, b, c]`. Anything else is its own only part.
    ///
    /// As a predicate, where null drops a row, the expression is true exactly where all parts are.
    pub fn conjuncts(&self) -> Vec<Self> {
        conjunct_parts(self).into_iter().cloned().collect()
    }

    /// The conjunction of these predicates, left to right; `None` of none.
    ///
    /// ```
    /// use swath_expr::{Expr, col};
    ///
    /// let all = Expr::conjunction([col("a").gt(1), col("b").isna()]).expect("two parts");
    /// assert_eq!(all.to_string(), "((a > 1) & b.isna())");
    /// assert_eq!(all.conjuncts().len(), 2);
    /// ```
    pub fn conjunction(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().reduce(|left, right| {
            let location = right.location().or(left.location());
            Self::at(
                ExprNode::Binary {
                    op: BinaryOp::And,
                    left,
                    right,
                },
                location,
            )
        })
    }
}

/// The parts, without those that are the very same handle as an earlier one.
pub(crate) fn conjunct_parts(root: &Expr) -> Vec<&Expr> {
    let mut seen = HashSet::new();
    let mut parts = Vec::new();
    let mut stack = vec![root];
    while let Some(expr) = stack.pop() {
        if !seen.insert(expr.address()) {
            continue;
        }
        match expr.node() {
            ExprNode::Binary {
                op: BinaryOp::And,
                left,
                right,
            } => stack.extend([right, left]),
            ExprNode::Alias { input, .. } if is_conjunction(input) => stack.push(input),
            _ => parts.push(expr),
        }
    }
    parts
}

fn is_conjunction(expr: &Expr) -> bool {
    matches!(
        crate::walk::without_alias(expr).node(),
        ExprNode::Binary {
            op: BinaryOp::And,
            ..
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::col;

    #[test]
    fn parts_are_in_order_and_unique() {
        let expr = (col("a") & (col("b") & (col("c") | col("d")))).alias("x") & !col("e");
        let parts: Vec<String> = expr.conjuncts().iter().map(ToString::to_string).collect();
        assert_eq!(parts, ["a", "b", "(c | d)", "(!e)"]);
        let mut doubled = col("a") & col("b");
        for _ in 0..100 {
            doubled = &doubled & &doubled;
        }
        assert_eq!(doubled.conjuncts().len(), 2);
        assert_eq!(Expr::conjunction([]).map(|expr| expr.to_string()), None);
    }
}
