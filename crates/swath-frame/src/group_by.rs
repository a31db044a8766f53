//! Grouping: keys, options, and the verb that ends it.

use std::panic::Location;
use std::sync::Arc;

use swath_expr::{Agg, Columns, Expr, IntoColumns};
use swath_plan::{GroupBy as GroupByNode, NamedAgg, PlanError, SplitOut};

use crate::frame::named_columns;
use crate::{DataFrame, Result};

/// A frame with keys, waiting for the aggregates.
///
/// Its methods cannot fail; what was given here is checked by the verb at the end, whose error shows both
/// lines. The keys become the index of the result. Rows with a null key are left out unless
/// [`dropna(false)`](Self::dropna).
#[derive(Clone, Debug)]
#[must_use = "a group-by does nothing until it is aggregated"]
pub struct GroupBy {
    frame: DataFrame,
    keys: Vec<Expr>,
    sort: bool,
    dropna: bool,
    split_out: SplitOut,
    split_every: Option<usize>,
    location: &'static Location<'static>,
}

/// The aggregates of an `agg` call: one [`Agg`], or several, each with a name if it is given as a pair.
///
/// An aggregate without a name is called `column_function`.
pub trait IntoAggs {
    /// The aggregates with their names.
    fn into_aggs(self) -> Vec<NamedAgg>;
}

fn named(agg: &Agg, name: Option<Arc<str>>) -> NamedAgg {
    let output = name
        .or_else(|| agg.output_name())
        .unwrap_or_else(|| Arc::from(agg.kind()));
    NamedAgg {
        function: Arc::from(agg.kind()),
        input: agg.input().cloned(),
        output,
    }
}

impl IntoAggs for Agg {
    fn into_aggs(self) -> Vec<NamedAgg> {
        vec![named(&self, None)]
    }
}

impl<const N: usize> IntoAggs for [Agg; N] {
    fn into_aggs(self) -> Vec<NamedAgg> {
        self.iter().map(|agg| named(agg, None)).collect()
    }
}

impl IntoAggs for Vec<Agg> {
    fn into_aggs(self) -> Vec<NamedAgg> {
        self.iter().map(|agg| named(agg, None)).collect()
    }
}

impl<S: Into<Arc<str>>, const N: usize> IntoAggs for [(S, Agg); N] {
    fn into_aggs(self) -> Vec<NamedAgg> {
        self.into_iter()
            .map(|(name, agg)| named(&agg, Some(name.into())))
            .collect()
    }
}

impl<S: Into<Arc<str>>> IntoAggs for Vec<(S, Agg)> {
    fn into_aggs(self) -> Vec<NamedAgg> {
        self.into_iter()
            .map(|(name, agg)| named(&agg, Some(name.into())))
            .collect()
    }
}

impl DataFrame {
    /// Groups the rows by columns or named expressions.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,2\n")?])?;
    /// let sums = df.groupby("k").sort(true).sum("v")?.compute()?;
    /// assert_eq!(sums.rows::<(String, i64)>()?.collect::<Vec<_>>(), [("a".into(), 3), ("b".into(), 7)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn groupby(&self, keys: impl IntoColumns) -> GroupBy {
        GroupBy {
            frame: self.clone(),
            keys: keys.into_columns().resolve(self.meta()),
            sort: false,
            dropna: true,
            split_out: SplitOut::Auto,
            split_every: None,
            location: Location::caller(),
        }
    }
}

impl GroupBy {
    /// Whether the groups leave sorted by the keys, in one partition: with a [`split_out`](Self::split_out) of
    /// more than one it is an error. Without it their order is not promised, but always the same for the same
    /// data and settings.
    pub fn sort(self, sort: bool) -> Self {
        Self { sort, ..self }
    }

    /// Whether rows with a null key are left out: true unless said otherwise.
    pub fn dropna(self, dropna: bool) -> Self {
        Self { dropna, ..self }
    }

    /// Partitions of the result. Without it: 1 for one key, and `ceil(n · (k − 1) / 10)` for `k` keys over `n`
    /// partitions. Each group is in one of them, chosen by the hash of its keys; so [`sort`](Self::sort) goes with
    /// no more than one.
    pub fn split_out(self, npartitions: usize) -> Self {
        Self {
            split_out: SplitOut::Count(npartitions),
            ..self
        }
    }

    /// Partial results that one task merges, at least 2. Without it one task merges all, on all threads.
    pub fn split_every(self, partials: usize) -> Self {
        Self {
            split_every: Some(partials),
            ..self
        }
    }

