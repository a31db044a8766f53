//! Expressions that reduce many rows to one value.

use std::fmt::{self, Debug, Display, Formatter};
use std::panic::Location;
use std::sync::Arc;

use crate::Expr;

/// A reduction of an expression over rows: what `groupby(..).agg(..)` takes.
///
/// A handle like [`Expr`], and no `Expr`: `filter(col("x").sum())` does not compile. Which kinds there are says the table of
/// aggregates of `swath-kernels`; a kind that is not there is an error of the call that uses it.
///
/// ```compile_fail,E0277
/// # use swath_expr::{Expr, col};
/// let predicate: Expr = col("x").sum().into();
/// ```
///
/// ```
/// use swath_expr::{Agg, col};
///
/// let revenue = (col("price") * (1 - col("discount"))).sum();
/// assert_eq!(revenue.to_string(), "(price * (1 - discount)).sum()");
/// assert_eq!(revenue.alias("revenue").output_name().as_deref(), Some("revenue"));
/// assert_eq!(col("price").max().output_name().as_deref(), Some("price_max"));
/// assert_eq!(Agg::size().output_name().as_deref(), Some("size"));
/// ```
#[derive(Clone)]
pub struct Agg(Arc<Inner>);

struct Inner {
    kind: Arc<str>,
    input: Option<Expr>,
    name: Option<Arc<str>>,
    location: Option<&'static Location<'static>>,
}

impl Agg {
    /// The aggregate of this kind over an expression.
    #[track_caller]
    pub fn new(kind: impl Into<Arc<str>>, input: &Expr) -> Self {
        Self::with(
            kind.into(),
            Some(input.clone()),
            None,
            Some(Location::caller()),
        )
    }

    /// The number of rows, missing or not; needs no input.
    #[track_caller]
    pub fn size() -> Self {
        Self::with("size".into(), None, None, Some(Location::caller()))
    }

    pub(crate) fn with(
        kind: Arc<str>,
        input: Option<Expr>,
        name: Option<Arc<str>>,
        location: Option<&'static Location<'static>>,
    ) -> Self {
        Self(Arc::new(Inner {
            kind,
            input,
            name,
            location,
        }))
    }

    /// The same aggregate under another name.
    pub fn alias(&self, name: impl Into<Arc<str>>) -> Self {
        let Inner {
            kind,
            input,
            location,
            ..
        } = &*self.0;
        Self::with(
            Arc::clone(kind),
            input.clone(),
            Some(name.into()),
            *location,
        )
    }

    /// The same aggregate over another input: for rules that rewrite what is aggregated.
    pub fn with_input(&self, input: Option<Expr>) -> Self {
        let Inner {
            kind,
            name,
            location,
            ..
        } = &*self.0;
        Self::with(Arc::clone(kind), input, name.clone(), *location)
    }

    /// The kind: `sum`, `mean`, …
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// What is aggregated; `None` counts rows.
    pub fn input(&self) -> Option<&Expr> {
        self.0.input.as_ref()
    }

    /// The name given by [`alias`](Self::alias).
    pub fn alias_name(&self) -> Option<&Arc<str>> {
        self.0.name.as_ref()
    }

    /// What the result is called: the alias, else `column_kind`, else the kind; `None` if the input has no name of its own.
    pub fn output_name(&self) -> Option<Arc<str>> {
        if let Some(name) = &self.0.name {
            return Some(Arc::clone(name));
        }
        match &self.0.input {
            None => Some(Arc::clone(&self.0.kind)),
            Some(input) => input
                .output_name()
                .map(|column| format!("{column}_{}", self.0.kind).into()),
        }
    }

    /// Where the user's program made it.
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.0.location
    }

    /// Is the same aggregate, wherever it was written.
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.digest() == other.digest()
    }
}

impl Display for Agg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Inner {
            kind, input, name, ..
        } = &*self.0;
        match input {
            Some(input) => write!(f, "{input}.{kind}()")?,
            None => write!(f, "{kind}()")?,
        }
        match name {
            Some(name) => write!(f, ".alias({name:?})"),
            None => Ok(()),
        }
    }
}

impl Debug for Agg {
    /// Prints the same text as `Display`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// Reductions of all rows, or of a group's.
impl Expr {
    /// The sum of what is not missing; of nothing: 0. Integers add up in 128 bits, and only a total that does not fit is an error.
    #[track_caller]
    pub fn sum(&self) -> Agg {
        Agg::new("sum", self)
    }

    /// The mean of what is not missing; of nothing: null.
    #[track_caller]
    pub fn mean(&self) -> Agg {
        Agg::new("mean", self)
    }

    /// The smallest that is not missing; of nothing: null.
    #[track_caller]
    pub fn min(&self) -> Agg {
        Agg::new("min", self)
    }

    /// The largest that is not missing; of nothing: null.
    #[track_caller]
    pub fn max(&self) -> Agg {
        Agg::new("max", self)
    }

    /// How many are not missing.
    #[track_caller]
    pub fn count(&self) -> Agg {
        Agg::new("count", self)
    }

    /// The first in row order that is not missing; of nothing: null.
    #[track_caller]
    pub fn first(&self) -> Agg {
        Agg::new("first", self)
    }

    /// The last in row order that is not missing; of nothing: null.
    #[track_caller]
    pub fn last(&self) -> Agg {
        Agg::new("last", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{col, lit};

    #[test]
    fn names_follow_the_column_and_the_kind() {
        assert_eq!((col("a") + col("b")).sum().output_name(), None);
        assert_eq!((col("a") + 1).sum().output_name().as_deref(), Some("a_sum"));
        assert_eq!(
            lit(1).alias("one").count().output_name().as_deref(),
            Some("one_count")
        );
    }

    #[test]
    fn what_makes_an_aggregate_what_it_is() {
        let sum = col("a").sum();
        assert!(sum.same_as(&col("a").sum()));
        for other in [col("a").mean(), col("b").sum(), sum.alias("x"), Agg::size()] {
            assert!(!sum.same_as(&other), "{other}");
        }
        assert_eq!(sum.alias("p").to_string(), "a.sum().alias(\"p\")");
    }
}
