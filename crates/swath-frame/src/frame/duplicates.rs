//! Verbs about equal rows and values.

use std::panic::Location;
use std::sync::Arc;

use swath_expr::{Columns, Expr, IntoColumn, IntoColumns};
use swath_plan::{DropDuplicates as Node, GroupBy, NamedAgg, PlanError, Project, SortBy, SplitOut};

use super::DataFrame;
use super::columns::{data_column, names};
use crate::{Result, Scalar};

/// Which of equal rows stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum KeepRow {
    /// The one that stands first, over all partitions.
    #[default]
    First,
    /// The one that stands last.
    Last,
}

/// Options of [`DataFrame::drop_duplicates`]: which columns are compared, and which of equal rows stays.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "options do nothing until a frame is given them"]
pub struct DropDuplicates {
    subset: Columns,
    keep: KeepRow,
    split_out: Option<usize>,
}

impl DropDuplicates {
    /// Compares these columns; `..` is all data columns.
    #[track_caller]
    pub fn new(subset: impl IntoColumns) -> Self {
        Self {
            subset: subset.into_columns(),
            keep: KeepRow::First,
            split_out: None,
        }
    }

    /// Which of equal rows stays: the first, unless said otherwise.
    pub fn keep(self, keep: KeepRow) -> Self {
        Self { keep, ..self }
    }

    /// Partitions of the result: as many as the frame has, unless said otherwise.
    pub fn split_out(self, npartitions: usize) -> Self {
        Self {
            split_out: Some(npartitions),
            ..self
        }
    }
}

/// What [`DataFrame::drop_duplicates`] takes: columns, or [`DropDuplicates`].
pub trait IntoDropDuplicates {
    /// The options.
    #[doc(hidden)]
    #[track_caller]
    fn into_drop_duplicates(self) -> DropDuplicates;
}

impl IntoDropDuplicates for DropDuplicates {
    fn into_drop_duplicates(self) -> DropDuplicates {
        self
    }
}

impl<C: IntoColumns> IntoDropDuplicates for C {
    #[track_caller]
    fn into_drop_duplicates(self) -> DropDuplicates {
        DropDuplicates::new(self)
    }
}

/// In which order counted values come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Any,
    MostFrequent,
    Rarest,
}

/// Options of [`DataFrame::value_counts`].
#[derive(Clone, Debug)]
#[must_use = "options do nothing until a frame is given them"]
pub struct ValueCounts {
    column: Expr,
    order: Order,
    dropna: bool,
    normalize: bool,
}

impl PartialEq for ValueCounts {
    fn eq(&self, other: &Self) -> bool {
        self.column.same_as(&other.column)
            && (self.order, self.dropna, self.normalize)
                == (other.order, other.dropna, other.normalize)
    }
}

impl ValueCounts {
    /// Counts the values of a column, or of a named expression.
    #[track_caller]
    pub fn new(column: impl IntoColumn) -> Self {
        Self {
            column: column.into_column(),
            order: Order::MostFrequent,
            dropna: true,
            normalize: false,
        }
    }

    /// Whether the most frequent value comes first, as it does unless said otherwise; without it the order is not promised.
    pub fn sort(self, sort: bool) -> Self {
        let order = match self.order {
            _ if !sort => Order::Any,
            Order::Any => Order::MostFrequent,
            order => order,
        };
        Self { order, ..self }
    }

    /// Whether the rarest value comes first, instead of the most frequent one.
    pub fn ascending(self, ascending: bool) -> Self {
        let order = if ascending {
            Order::Rarest
        } else {
            Order::MostFrequent
        };
        Self { order, ..self }
    }

    /// Whether null is left out, as it is unless said otherwise.
    pub fn dropna(self, dropna: bool) -> Self {
        Self { dropna, ..self }
    }

    /// Whether shares of all values counted come, in a column `proportion`, in place of counts.
    pub fn normalize(self, normalize: bool) -> Self {
        Self { normalize, ..self }
    }
}

/// What [`DataFrame::value_counts`] takes: a column, or [`ValueCounts`].
pub trait IntoValueCounts {
    /// The options.
    #[doc(hidden)]
    #[track_caller]
    fn into_value_counts(self) -> ValueCounts;
}

impl IntoValueCounts for ValueCounts {
    fn into_value_counts(self) -> ValueCounts {
        self
    }
}

