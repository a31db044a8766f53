//! Expressions that reduce many rows to one value.

use std::fmt::{self, Debug, Display, Formatter};
use std::panic::Location;
use std::sync::Arc;

use swath_batch::Value;

use crate::{Expr, Params, PluginName};

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

#[derive(Clone)]
struct Inner {
    kind: Arc<str>,
    inputs: Vec<Expr>,
    params: Params,
    name: Option<Arc<str>>,
    location: Option<&'static Location<'static>>,
}

impl Agg {
    /// The aggregate of this kind over an expression.
    #[track_caller]
    pub fn new(kind: impl Into<Arc<str>>, input: &Expr) -> Self {
        Self::over(kind, [input.clone()])
    }

    /// The aggregate of this kind over several expressions, or none.
    ///
    /// ```
    /// use swath_expr::{Agg, col};
    ///
    /// let covariance = Agg::over("cov", [col("x"), col("y")]).param("ddof", 0);
    /// assert_eq!(covariance.to_string(), "x.cov(y, ddof=0)");
    /// assert_eq!(covariance.output_name().as_deref(), Some("x_y_cov"));
    /// ```
    #[track_caller]
    pub fn over(kind: impl Into<Arc<str>>, inputs: impl IntoIterator<Item = Expr>) -> Self {
        Self::with(
            kind.into(),
            inputs.into_iter().collect(),
            Params::default(),
            None,
            Some(Location::caller()),
        )
    }

    /// The number of rows, missing or not; needs no input.
    #[track_caller]
    pub fn size() -> Self {
        Self::over("size", [])
    }

    pub(crate) fn with(
        kind: Arc<str>,
        inputs: Vec<Expr>,
        params: Params,
        name: Option<Arc<str>>,
        location: Option<&'static Location<'static>>,
    ) -> Self {
        Self(Arc::new(Inner {
            kind,
            inputs,
            params,
            name,
            location,
        }))
    }

    /// The same aggregate under another name.
    pub fn alias(&self, name: impl Into<Arc<str>>) -> Self {
        Self(Arc::new(Inner {
            name: Some(name.into()),
            ..(*self.0).clone()
        }))
    }

    /// The same aggregate with one more parameter: the `ddof` of `var`, the `q` of `quantile`. One that it does not have is an
    /// error of the call that uses it.
    pub fn param(&self, name: impl Into<Arc<str>>, value: impl Into<Value>) -> Self {
        Self(Arc::new(Inner {
            params: self.0.params.with(name, value),
            ..(*self.0).clone()
        }))
    }

    /// The variance, deviation, error of the mean, or covariance over the number of values less `ddof` instead of less 1.
    pub fn ddof(&self, ddof: u32) -> Self {
        self.param("ddof", ddof)
    }

    /// The kind: `sum`, `mean`, …; for a plugin's, its [marked](crate::PluginName::marked) name.
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The kind in a word, as it stands in names of results.
    fn word(&self) -> Arc<str> {
        match PluginName::of_marked(&self.0.kind) {
            Some(name) => name.function().into(),
            None => Arc::clone(&self.0.kind),
        }
    }

    /// What is aggregated; nothing where rows are counted.
    pub fn inputs(&self) -> &[Expr] {
        &self.0.inputs
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.0.params
    }

    /// The name given by [`alias`](Self::alias).
    pub fn alias_name(&self) -> Option<&Arc<str>> {
        self.0.name.as_ref()
    }

    /// What the result is called: the alias, else `column_kind`, else the kind; `None` if an input has no name of its own.
    pub fn output_name(&self) -> Option<Arc<str>> {
        if let Some(name) = &self.0.name {
            return Some(Arc::clone(name));
        }
        if self.0.inputs.is_empty() {
            return Some(self.word());
        }
        let mut name = String::new();
        for input in &self.0.inputs {
            name.push_str(&input.output_name()?);
            name.push('_');
        }
        name.push_str(&self.word());
        Some(name.into())
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
            kind,
            inputs,
            params,
            name,
            ..
        } = &*self.0;
        let own = PluginName::of_marked(kind);
        match (&own, inputs.first()) {
            // A function, and no method of its first input.
            (Some(name), _) => write!(f, "{name}(")?,
            (None, Some(first)) => write!(f, "{first}.{kind}(")?,
            (None, None) => write!(f, "{kind}(")?,
        }
        let mut comma = "";
        for input in inputs.iter().skip(usize::from(own.is_none())) {
            write!(f, "{comma}{input}")?;
            comma = ", ";
        }
        if !params.is_empty() {
            write!(f, "{comma}{params}")?;
        }
        f.write_str(")")?;
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

    /// The product of what is not missing; of nothing: 1. A product of integers that does not fit is an error.
    #[track_caller]
    pub fn prod(&self) -> Agg {
        Agg::new("prod", self)
    }

