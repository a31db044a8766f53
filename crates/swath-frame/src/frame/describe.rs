//! Columns at a glance: `describe`, and several quantiles at once.

use std::panic::Location;
use std::sync::Arc;

use swath_batch::Value;
use swath_expr::{Agg, Columns, Expr, IntoColumns, lit};
use swath_meta::DType;
use swath_plan::PlanError;

use super::DataFrame;
use super::columns::named;
use super::labelled::{Aggregates, LabelledRow};
use crate::Result;

/// Options of [`DataFrame::describe`]: which columns, of numbers or of text, and which percentiles.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "options do nothing until a frame is given them"]
pub struct Describe {
    columns: Columns,
    text: bool,
    percentiles: Vec<f64>,
}

impl Describe {
    /// Describes these columns; `..` is all that are numbers.
    #[track_caller]
    pub fn new(columns: impl IntoColumns) -> Self {
        Self {
            columns: columns.into_columns(),
            text: false,
            percentiles: vec![0.25, 0.5, 0.75],
        }
    }

    /// Describes text instead of numbers: how many values there are, how many different ones, the one there is most of, and how
    /// often it is there. `..` is then all columns of text.
    pub fn text(self) -> Self {
        Self { text: true, ..self }
    }

    /// Percentiles as shares, each from 0 to 1, in place of 0.25, 0.5 and 0.75.
    pub fn percentiles(self, shares: impl IntoIterator<Item = f64>) -> Self {
        Self {
            percentiles: shares.into_iter().collect(),
            ..self
        }
    }
}

/// What [`DataFrame::describe`] takes: columns, or [`Describe`].
pub trait IntoDescribe {
    /// The options.
    #[doc(hidden)]
    #[track_caller]
    fn into_describe(self) -> Describe;
}

impl IntoDescribe for Describe {
    fn into_describe(self) -> Describe {
        self
    }
}

impl<C: IntoColumns> IntoDescribe for C {
    #[track_caller]
    fn into_describe(self) -> Describe {
        Describe::new(self)
    }
}

/// A number as float64, the nearest one where none is exact.
fn float(number: &Expr) -> Expr {
    number * lit(1.0).cast("float64")
}

/// A share as percents, without the noise of binary fractions.
fn percent(share: f64) -> String {
    format!("{}%", (share * 1e8).round() / 1e6)
}

/// Rows of statistics, column by column.
struct Rows(Vec<LabelledRow>);

impl Rows {
    fn new(labels: impl IntoIterator<Item = String>) -> Self {
        let rows = labels.into_iter();
        Self(rows.map(|label| (Value::from(label), Vec::new())).collect())
    }

    fn column(&mut self, name: &Arc<str>, values: impl IntoIterator<Item = Expr>) {
        for ((_, row), value) in self.0.iter_mut().zip(values) {
            row.push((Arc::clone(name), value));
        }
    }
}

/// `count`, `mean`, `std`, `min`, percentiles, `max`.
fn of_numbers(columns: &[(Arc<str>, Expr)], shares: &[f64], aggs: &mut Aggregates) -> Rows {
    let first = ["count", "mean", "std", "min"].map(str::to_owned);
    let percents = shares.iter().map(|share| percent(*share));
    let mut rows = Rows::new(first.into_iter().chain(percents).chain(["max".to_owned()]));
    for (name, column) in columns {
        let mut values: Vec<Expr> = [column.count(), column.mean(), column.std(), column.min()]
            .iter()
            .map(|agg| float(&aggs.column(agg)))
            .collect();
        if !shares.is_empty() {
            let quantiles = aggs.column(&column.quantiles(shares.iter().copied()));
            values.extend((0..).zip(shares).map(|(at, _)| quantiles.list().get(at)));
        }
        values.push(float(&aggs.column(&column.max())));
        rows.column(name, values);
    }
    rows
}

/// `count`, `unique`, `top`, `freq`, as text.
fn of_text(columns: &[(Arc<str>, Expr)], aggs: &mut Aggregates) -> Rows {
    let mut rows = Rows::new(["count", "unique", "top", "freq"].map(str::to_owned));
    for (name, column) in columns {
        let values = [
            column.count(),
            column.nunique(),
            column.mode(),
            column.mode_count(),
        ];
        let values = values.iter().map(|agg| aggs.column(agg).cast("string"));
        rows.column(name, values.collect::<Vec<_>>());
    }
    rows
}