impl<C: IntoColumn> IntoValueCounts for C {
    #[track_caller]
    fn into_value_counts(self) -> ValueCounts {
        ValueCounts::new(self)
    }
}

impl DataFrame {
    /// One row of those that are equal in some columns, `..` for all data columns: the first one, unless [`DropDuplicates`] says
    /// otherwise. Null equals null, and NaN equals NaN.
    ///
    /// As many partitions come out, each row in the one that the hash of its values names; so divisions are unknown, and the order of
    /// rows is not promised, but always the same for the same data and settings. Cost: one pass, and in memory each value that is
    /// compared, once a task and once in all; for the last rows also the rows.
    ///
    /// # Errors
    /// A column that does not exist, or holds lists or structs.
    ///
    /// ```
    /// # use swath_frame::{Batch, DropDuplicates, KeepRow, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\na,1\n")?])?;
    /// assert_eq!(df.drop_duplicates(..)?.compute()?.num_rows(), 3);
    /// let last = df.drop_duplicates(DropDuplicates::new("k").keep(KeepRow::Last))?;
    /// assert_eq!(last.sum("v")?.get::<i64>()?, 8);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn drop_duplicates(&self, rows: impl IntoDropDuplicates) -> Result<Self> {
        let options = rows.into_drop_duplicates();
        self.next("drop_duplicates", Location::caller(), |plan, _| {
            plan.drop_duplicates(Node {
                subset: names(plan, &options.subset)?,
                last: options.keep == KeepRow::Last,
                rows: 1,
                split_out: options.split_out,
            })
        })
    }

    /// The values of a column, or of a named expression, each once, null too: a frame of that one column, without an index.
    ///
    /// The order is not promised; as many partitions come out. Costs what [`drop_duplicates`](Self::drop_duplicates) does.
    ///
    /// # Errors
    /// A column that does not exist, or holds lists or structs.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.unique("k")?.compute()?.num_rows(), 2);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn unique(&self, column: impl IntoColumn) -> Result<Self> {
        let column = column.into_column();
        self.next("unique", Location::caller(), |plan, env| {
            let name = column.output_name().ok_or_else(|| PlanError::Unnamed {
                expression: column.to_string(),
            })?;
            let chosen = Project {
                columns: vec![(Arc::clone(&name), column)],
                index: 0,
            };
            chosen.over(plan, env)?.drop_duplicates(Node {
                subset: vec![name],
                last: false,
                rows: 1,
                split_out: None,
            })
        })
    }

    /// How often each value of a column stands in the frame, the most frequent first; of equally frequent ones in an order that is not
    /// promised. The values become the index, the counts a column `count`. One partition.
    ///
    /// # Errors
    /// A column that does not exist, or is called as the counts are.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, ValueCounts};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let counts: Vec<(String, u64)> = df.value_counts("k")?.compute()?.rows()?.collect();
    /// assert_eq!(counts, [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    ///
    /// let rarest = df.value_counts(ValueCounts::new("k").normalize(true).ascending(true))?;
    /// assert_eq!(rarest.columns(), ["proportion"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn value_counts(&self, values: impl IntoValueCounts) -> Result<Self> {
        let location = Location::caller();
        let options = values.into_value_counts();
        let counts = self.next("value_counts", location, |plan, env| {
            let key = options
                .column
                .output_name()
                .ok_or_else(|| PlanError::Unnamed {
                    expression: options.column.to_string(),
                })?;
            let count: Arc<str> = Arc::from("count");
            let counts = plan.group_by(
                GroupBy {
                    keys: vec![(key, options.column.clone())],
                    aggs: vec![NamedAgg::size(Arc::clone(&count))],
                    sort: false,
                    dropna: options.dropna,
                    split_out: SplitOut::Auto,
                    split_every: None,
                },
                env,
            )?;
            if options.order == Order::Any {
                return Ok(counts);
            }
            let by = SortBy {
                column: count,
                descending: options.order == Order::MostFrequent,
            };
            counts.top_n(u64::MAX, vec![by])
        })?;
        if !options.normalize {
            return Ok(counts);
        }
        let counted: Scalar = if options.dropna {
            self.count(options.column.clone())?
        } else {
            self.len()
        };
        counts.next("value_counts", location, |plan, env| {
            let count = data_column(&Arc::from("count"));
            let share = count / Expr::from(&counted);
            plan.select(vec![(Arc::from("proportion"), share)], env)
        })
    }
}
