//! Which columns an expression reads, and what its result is called.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::walk::{bottom_up, each, without_alias};
use crate::{Expr, ExprNode};

/// The columns that give a part of an expression its name.
#[derive(Clone)]
enum Named {
    Nothing,
    One(Arc<str>),
    Several,
}

impl Expr {
    /// The names of the columns it reads, index columns included. They need not exist.
    pub fn columns(&self) -> BTreeSet<Arc<str>> {
        let mut columns = BTreeSet::new();
        each(self, |expr| {
            if let ExprNode::Column(name) = expr.node() {
                columns.insert(Arc::clone(name));
            }
        });
        columns
    }

    /// The column it is, if it is nothing but a column, aliased or not.
    pub fn as_column(&self) -> Option<&str> {
        match without_alias(self).node() {
            ExprNode::Column(name) => Some(name),
            _ => None,
        }
    }

    /// The literal it is, if it is nothing but a literal, aliased or not.
    pub fn as_literal(&self) -> Option<&swath_batch::Value> {
        match without_alias(self).node() {
            ExprNode::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// What the result is called: the alias, else the one column it reads; `None` where it reads none or several.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// assert_eq!((col("a") * 2).output_name().as_deref(), Some("a"));
    /// assert_eq!((col("a") * col("b")).output_name(), None);
    /// assert_eq!((col("a") * col("b")).alias("c").output_name().as_deref(), Some("c"));
    /// ```
    pub fn output_name(&self) -> Option<Arc<str>> {
        let named = bottom_up(self, |expr, inputs: Vec<Named>| match expr.node() {
            ExprNode::Column(name) | ExprNode::Alias { name, .. } => Named::One(Arc::clone(name)),
            _ => inputs
                .into_iter()
                .fold(Named::Nothing, |left, right| match (left, right) {
                    (Named::Nothing, other) | (other, Named::Nothing) => other,
                    (Named::One(left), Named::One(right)) if left == right => Named::One(left),
                    _ => Named::Several,
                }),
        });
        match named {
            Named::One(name) => Some(name),
            Named::Nothing | Named::Several => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{col, lit};

    #[test]
    fn columns_are_listed_once() {
        let expr = (col("b") + col("a")).gt(col("a")) & col("c").isna();
        assert_eq!(
            expr.columns()
                .iter()
                .map(|name| &**name)
                .collect::<Vec<_>>(),
            ["a", "b", "c"]
        );
        assert!(lit(1).columns().is_empty());
    }

    #[test]
    fn a_column_is_a_column_under_any_name() {
        assert_eq!(col("a").alias("b").as_column(), Some("a"));
        assert_eq!(col("a").isna().as_column(), None);
        assert_eq!(lit(1).alias("one").as_literal(), Some(&1.into()));
    }
}