    /// The sum of columns in each group, under their own names; nulls are skipped, of nothing 0.
    ///
    /// `..` is all data columns but the keys, as in pandas and Dask; a column among them that has no sum is an
    /// error, as theirs is without `numeric_only`. The same goes for the other verbs.
    ///
    /// # Errors
    /// A key or column that does not exist; a column without a sum; `..` where every column is a key.
    #[track_caller]
    pub fn sum(&self, columns: impl IntoColumns) -> Result<DataFrame> {
        self.each("sum", &columns.into_columns(), Location::caller())
    }

    /// The mean of columns in each group, under their own names; nulls are skipped, of nothing null.
    ///
    /// # Errors
    /// A key or column that does not exist; a column without a mean.
    #[track_caller]
    pub fn mean(&self, columns: impl IntoColumns) -> Result<DataFrame> {
        self.each("mean", &columns.into_columns(), Location::caller())
    }

    /// The smallest value of columns in each group, under their own names; nulls are skipped, of nothing null.
    ///
    /// # Errors
    /// A key or column that does not exist; a column without an order.
    #[track_caller]
    pub fn min(&self, columns: impl IntoColumns) -> Result<DataFrame> {
        self.each("min", &columns.into_columns(), Location::caller())
    }

    /// The largest value of columns in each group, under their own names; nulls are skipped, of nothing null.
    ///
    /// # Errors
    /// A key or column that does not exist; a column without an order.
    #[track_caller]
    pub fn max(&self, columns: impl IntoColumns) -> Result<DataFrame> {
        self.each("max", &columns.into_columns(), Location::caller())
    }

    /// How many values of columns in each group are not null, under their own names.
    ///
    /// # Errors
    /// A key or column that does not exist.
    #[track_caller]
    pub fn count(&self, columns: impl IntoColumns) -> Result<DataFrame> {
        self.each("count", &columns.into_columns(), Location::caller())
    }

    /// Rows of each group, in a column `size`.
    ///
    /// # Errors
    /// A key that does not exist.
    #[track_caller]
    pub fn size(&self) -> Result<DataFrame> {
        let agg = NamedAgg {
            function: Arc::from("size"),
            input: None,
            output: Arc::from("size"),
        };
        self.finish("size", Location::caller(), |_| Ok(vec![agg]))
    }

    /// Several aggregates: `.agg([("total", col("x").sum()), ("rows", Agg::size())])`.
    ///
    /// # Errors
    /// A key or column that does not exist, an aggregate that does not fit its input, two results of one name.
    #[track_caller]
    pub fn agg(&self, aggs: impl IntoAggs) -> Result<DataFrame> {
        let aggs = aggs.into_aggs();
        self.finish("agg", Location::caller(), |_| Ok(aggs))
    }

    fn each(
        &self,
        function: &'static str,
        columns: &Columns,
        location: &'static Location<'static>,
    ) -> Result<DataFrame> {
        self.finish(function, location, |frame| {
            let columns = named_columns(frame.plan(), &self.without_keys(columns))?;
            if columns.is_empty() {
                return Err(PlanError::NoColumns {
                    operation: function,
                });
            }
            Ok(columns
                .into_iter()
                .map(|(output, input)| NamedAgg {
                    function: Arc::from(function),
                    input: Some(input),
                    output,
                })
                .collect())
        })
    }

    /// `..` as the data columns that are no keys, and whose names no key bears.
    fn without_keys(&self, columns: &Columns) -> Columns {
        let Columns::All = columns else {
            return columns.clone();
        };
        let is_key = |column: &Expr| {
            let name = column.output_name();
            let bears =
                |key: &Expr| key.output_name() == name || key.as_column() == name.as_deref();
            self.keys.iter().any(bears)
        };
        let mut list = columns.resolve(self.frame.meta());
        list.retain(|column| !is_key(column));
        Columns::List(list)
    }

    fn finish(
        &self,
        call: &'static str,
        location: &'static Location<'static>,
        aggs: impl FnOnce(&DataFrame) -> std::result::Result<Vec<NamedAgg>, PlanError>,
    ) -> Result<DataFrame> {
        let result = self.frame.next(call, location, |plan, env| {
            let keys = named_columns(plan, &Columns::List(self.keys.clone()))?;
            let node = GroupByNode {
                keys,
                aggs: aggs(&self.frame)?,
                sort: self.sort,
                dropna: self.dropna,
                split_out: self.split_out,
                split_every: self.split_every,
            };
            plan.group_by(node, env)
        });
        result.map_err(|error| error.also_at("groupby", self.location))
    }
}
