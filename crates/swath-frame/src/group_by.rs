//! Grouping: keys, options, and the verb that ends it.

use std::panic::Location;
use std::sync::Arc;

use swath_expr::{Agg, Columns, Expr, IntoColumn, IntoColumns};
use swath_ops::step::made_up_prefix;
use swath_plan::{DropDuplicates, GroupBy as GroupByNode, NamedAgg, PlanError, SplitOut};

use crate::frame::{IntoCount, data_columns, named_columns};
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

impl IntoAggs for Agg {
    fn into_aggs(self) -> Vec<NamedAgg> {
        vec![NamedAgg::of(&self, None)]
    }
}

impl<const N: usize> IntoAggs for [Agg; N] {
    fn into_aggs(self) -> Vec<NamedAgg> {
        self.iter().map(|agg| NamedAgg::of(agg, None)).collect()
    }
}

impl IntoAggs for Vec<Agg> {
    fn into_aggs(self) -> Vec<NamedAgg> {
        self.iter().map(|agg| NamedAgg::of(agg, None)).collect()
    }
}

impl<S: Into<Arc<str>>, const N: usize> IntoAggs for [(S, Agg); N] {
    fn into_aggs(self) -> Vec<NamedAgg> {
        self.into_iter()
            .map(|(name, agg)| NamedAgg::of(&agg, Some(name.into())))
            .collect()
    }
}

impl<S: Into<Arc<str>>> IntoAggs for Vec<(S, Agg)> {
    fn into_aggs(self) -> Vec<NamedAgg> {
        self.into_iter()
            .map(|(name, agg)| NamedAgg::of(&agg, Some(name.into())))
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

/// Verbs that aggregate columns one by one, under their own names.
macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident;)*) => {
        /// One aggregate of each of several columns, under their own names. Nulls are skipped.
        ///
        /// `..` is all data columns but the keys, as in pandas and Dask; a column among them that the aggregate does not take is
        /// an error, as theirs is without `numeric_only`. Each of these verbs fails where a key or column does not exist, where
        /// a column has no such aggregate, and for `..` where every column is a key.
        impl GroupBy {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// A key or column that does not exist; a column that has no such aggregate.
                #[track_caller]
                pub fn $verb(&self, columns: impl IntoColumns) -> Result<DataFrame> {
                    let columns = columns.into_columns();
                    self.each(stringify!($verb), &columns, Location::caller())
                }
            )*
        }
    };
}