    /// The variance of what is not missing, over the number of values less 1 (see [`Agg::ddof`]); of one value: null.
    #[track_caller]
    pub fn var(&self) -> Agg {
        Agg::new("var", self)
    }

    /// The standard deviation: the root of [`var`](Self::var).
    #[track_caller]
    pub fn std(&self) -> Agg {
        Agg::new("std", self)
    }

    /// The standard error of the mean: [`std`](Self::std) over the root of the number of values.
    #[track_caller]
    pub fn sem(&self) -> Agg {
        Agg::new("sem", self)
    }

    /// The skewness, corrected for the bias of a sample; of fewer than three values: null.
    #[track_caller]
    pub fn skew(&self) -> Agg {
        Agg::new("skew", self)
    }

    /// The excess kurtosis, corrected for the bias of a sample; of fewer than four values: null.
    #[track_caller]
    pub fn kurtosis(&self) -> Agg {
        Agg::new("kurtosis", self)
    }

    /// The covariance with another column, over the rows where neither is missing.
    #[track_caller]
    pub fn cov(&self, other: impl Into<Self>) -> Agg {
        Agg::over("cov", [self.clone(), other.into()])
    }

    /// Pearson's correlation with another column, over the rows where neither is missing.
    #[track_caller]
    pub fn corr(&self, other: impl Into<Self>) -> Agg {
        Agg::over("corr", [self.clone(), other.into()])
    }

    /// How many different values are not missing, exactly.
    #[track_caller]
    pub fn nunique(&self) -> Agg {
        Agg::new("nunique", self)
    }

    /// About how many different values are not missing: exact to 512, beyond with a standard error of 1.6 %, in 4 KiB a group.
    #[track_caller]
    pub fn nunique_approx(&self) -> Agg {
        Agg::new("nunique_approx", self)
    }

    /// Whether one is true; of nothing: false.
    #[track_caller]
    pub fn any(&self) -> Agg {
        Agg::new("any", self)
    }

    /// Whether none is false; of nothing: true.
    #[track_caller]
    pub fn all(&self) -> Agg {
        Agg::new("all", self)
    }

    /// The value in the middle, exactly, of two the mean; of nothing: null.
    #[track_caller]
    pub fn median(&self) -> Agg {
        Agg::new("median", self)
    }

    /// The value that the share `q` of the values lies below, exactly, between two in proportion; of nothing: null.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// assert_eq!(col("ms").quantile(0.99).alias("p99").to_string(), "ms.quantile(q=0.99).alias(\"p99\")");
    /// ```
    #[track_caller]
    pub fn quantile(&self, q: f64) -> Agg {
        Agg::new("quantile", self).param("q", q)
    }

    /// Several quantiles as one list, in the order of the shares: what [`quantile`](Self::quantile) gives for each, but the values are
    /// kept once.
    #[track_caller]
    pub fn quantiles(&self, shares: impl IntoIterator<Item = f64>) -> Agg {
        let shares: Vec<Value> = shares.into_iter().map(Value::Float).collect();
        Agg::new("quantiles", self).param("q", Value::List(shares.into()))
    }

    /// How often the value occurs that occurs most often; of nothing: 0.
    #[track_caller]
    pub fn mode_count(&self) -> Agg {
        Agg::new("mode_count", self)
    }

    /// The value that occurs most often, of several the smallest; of nothing: null.
    #[track_caller]
    pub fn mode(&self) -> Agg {
        Agg::new("mode", self)
    }

    /// What `label` is in the first row of the smallest value; of nothing: null.
    #[track_caller]
    pub fn idxmin(&self, label: impl Into<Self>) -> Agg {
        Agg::over("idxmin", [self.clone(), label.into()])
    }

    /// What `label` is in the first row of the largest value; of nothing: null.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// let best_day = col("amount").idxmax(col("day")).alias("best_day");
    /// assert_eq!(best_day.to_string(), "amount.idxmax(day).alias(\"best_day\")");
    /// ```
    #[track_caller]
    pub fn idxmax(&self, label: impl Into<Self>) -> Agg {
        Agg::over("idxmax", [self.clone(), label.into()])
    }

    /// All values as one list, in row order, missing ones too: the aggregate `list`, under a name that the accessor of lists
    /// leaves.
    #[track_caller]
    pub fn to_list(&self) -> Agg {
        Agg::new("list", self)
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
        let others = [
            col("a").mean(),
            col("b").sum(),
            sum.alias("x"),
            sum.param("ddof", 1),
            col("a").cov(col("b")),
            Agg::size(),
        ];
        for other in others {
            assert!(!sum.same_as(&other), "{other}");
        }
        assert_eq!(sum.alias("p").to_string(), "a.sum().alias(\"p\")");
    }
}
