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
        Self::from(rows)
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

impl<N: IntoCount> From<N> for Head {
    fn from(rows: N) -> Self {
        Self {
            rows: rows.into_count(),
            npartitions: Some(1),
        }
    }
}

/// Options of [`DataFrame::tail`]: how many rows, of how many of the last partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tail {
    rows: i64,
    npartitions: Option<usize>,
}

impl Tail {
    /// The last `rows` rows of the last partition.
    pub fn new(rows: usize) -> Self {
        Self::from(rows)
    }

    /// Looks at this many of the last partitions; fewer rows may come where they hold fewer.
    #[must_use]
    pub fn npartitions(self, npartitions: usize) -> Self {
        Self {
            npartitions: Some(npartitions),
            ..self
        }
    }

    /// Looks at all partitions.
    #[must_use]
    pub fn all_partitions(self) -> Self {
        Self {
            npartitions: None,
            ..self
        }
    }
}

impl<N: IntoCount> From<N> for Tail {
    fn from(rows: N) -> Self {
        Self {
            rows: rows.into_count(),
            npartitions: Some(1),
        }
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

/// Numbers of rows: integers of any type.
pub trait IntoCount {
    /// The number; negative ones are refused by the verb.
    fn into_count(self) -> i64;
}

macro_rules! counts {
    ($($integer:ty),*) => {$(
        impl IntoCount for $integer {
            fn into_count(self) -> i64 {
                // More rows than any frame has are all of them.
                i64::try_from(self).unwrap_or(i64::MAX)
            }
        }
    )*};
}

counts!(i8, i16, i32, i64, u8, u16, u32, u64, usize);

impl DataFrame {
    /// The first rows, lazily; only the first partition is looked at unless [`Head`] says more.
    ///
    /// Row order stays; one partition. Cost: that of the partitions looked at, and reading stops at the last row wanted.
    ///
    /// # Errors
    /// More partitions than the frame has.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// assert_eq!(df.head(2)?.compute()?.num_rows(), 2);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
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

    /// The last rows, lazily; only the last partition is looked at unless [`Tail`] says more, and fewer rows come if it holds fewer.
    ///
    /// Row order stays; one partition. Cost: that of the partitions looked at.
    ///
    /// # Errors
    /// A negative number of rows; more partitions than the frame has.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let last = df.tail(1)?.compute()?;
    /// assert_eq!(last.rows::<(String, i64)>()?.collect::<Vec<_>>(), [("a".to_owned(), 5)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn tail(&self, tail: impl Into<Tail>) -> Result<Self> {
        let tail = tail.into();
        self.next("tail", Location::caller(), |plan, _| {
            plan.tail(
                count("tail", tail.rows)?,
                tail.npartitions.unwrap_or_else(|| plan.npartitions()),
            )
        })
    }

    /// The `n` rows with the largest values, largest first; of equal rows those that stand first.
    ///
    /// NaN comes after every number and nulls last, as in every order here (so that `max`, for which NaN is the
    /// largest value, may differ). One partition. Cost: one pass over the columns named, `n` rows kept a task; over files the
    /// other columns are read only where such rows can be, told by the statistics of row groups and pages.
    ///
    /// # Errors
    /// A column that does not exist.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let top = df.nlargest(2, "v")?.compute()?;
    /// let values: Vec<i64> = top.rows::<(String, i64)>()?.map(|(_, v)| v).collect();
    /// assert_eq!(values, [7, 5]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
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

    /// The `n` rows with the smallest values, smallest first; of equal rows those that stand first. NaN comes after the
    /// numbers, nulls last. One partition; costs what [`nlargest`](Self::nlargest) does.
    ///
    /// # Errors
    /// A column that does not exist.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let low = df.nsmallest(1, "v")?.compute()?;
    /// assert_eq!(low.rows::<(String, i64)>()?.collect::<Vec<_>>(), [("a".to_owned(), 1)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
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