verbs! {
    /// The sum of columns in each group; of nothing 0.
    sum;
    /// The product of columns in each group; of nothing 1.
    prod;
    /// The mean of columns in each group; of nothing null.
    mean;
    /// The variance of columns in each group, over the number of values less 1; of one value null. For another `ddof`:
    /// `.agg(col("x").var().ddof(0))`.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,3\n")?])?;
    /// let spread = df.groupby("k").sort(true).var("v")?.compute()?;
    /// assert_eq!(spread.rows::<(String, Option<f64>)>()?.collect::<Vec<_>>(), [("a".into(), Some(2.0)), ("b".into(), None)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    var;
    /// The standard deviation of columns in each group: the root of [`var`](Self::var).
    std;
    /// The standard error of the mean of columns in each group.
    sem;
    /// The skewness of columns in each group, corrected for the bias of a sample; of fewer than three values null.
    skew;
    /// The excess kurtosis of columns in each group, corrected for the bias of a sample; of fewer than four values null.
    kurtosis;
    /// The smallest value of columns in each group; of nothing null.
    min;
    /// The largest value of columns in each group; of nothing null.
    max;
    /// The first value of columns in each group, in row order, that is not null; of nothing null.
    first;
    /// The last value of columns in each group, in row order, that is not null; of nothing null.
    last;
    /// How many values of columns in each group are not null.
    count;
    /// How many different values columns have in each group, exactly; keeps them all while it runs.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,1\na,2\n")?])?;
    /// let different = df.groupby("k").sort(true).nunique("v")?.compute()?;
    /// assert_eq!(different.rows::<(String, i64)>()?.collect::<Vec<_>>(), [("a".into(), 2), ("b".into(), 1)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    nunique;
    /// About how many different values columns have in each group: exact to 512, beyond with a standard error of 1.6 %, in
    /// 4 KiB a group.
    nunique_approx;
    /// Whether a value of boolean columns is true in each group; of nothing false.
    any;
    /// Whether no value of boolean columns is false in each group; of nothing true.
    all;
    /// The value in the middle of columns in each group, exactly, of two the mean; of nothing null. Keeps all values while it
    /// runs.
    median;
    /// The value that columns have most often in each group, of several the smallest; of nothing null.
    mode;
    /// The values of columns in each group as one list, in row order, nulls too.
    list;
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

    /// The first `n` rows of each group, with all columns and the index of the frame: rows, not groups.
    ///
    /// They stand in the order of the frame, over all partitions. As many partitions come out, unless
    /// [`split_out`](Self::split_out) says otherwise, each row in the one that the hash of its keys names; so divisions are unknown,
    /// and the order of rows that come out is not promised, but always the same for the same data and settings. Streams; keeps the
    /// keys in memory, once a task and once in all.
    ///
    /// # Errors
    /// A key that does not exist, or is a list or a struct; a negative number of rows; [`sort`](Self::sort) or
    /// [`split_every`](Self::split_every), which are about groups.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,3\na,5\n")?])?;
    /// let two = df.groupby("k").head(2)?;
    /// assert_eq!((two.columns(), two.sum("v")?.get::<i64>()?), (vec!["k", "v"], 11));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn head(&self, n: impl IntoCount) -> Result<DataFrame> {
        self.rows_of_each("head", n.into_count(), false, Location::caller())
    }

    /// The last `n` rows of each group; as [`head`](Self::head), but all rows are kept in memory until the last one has come.
    ///
    /// # Errors
    /// As [`head`](Self::head).
    #[track_caller]
    pub fn tail(&self, n: impl IntoCount) -> Result<DataFrame> {
        self.rows_of_each("tail", n.into_count(), true, Location::caller())
    }

    /// Rows of each group, in a column `size`.
    ///
    /// # Errors
    /// A key that does not exist.
    #[track_caller]
    pub fn size(&self) -> Result<DataFrame> {
        let agg = NamedAgg::size("size");
        self.finish("size", Location::caller(), |_| Ok(vec![agg]))
    }

    /// The quantile `q` of columns in each group, exactly, between two values in proportion; of nothing null. For several at
    /// once: `.agg([("p50", col("ms").quantile(0.5)), ("p99", col("ms").quantile(0.99))])`.
    ///
    /// # Errors
    /// A key or column that does not exist; a column that has no quantile; a `q` that is not from 0 to 1.
    #[track_caller]
    pub fn quantile(&self, columns: impl IntoColumns, q: f64) -> Result<DataFrame> {
        let columns = columns.into_columns();
        let call = |input: &Expr| input.quantile(q);
        self.each_by("quantile", &columns, Location::caller(), call)
    }

    /// What the column `label` holds where columns are smallest in each group: in the first such row; of nothing null.
    ///
    /// # Errors
    /// A key, column or label that does not exist; a column without an order.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("shop,day,sold\na,mon,5\na,tue,9\nb,mon,2\n")?])?;
    /// let best = df.groupby("shop").sort(true).idxmax("sold", "day")?.compute()?;
    /// assert_eq!(best.rows::<(String, String)>()?.collect::<Vec<_>>(), [("a".into(), "tue".into()), ("b".into(), "mon".into())]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn idxmin(&self, columns: impl IntoColumns, label: impl IntoColumn) -> Result<DataFrame> {
        let (columns, label) = (columns.into_columns(), label.into_column());
        let call = |input: &Expr| input.idxmin(&label);
        self.each_by("idxmin", &columns, Location::caller(), call)
    }

    /// What the column `label` holds where columns are largest in each group: in the first such row; of nothing null.
    ///
    /// # Errors
    /// A key, column or label that does not exist; a column without an order.
    #[track_caller]
    pub fn idxmax(&self, columns: impl IntoColumns, label: impl IntoColumn) -> Result<DataFrame> {
        let (columns, label) = (columns.into_columns(), label.into_column());
        let call = |input: &Expr| input.idxmax(&label);
        self.each_by("idxmax", &columns, Location::caller(), call)
    }

    /// The covariance of two columns in each group, in a column `cov`, over the rows where neither is null.
    ///
    /// # Errors
    /// A key or column that does not exist; a column that is no number.
    #[track_caller]
    pub fn cov(&self, one: impl IntoColumn, other: impl IntoColumn) -> Result<DataFrame> {
        let agg = one.into_column().cov(other.into_column()).alias("cov");
        self.finish("cov", Location::caller(), |_| Ok(agg.into_aggs()))
    }

    /// Pearson's correlation of two columns in each group, in a column `corr`, over the rows where neither is null.
    ///
    /// # Errors
    /// A key or column that does not exist; a column that is no number.
    #[track_caller]
    pub fn corr(&self, one: impl IntoColumn, other: impl IntoColumn) -> Result<DataFrame> {
        let agg = one.into_column().corr(other.into_column()).alias("corr");
        self.finish("corr", Location::caller(), |_| Ok(agg.into_aggs()))
    }

    /// Several aggregates, over columns or expressions: `.agg([("total", col("x").sum()), ("rows", Agg::size())])`.
    ///
    /// Without a name of its own a result is called `column_function`: `x_sum`.
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
        let call = |input: &Expr| Agg::new(function, input);
        self.each_by(function, columns, location, call)
    }

    fn each_by(
        &self,
        verb: &'static str,
        columns: &Columns,
        location: &'static Location<'static>,
        call: impl Fn(&Expr) -> Agg,
    ) -> Result<DataFrame> {
        self.finish(verb, location, |frame| {
            let columns = named_columns(frame.plan(), &self.without_keys(columns))?;
            if columns.is_empty() {
                return Err(PlanError::NoColumns { operation: verb });
            }
            let aggs = columns.into_iter();
            Ok(aggs
                .map(|(output, input)| NamedAgg::of(&call(&input), Some(output)))
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

    /// Rows of the frame, some of each group.
    fn rows_of_each(
        &self,
        call: &'static str,
        n: i64,
        last: bool,
        location: &'static Location<'static>,
    ) -> Result<DataFrame> {
        let result = self.frame.next(call, location, |plan, env| {
            let settings = [
                ("sort(true)", self.sort),
                ("split_every(..)", self.split_every.is_some()),
            ];
            if let Some((option, _)) = settings.into_iter().find(|(_, is_set)| *is_set) {
                return Err(PlanError::RowsNotGroups {
                    operation: call,
                    option,
                });
            }
            let rows = u64::try_from(n).map_err(|_| PlanError::Negative {
                operation: call,
                what: "rows",
                found: n,
            })?;
            let keys = named_columns(plan, &Columns::List(self.keys.clone()))?;
            let prefix = made_up_prefix(plan.meta().names());
            let (mut with_keys, mut subset) = (plan.clone(), Vec::with_capacity(keys.len()));
            for (at, (_, key)) in keys.iter().enumerate() {
                subset.push(if let Some(column) = key.as_column() {
                    Arc::from(column)
                } else {
                    let name: Arc<str> = format!("{prefix}{at}").into();
                    with_keys = with_keys.assign(&name, key.clone(), env)?;
                    name
                });
            }
            if self.dropna {
                let there = keys.iter().map(|(_, key)| key.notna());
                if let Some(there) = Expr::conjunction(there) {
                    with_keys = with_keys.filter(there, env)?;
                }
            }
            let split_out = match self.split_out {
                SplitOut::Count(n) => Some(n),
                SplitOut::Auto | SplitOut::Same => None,
            };
            let kept = with_keys.drop_duplicates(DropDuplicates {
                subset,
                last,
                rows,
                split_out,
            })?;
            if kept.meta().fields().len() == plan.meta().fields().len() {
                return Ok(kept);
            }
            kept.select(data_columns(plan.meta()), env)
        });
        result.map_err(|error| error.also_at("groupby", self.location))
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