impl DataFrame {
    /// Statistics of columns, one a row: `count`, `mean`, `std`, `min`, percentiles and `max` of numbers, in float64; with
    /// [`Describe::text`] `count`, `unique`, `top` and `freq` of text, as text. The name of the statistic is the index, `statistic`.
    ///
    /// Lazy, as everything is; exact, in one pass, and for the percentiles all values of a column are kept while it runs. Nulls are
    /// left out, NaN is a value. Of equally frequent texts the smallest is the top. One partition.
    ///
    /// # Errors
    /// A column that does not exist or is of another kind; no column to describe; one that is called `statistic`, as
    /// the labels are; a share that is not from 0 to 1.
    ///
    /// ```
    /// # use swath_frame::{Batch, Describe, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,4\n")?])?;
    /// let of_v = df.describe(..)?.compute()?;
    /// let rows: Vec<(String, f64)> = of_v.rows()?.collect();
    /// assert_eq!(rows[1], ("mean".to_owned(), 4.0));
    /// assert_eq!(rows[5], ("50%".to_owned(), 4.0));
    ///
    /// let of_k: Vec<(String, String)> = df.describe(Describe::new("k").text())?.compute()?.rows()?.collect();
    /// assert_eq!(of_k[2], ("top".to_owned(), "a".to_owned()));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn describe(&self, columns: impl IntoDescribe) -> Result<Self> {
        let options = columns.into_describe();
        self.next("describe", Location::caller(), |plan, env| {
            let fits = |dtype: &DType| {
                if options.text {
                    dtype.is_string()
                } else {
                    dtype.is_numeric()
                }
            };
            let mut columns = named(plan, &options.columns)?;
            let is_all = matches!(options.columns, Columns::All);
            let mut wrong = None;
            let mut kept = Vec::with_capacity(columns.len());
            for (name, column) in columns.drain(..) {
                let dtype = column.infer(plan.meta(), &env.functions)?.dtype;
                if fits(&dtype) {
                    kept.push((name, column));
                } else if !is_all {
                    wrong.get_or_insert((name, dtype));
                }
            }
            if let Some((column, dtype)) = wrong {
                return Err(PlanError::NotDescribed {
                    column: column.to_string(),
                    dtype,
                    text: options.text,
                });
            }
            if kept.is_empty() {
                return Err(PlanError::NoColumns {
                    operation: "describe",
                });
            }
            let mut aggs = Aggregates::new();
            let rows = if options.text {
                of_text(&kept, &mut aggs)
            } else {
                of_numbers(&kept, &options.percentiles, &mut aggs)
            };
            aggs.rows(plan, "statistic", rows.0, env)
        })
    }

    /// Several quantiles of columns, one a row; `..` is all data columns. The shares are the index, `quantile`. One partition.
    ///
    /// Each is what [`quantile`](Self::quantile) gives; the values of a column are kept and sorted once for all of them.
    ///
    /// # Errors
    /// A column that does not exist, has no quantiles, or is called `quantile` as the labels are; no shares, or one that is not
    /// from 0 to 1.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("v\n1\n7\n5\n")?])?;
    /// let some = df.quantiles("v", [0.25, 0.5])?.compute()?;
    /// assert_eq!(some.rows::<(f64, f64)>()?.collect::<Vec<_>>(), [(0.25, 3.0), (0.5, 5.0)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn quantiles(
        &self,
        columns: impl IntoColumns,
        shares: impl IntoIterator<Item = f64>,
    ) -> Result<Self> {
        let (columns, shares) = (
            columns.into_columns(),
            shares.into_iter().collect::<Vec<_>>(),
        );
        self.next("quantiles", Location::caller(), |plan, env| {
            let columns = named(plan, &columns)?;
            if columns.is_empty() {
                return Err(PlanError::NoColumns {
                    operation: "quantiles",
                });
            }
            if shares.is_empty() {
                return Err(PlanError::TooSmall {
                    what: "the number of quantiles",
                    least: 1,
                    found: 0,
                });
            }
            let mut aggs = Aggregates::new();
            let labels = shares.iter().map(|share| (Value::from(*share), Vec::new()));
            let mut rows = Rows(labels.collect());
            for (name, column) in &columns {
                let all: Agg = column.quantiles(shares.iter().copied());
                let all = aggs.column(&all);
                let each = (0..).zip(&shares).map(|(at, _)| all.list().get(at));
                rows.column(name, each);
            }
            aggs.rows(plan, "quantile", rows.0, env)
        })
    }
}
