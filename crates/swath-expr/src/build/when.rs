//! `when(..).then(..).otherwise(..)`, and what else takes one of several values.

use std::panic::Location;

use crate::node::BinaryOp;
use crate::{Expr, ExprNode, FunctionRef};

/// Begins a choice: the value of the first condition that is true, row by row. What Dask writes as `where`, `mask` and `case_when`.
///
/// A condition that is null is not true. The values meet in one dtype, literals in that of the columns; without
/// [`otherwise`](Then::otherwise) what is left is null. A value is computed only for the rows that take it, so that a division
/// behind a condition that excludes zero cannot fail.
///
/// ```
/// use swath_expr::{Expr, col, when};
///
/// let size = when(col("amount").gt(5000)).then("large").when(col("amount").gt(50)).then("middle").otherwise("small");
/// assert_eq!(
///     size.to_string(),
///     r#"when((amount > 5000)).then("large").when((amount > 50)).then("middle").otherwise("small")"#,
/// );
/// let ratio: Expr = when(col("b").ne(0)).then(col("a").floordiv(col("b"))).into();
/// ```
#[track_caller]
pub fn when(condition: impl Into<Expr>) -> When {
    When {
        parts: vec![condition.into()],
        location: Location::caller(),
    }
}

/// A choice whose last condition waits for its value; see [`when`].
#[derive(Clone, Debug)]
#[must_use = "a condition without a value is no expression"]
pub struct When {
    parts: Vec<Expr>,
    location: &'static Location<'static>,
}

/// A choice that may go on or end; see [`when`]. It is an expression too: null where no condition is true.
#[derive(Clone, Debug)]
#[must_use = "end it with `otherwise`, or turn it into an expression"]
pub struct Then(When);

impl When {
    /// The value where the condition is true. A bare string is a literal.
    pub fn then(mut self, value: impl Into<Expr>) -> Then {
        self.parts.push(value.into());
        Then(self)
    }
}

impl Then {
    /// Another condition, for rows where none before is true.
    pub fn when(mut self, condition: impl Into<Expr>) -> When {
        self.0.parts.push(condition.into());
        self.0
    }

    /// The value where no condition is true.
    pub fn otherwise(mut self, value: impl Into<Expr>) -> Expr {
        self.0.parts.push(value.into());
        let When { parts, location } = self.0;
        Expr::at(ExprNode::When { parts }, Some(location))
    }
}

impl From<Then> for Expr {
    fn from(then: Then) -> Self {
        then.otherwise(None::<i64>)
    }
}

/// The first value of each row that is not null; null if all are.
///
/// ```
/// use swath_expr::{coalesce, col};
///
/// assert_eq!(coalesce([col("a"), col("b"), 0.into()]).to_string(), "a.fillna(b).fillna(0)");
/// ```
///
/// Of no values it is null.
#[track_caller]
pub fn coalesce<V: Into<Expr>>(values: impl IntoIterator<Item = V>) -> Expr {
    let mut all: Option<Expr> = None;
    for value in values {
        all = Some(match all {
            None => value.into(),
            Some(first) => Expr::binary(BinaryOp::FillNull, first, value.into()),
        });
    }
    all.unwrap_or_else(|| None::<i64>.into())
}

/// The smallest of several values in each row, nulls left out; NaN is larger than every number. As `df.min(axis=1)`.
///
/// ```
/// use swath_expr::{col, least};
///
/// assert_eq!(least([col("a"), col("b"), 5.into()]).to_string(), "least(a, b, 5)");
/// ```
#[track_caller]
pub fn least<V: Into<Expr>>(values: impl IntoIterator<Item = V>) -> Expr {
    Expr::called("least", values)
}

/// The largest of several values in each row, nulls left out; NaN is larger than every number. As `df.max(axis=1)`.
#[track_caller]
pub fn greatest<V: Into<Expr>>(values: impl IntoIterator<Item = V>) -> Expr {
    Expr::called("greatest", values)
}

impl Expr {
    #[track_caller]
    fn called<V: Into<Self>>(function: &str, values: impl IntoIterator<Item = V>) -> Self {
        let args = values.into_iter().map(Into::into).collect();
        Self::call_with(FunctionRef::new(function), args)
    }

    /// A call with these arguments, at the caller's place.
    #[track_caller]
    pub fn call_with(function: FunctionRef, args: Vec<Self>) -> Self {
        Self::at(ExprNode::Call { function, args }, Some(Location::caller()))
    }

    /// The value, or the nearest bound where it lies outside. A bound that is null (`None::<i64>`) is none; nulls and NaN stay.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// assert_eq!(col("a").clip(0, 100).to_string(), "clip(a, 0, 100)");
    /// ```
    #[track_caller]
    pub fn clip(&self, lower: impl Into<Self>, upper: impl Into<Self>) -> Self {
        Self::call_with(
            FunctionRef::new("clip"),
            vec![self.clone(), lower.into(), upper.into()],
        )
    }

    /// Null where the value equals this one, as SQL's `nullif`.
    #[track_caller]
    pub fn null_if(&self, value: impl Into<Self>) -> Self {
        when(self.eq(value)).then(None::<i64>).otherwise(self)
    }

    /// The value, or `other` where it is NaN; nulls stay.
    #[track_caller]
    pub fn fill_nan(&self, other: impl Into<Self>) -> Self {
        when(self.is_nan()).then(other).otherwise(self)
    }

    /// The first value that is not null, of this and the others; see [`coalesce`].
    #[track_caller]
    pub fn coalesce(&self, other: impl Into<Self>) -> Self {
        Self::binary(BinaryOp::FillNull, self.clone(), other.into())
    }

    /// A hash of the value in `uint64`, never null: equal values have equal hashes, in every process, encoding and version of swath.
    #[track_caller]
    pub fn hash(&self) -> Self {
        Self::call_with(FunctionRef::new("hash"), vec![self.clone()])
    }
}
