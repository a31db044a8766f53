//! Rows as Rust values.

use serde::de::DeserializeOwned;

use super::Table;
use crate::{Error, Result};

impl Table {
    /// The rows as tuples (by position) or structs (by name), index columns first.
    ///
    /// All rows are converted at once, so that a type that does not fit is an error here; nulls need an
    /// `Option`. Of a table without rows the columns are checked, not the types of their values. Cost: one pass of
    /// serde over the rows.
    ///
    /// # Errors
    /// Missing or extra columns, and values of another type, naming the column.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("region,amount\neu,1.5\n")?])?;
    /// for (region, amount) in df.compute()?.rows::<(String, f64)>()? {
    ///     println!("{region}: {amount}");
    /// }
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    pub fn rows<T: DeserializeOwned>(&self) -> Result<impl ExactSizeIterator<Item = T> + use<T>> {
        let mut rows: Vec<T> = Vec::with_capacity(self.num_rows());
        for batch in self.batches() {
            rows.extend(batch.rows::<T>().map_err(Error::from)?);
        }
        Ok(rows.into_iter())
    }
}
