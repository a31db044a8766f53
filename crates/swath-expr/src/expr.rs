//! The handle that users pass around.

use std::fmt::{self, Debug, Formatter};
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use swath_batch::Value;
use swath_graph::Name;
use swath_meta::DType;

use crate::node::{ExprNode, Late, Spelling};

/// A row-wise expression over the columns of a frame: what `filter`, `assign` and aggregations are given.
///
/// A handle: clone is one reference count, methods take `&self`, and parts may be shared. Making one never fails; the next call
/// on a frame checks it against the frame's columns and dtypes and reports a mistake with the line that made it.
///
/// There is no `PartialEq`, so that `filter(col("a") == col("b"))` does not compile: write `col("a").eq(col("b"))`. To compare
/// two expressions as such, ask [`same_as`](Self::same_as).
///
/// ```compile_fail,E0369
/// # use swath_expr::col;
/// let predicate = col("a") == col("b");
/// ```
///
/// Depth is not limited: nothing here recurses, neither evaluation nor drop.
///
/// ```
/// use swath_expr::{col, lit};
///
/// let net = col("gross") * (1 - col("discount"));
/// let wanted = net.gt(5000) & col("region").isin(["eu", "us"]) | col("vip");
/// assert_eq!(wanted.to_string(), r#"((((gross * (1 - discount)) > 5000) & region.isin(["eu", "us"])) | vip)"#);
/// ```
#[derive(Clone)]
pub struct Expr(Arc<Inner>);

pub(crate) struct Inner {
    node: ExprNode,
    /// Where the user's program made this node; no part of its identity, and gone after decoding.
    location: Option<&'static Location<'static>>,
    /// The fingerprint, once somebody asked for it.
    digest: OnceLock<u128>,
}

/// The column of this name: of the data or of the index.
#[track_caller]
pub fn col(name: impl Into<Arc<str>>) -> Expr {
    Expr::at(ExprNode::Column(name.into()), Some(Location::caller()))
}

/// The same value in every row.
///
/// Needed only where nothing else is an expression, as in `lit(1).alias("one")`: operators and methods take plain values.
#[track_caller]
pub fn lit(value: impl Into<Value>) -> Expr {
    Expr::at(ExprNode::Literal(value.into()), Some(Location::caller()))
}

impl Expr {
    /// Makes a node without a place in the user's program.
    pub fn new(node: ExprNode) -> Self {
        Self::at(node, None)
    }

    pub(crate) fn at(node: ExprNode, location: Option<&'static Location<'static>>) -> Self {
        Self(Arc::new(Inner {
            node,
            location,
            digest: OnceLock::new(),
        }))
    }

    /// The leaf for one value that another part of the plan computes: see [`Late`].
    #[track_caller]
    pub fn late(late: Late) -> Self {
        Self::at(ExprNode::Late(late), Some(Location::caller()))
    }

    /// What the expression is made of.
    pub fn node(&self) -> &ExprNode {
        &self.0.node
    }

    /// Where the user's program made it; `None` for literals made on the way and for what was decoded.
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.0.location
    }

    /// Is the same expression: same operations on the same columns, literals and lazy scalars, wherever it was written.
    ///
    /// Literals are the same if their bits are: `0.0` and `-0.0` are not, two NaNs of the same bits are.
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.digest() == other.digest()
    }

    /// Where the fingerprint is kept.
    pub(crate) fn digest_cell(&self) -> &OnceLock<u128> {
        &self.0.digest
    }

    /// Identifies the node in memory while a handle to it exists.
    pub(crate) fn address(&self) -> *const Inner {
        Arc::as_ptr(&self.0)
    }

    /// The same place in the user's program, another node.
    pub(crate) fn replaced_by(&self, node: ExprNode) -> Self {
        Self::at(node, self.location())
    }

    /// The lazy scalars inside, each name once, in order of first sight.
    pub fn lates(&self) -> Vec<Late> {
        let mut found: Vec<Late> = Vec::new();
        crate::walk::each(self, |expr| {
            if let ExprNode::Late(late) = expr.node()
                && !found.iter().any(|known| known.name == late.name)
            {
                found.push(late.clone());
            }
        });
        found
    }
}

impl Late {
    /// Makes the description of a lazy scalar without a handle, spelt by the kind of its name.
    pub fn new(name: Name, dtype: DType) -> Self {
        let text: Arc<str> = format!("scalar({})", name.kind()).into();
        let code = Arc::clone(&text);
        Self {
            name,
            dtype,
            spelling: Spelling { text, code },
            handle: None,
        }
    }
}

impl Debug for Expr {
    /// Prints the same text as `Display`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Drop for Inner {
    /// Takes the tree apart with a list of what is left, so that a deep one does not overflow the stack.
    fn drop(&mut self) {
        let mut rest = Vec::new();
        self.node.take_children(&mut rest);
        while let Some(expr) = rest.pop() {
            if let Some(mut inner) = Arc::into_inner(expr.0) {
                inner.node.take_children(&mut rest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn handle<T: Clone + Send + Sync + 'static>() {}

    #[test]
    fn expressions_are_handles() {
        handle::<Expr>();
        handle::<crate::Agg>();
        handle::<crate::Columns>();
    }

    #[test]
    fn where_it_was_written_is_kept_and_is_no_part_of_what_it_is() {
        let a = col("a").gt(5);
        let b = col("a").gt(5);
        assert!(a.same_as(&b) && !a.same_as(&col("a").gt(6)));
        let (here, there) = (a.location().unwrap(), b.location().unwrap());
        assert!(here.file().ends_with("expr.rs"));
        assert_eq!(here.line() + 1, there.line());
    }

    #[test]
    fn a_lazy_scalar_is_listed_once_and_known_by_name_and_dtype() {
        let late = Late {
            handle: Some(Arc::new(7_u8)),
            ..Late::new(Name::of("mean", "x"), DType::Float64)
        };
        let expr = col("a").gt(Expr::late(late.clone())) & col("b").lt(Expr::late(late.clone()));
        let lates = expr.lates();
        assert_eq!(lates.len(), 1);
        let handle = lates[0]
            .handle
            .as_ref()
            .and_then(|handle| handle.downcast_ref::<u8>());
        assert_eq!(handle, Some(&7));
        assert!(Expr::late(late).same_as(&Expr::late(Late::new(
            Name::of("mean", "x"),
            DType::Float64
        ))));
    }
}
