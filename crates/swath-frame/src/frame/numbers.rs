//! Verbs on all numbers of a frame.

use std::panic::Location;
use std::sync::Arc;

use super::DataFrame;
use super::columns::data_column;
use crate::Result;

impl DataFrame {
    /// All columns, numbers rounded to `digits` digits after the point, of two equally near the even one, as NumPy; data columns that
    /// are no numbers stay. Dtypes stay.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1.25\nb,7.75\n")?])?;
    /// let rows: Vec<(String, f64)> = df.round(1)?.compute()?.rows()?.collect();
    /// assert_eq!(rows, [("a".to_owned(), 1.2), ("b".to_owned(), 7.8)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    ///
    /// # Errors
    /// None at the call; a number that no longer fits its dtype ends the computation.
    #[track_caller]
    pub fn round(&self, digits: i32) -> Result<Self> {
        let mut columns = Vec::new();
        for field in self
            .dtypes()
            .iter()
            .filter(|field| field.dtype.is_numeric())
        {
            let rounded = data_column(&field.name).round(digits);
            columns.push((Arc::clone(&field.name), rounded));
        }
        self.with_columns("round", Location::caller(), columns)
    }

    /// All columns, numbers without their sign; the most negative integer has none, which ends the computation.
    ///
    /// # Errors
    /// A data column that is no number: choose with [`select_dtypes`](Self::select_dtypes) before.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("v\n-1\n7\n")?])?;
    /// assert_eq!(df.abs()?.sum("v")?.get::<i64>()?, 8);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn abs(&self) -> Result<Self> {
        let mut columns = Vec::new();
        for field in self.dtypes() {
            let positive = data_column(&field.name).abs();
            columns.push((Arc::clone(&field.name), positive));
        }
        self.with_columns("abs", Location::caller(), columns)
    }
}
