//! Verbs that exchange values for others.

use std::panic::Location;
use std::sync::Arc;

use swath_batch::Value;
use swath_expr::{Expr, when};
use swath_meta::DType;

use super::DataFrame;
use super::columns::{data_column, data_columns};
use crate::Result;

impl DataFrame {
    /// All columns, in data columns each of some values exchanged for another: `df.replace([("n/a", "unknown"), ("-", "unknown")])?`.
    ///
    /// Values are looked for in the columns that can hold them: numbers in columns of numbers, text in those of text, null in all. All
    /// are exchanged at once, so that what one pair puts in no other takes out. Dtypes stay.
    ///
    /// # Errors
    /// A new value that does not fit a column in which the old one is looked for.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,2\n")?])?;
    /// let swapped = df.replace([("a", "b"), ("b", "a")])?.replace([(1, 10)])?;
    /// let rows: Vec<(String, i64)> = swapped.compute()?.rows()?.collect();
    /// assert_eq!(rows, [("b".to_owned(), 10), ("a".to_owned(), 2)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn replace<O: Into<Value>, N: Into<Value>>(
        &self,
        values: impl IntoIterator<Item = (O, N)>,
    ) -> Result<Self> {
        let pairs = values.into_iter();
        let pairs: Vec<(Value, Value)> = pairs.map(|(old, new)| (old.into(), new.into())).collect();
        let mut columns = Vec::new();
        for field in self.dtypes() {
            let column = data_column(&field.name);
            let mut exchanged = column.clone();
            // The first pair is asked first, so it stands outermost.
            for (old, new) in pairs.iter().rev() {
                if !can_hold(&field.dtype, old) {
                    continue;
                }
                let found = match old {
                    Value::Null => column.isna(),
                    // NaN equals nothing, itself neither.
                    Value::Float(old) if old.is_nan() => column.ne(&column),
                    old => column.eq(old),
                };
                exchanged = when(found).then(new).otherwise(exchanged);
            }
            columns.push((Arc::clone(&field.name), exchanged));
        }
        self.with_columns("replace", Location::caller(), columns)
    }

    /// All columns, in data columns `other` where a condition is true, and the value where it is false or null. What Dask's `where`
    /// does is `mask` of the opposite. `None::<i64>` is null, which fits every column.
    ///
    /// # Errors
    /// A condition that is not bool; a value that does not fit a data column: choose columns before, or use
    /// [`when`](crate::when) in an [`assign`](Self::assign).
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("v,w\n1,-1\n2,7\n")?])?;
    /// let rows: Vec<(Option<i64>, Option<i64>)> =
    ///     df.mask(col("w").lt(0), None::<i64>)?.compute()?.rows()?.collect();
    /// assert_eq!(rows, [(None, None), (Some(2), Some(7))]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn mask(&self, condition: impl Into<Expr>, other: impl Into<Expr>) -> Result<Self> {
        let (condition, other) = (condition.into(), other.into());
        let mut columns = Vec::new();
        for (name, column) in data_columns(self.meta()) {
            let masked = when(&condition).then(&other).otherwise(column);
            columns.push((name, masked));
        }
        self.with_columns("mask", Location::caller(), columns)
    }

    /// All columns, numbers that lie outside of two bounds moved to the nearest; `None::<i64>` is no bound. Data columns that are no
    /// numbers stay, nulls and NaN too.
    ///
    /// # Errors
    /// A bound that does not fit a column.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,-5\nb,7\n")?])?;
    /// assert_eq!(df.clip(0, 5)?.sum("v")?.get::<i64>()?, 5);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn clip(&self, lower: impl Into<Expr>, upper: impl Into<Expr>) -> Result<Self> {
        let (lower, upper) = (lower.into(), upper.into());
        let mut columns = Vec::new();
        for field in self
            .dtypes()
            .iter()
            .filter(|field| field.dtype.is_numeric())
        {
            let clipped = data_column(&field.name).clip(&lower, &upper);
            columns.push((Arc::clone(&field.name), clipped));
        }
        self.with_columns("clip", Location::caller(), columns)
    }
}

/// Whether a column of this dtype is one to look for such a value in.
fn can_hold(dtype: &DType, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Int(_) | Value::UInt(_) | Value::Decimal { .. } => {
            dtype.is_numeric() && value.cast(dtype).is_ok()
        }
        Value::Float(number) => {
            dtype.is_float()
                || (dtype.is_numeric() && !number.is_nan() && value.cast(dtype).is_ok())
        }
        Value::String(_) => matches!(dtype, DType::String | DType::Category),
        value => value.dtype() == *dtype,
    }
}
