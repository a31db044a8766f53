//! Other expressions in place of columns.

use std::sync::Arc;

use crate::walk::rewrite;
use crate::{Expr, ExprNode};

impl Expr {
    /// The same expression with the expressions that `replacement` gives in place of columns of those names. A column for which it
    /// gives `None` stays. What is put in is not looked at again.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// let net = col("gross") - col("tax");
    /// let big = col("net").gt(100).substitute(&|name| (name == "net").then(|| net.clone()));
    /// assert_eq!(big.to_string(), "((gross - tax) > 100)");
    /// ```
    pub fn substitute(&self, replacement: &dyn Fn(&str) -> Option<Self>) -> Self {
        rewrite(self, |expr| match expr.node() {
            ExprNode::Column(name) => replacement(name).unwrap_or(expr),
            _ => expr,
        })
    }

    /// The same expression over columns that are called otherwise.
    pub fn rename_columns(&self, name: &dyn Fn(&str) -> Option<Arc<str>>) -> Self {
        rewrite(self, |expr| match expr.node() {
            ExprNode::Column(old) => match name(old) {
                Some(new) => expr.replaced_by(ExprNode::Column(new)),
                None => expr,
            },
            _ => expr,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::col;

    #[test]
    fn a_swap_is_not_followed_up() {
        let swapped = (col("a") - col("b")).rename_columns(&|name| match name {
            "a" => Some("b".into()),
            "b" => Some("a".into()),
            _ => None,
        });
        assert_eq!(swapped.to_string(), "(b - a)");
        let nested = (col("a") + 1).substitute(&|_| Some(col("a") + 1));
        assert_eq!(nested.to_string(), "((a + 1) + 1)");
    }
}
