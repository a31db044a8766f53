//! How columns move together: every pair of several.

use std::panic::Location;
use std::sync::Arc;

use swath_batch::Value;
use swath_expr::{Agg, Columns, Expr, IntoColumns};
use swath_plan::PlanError;

use super::DataFrame;
use super::columns::named;
use super::labelled::Aggregates;
use crate::Result;

impl DataFrame {
    /// The covariances of every two of several columns, of each pair over the rows where neither is null: a row and a column for each.
    /// `..` is all data columns. The index, `column`, names the row. One pass; one partition.
    ///
    /// # Errors
    /// A column that does not exist or is no number, or is called `column` as the labels are.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("x,y\n1,10\n2,20\n3,30\n")?])?;
    /// let matrix: Vec<(String, f64, f64)> = df.cov_matrix(..)?.compute()?.rows()?.collect();
    /// assert_eq!(matrix, [("x".to_owned(), 1.0, 10.0), ("y".to_owned(), 10.0, 100.0)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn cov_matrix(&self, columns: impl IntoColumns) -> Result<Self> {
        self.matrix(
            "cov_matrix",
            "cov",
            &columns.into_columns(),
            Location::caller(),
        )
    }

    /// Pearson's correlations of every two of several columns, as [`cov_matrix`](Self::cov_matrix).
    ///
    /// # Errors
    /// A column that does not exist or is no number, or is called `column` as the labels are.
    #[track_caller]
    pub fn corr_matrix(&self, columns: impl IntoColumns) -> Result<Self> {
        self.matrix(
            "corr_matrix",
            "corr",
            &columns.into_columns(),
            Location::caller(),
        )
    }

    fn matrix(
        &self,
        call: &'static str,
        aggregate: &'static str,
        columns: &Columns,
        location: &'static Location<'static>,
    ) -> Result<Self> {
        self.next(call, location, |plan, env| {
            let columns = named(plan, columns)?;
            if columns.is_empty() {
                return Err(PlanError::NoColumns { operation: call });
            }
            let mut aggs = Aggregates::new();
            // Each pair once: the matrix is its own mirror image.
            let mut pairs: Vec<Vec<Expr>> = Vec::with_capacity(columns.len());
            for (at, (_, one)) in columns.iter().enumerate() {
                let others = columns[..=at].iter();
                let pair = |(_, other): &(_, Expr)| {
                    aggs.column(&Agg::over(aggregate, [one.clone(), other.clone()]))
                };
                pairs.push(others.map(pair).collect());
            }
            let rows = columns.iter().enumerate().map(|(row, (label, _))| {
                let cells = columns.iter().enumerate().map(|(at, (name, _))| {
                    let of_both = &pairs[row.max(at)][row.min(at)];
                    (Arc::clone(name), of_both.clone())
                });
                (Value::from(&**label), cells.collect())
            });
            let rows = rows.collect();
            aggs.rows(plan, "column", rows, env)
        })
    }
}
