//! Verbs that choose rows by position or order.

use std::panic::Location;

use swath_expr::{Columns, IntoColumns};
use swath_plan::{PlanError, SortBy};

use super::DataFrame;
use super::columns::names;
use crate::Result;

/// Options of [`DataFrame::head`]: how many rows, of how many of the first partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    rows: i64,
    npartitions: Option<usize>,
}

impl Head {
    /// The first `rows` rows of the first partition.
    pub fn new(rows: usize) -> Self {
        Self {
            rows: i64::try_from(rows).unwrap_or(i64::MAX),
            npartitions: Some(1),
        }
    }

    /// Looks at this many of the first partitions; fewer rows may come where they hold fewer.
    #[must_use]
    pub fn npartitions(self, npartitions: usize) -> Self {
        Self {
            npartitions: Some(npartitions),
            ..self
        }
    }

    /// Looks at as many partitions as it takes: all of them, if need be.
    #[must_use]
    pub fn all_partitions(self) -> Self {
        Self {
            npartitions: None,
            ..self
        }
    }
}

impl From<i32> for Head {
    fn from(rows: i32) -> Self {
        Self {
            rows: i64::from(rows),
            npartitions: Some(1),
        }
    }
}

impl From<usize> for Head {
    fn from(rows: usize) -> Self {
        Self::new(rows)
    }
}

/// A count that was given as a signed number, or the error that it must not be negative.
fn count(operation: &'static str, rows: i64) -> std::result::Result<u64, PlanError> {
    u64::try_from(rows).map_err(|_| PlanError::Negative {
        operation,
        what: "rows",
        found: rows,
    })
}

/// Numbers of rows: any integer literal and `usize`.
pub trait IntoCount {
    /// The number; negative ones are refused by the verb.
    fn into_count(self) -> i64;
}

impl IntoCount for i32 {
    fn into_count(self) -> i64 {
        i64::from(self)
    }
}

impl IntoCount for i64 {
    fn into_count(self) -> i64 {
        self
    }
}

impl IntoCount for usize {
    fn into_count(self) -> i64 {
        i64::try_from(self).unwrap_or(i64::MAX)
    }
}

impl DataFrame {
    /// The first rows, lazily; only the first partition is looked at unless [`Head`] says more.
    ///
    /// # Errors
    /// More partitions than the frame has.
    #[track_caller]
    pub fn head(&self, head: impl Into<Head>) -> Result<Self> {
        let head = head.into();
        self.next("head", Location::caller(), |plan, _| {
            plan.head(
                count("head", head.rows)?,
                head.npartitions.unwrap_or_else(|| plan.npartitions()),
            )
        })
    }

    /// The last `n` rows of the last partition, lazily.
    #[track_caller]
    pub fn tail(&self, n: impl IntoCount) -> Result<Self> {
        self.next("tail", Location::caller(), |plan, _| {
            Ok(plan.tail(count("tail", n.into_count())?))
        })
    }

    /// The `n` rows with the largest values, largest first; of equal rows those that stand first.
    ///
    /// NaN comes after every number and nulls last, as in every order here (so that `max`, for which NaN is the
    /// largest value, may differ). One partition; no sort of the whole frame.
    ///
    /// # Errors
    /// A column that does not exist.
    #[track_caller]
    pub fn nlargest(&self, n: impl IntoCount, columns: impl IntoColumns) -> Result<Self> {
        self.top(
            "nlargest",
            Location::caller(),
            n.into_count(),
            &columns.into_columns(),
            true,
        )
    }

    /// The `n` rows with the smallest values, smallest first; of equal rows those that stand first. Nulls come last.
    ///
    /// # Errors
    /// A column that does not exist.
    #[track_caller]
    pub fn nsmallest(&self, n: impl IntoCount, columns: impl IntoColumns) -> Result<Self> {
        self.top(
            "nsmallest",
            Location::caller(),
            n.into_count(),
            &columns.into_columns(),
            false,
        )
    }

    fn top(
        &self,
        call: &'static str,
        location: &'static Location<'static>,
        n: i64,
        columns: &Columns,
        descending: bool,
    ) -> Result<Self> {
        self.next(call, location, |plan, _| {
            let by: Vec<_> = names(plan, columns)?
                .into_iter()
                .map(|column| SortBy { column, descending })
                .collect();
            if by.is_empty() {
                return Err(PlanError::NoColumns { operation: call });
            }
            plan.top_n(count(call, n)?, by)
        })
    }
}
