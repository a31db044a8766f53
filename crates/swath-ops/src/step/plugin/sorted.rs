//! Whether the rows of a partition come in the order that a function needs.

use arrow_array::ArrayRef;
use swath_batch::Batch;
use swath_divisions::KeyOrder;
use swath_meta::{DType, Meta};

use crate::OpError;
use crate::plugin::PluginError;

/// Looks at each row and the one before, also where a chunk begins. Costs one encoding of the columns.
pub(super) struct Sorted {
    columns: Vec<usize>,
    order: KeyOrder,
    /// The last row seen, encoded.
    last: Option<Vec<u8>>,
    /// Rows seen.
    rows: usize,
}

impl Sorted {
    /// By these columns; `None` where there are none.
    pub(super) fn by(names: &[String], input: &Meta) -> Result<Option<Self>, OpError> {
        if names.is_empty() {
            return Ok(None);
        }
        let columns = names.iter().map(|name| input.position(name));
        let columns: Vec<usize> = columns.collect::<Result<_, _>>()?;
        let dtypes: Vec<DType> = columns
            .iter()
            .map(|at| input.fields()[*at].dtype.clone())
            .collect();
        Ok(Some(Self {
            columns,
            order: KeyOrder::try_new(&dtypes)?,
            last: None,
            rows: 0,
        }))
    }

    /// The next rows of the partition.
    ///
    /// # Errors
    /// [`PluginError::Unsorted`], made by `refused` of the first row, counted from 0, that comes before the one in front of it.
    pub(super) fn check(
        &mut self,
        rows: &Batch,
        refused: impl FnOnce(usize) -> PluginError,
    ) -> Result<(), OpError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let columns = rows.record_batch().columns();
        let keys: Vec<ArrayRef> = self
            .columns
            .iter()
            .map(|at| ArrayRef::clone(&columns[*at]))
            .collect();
        let encoded = self.order.encode(&keys)?;
        for row in 0..rows.num_rows() {
            let here = encoded.row(row);
            let here = here.as_ref();
            let is_after = match row.checked_sub(1) {
                Some(before) => encoded.row(before).as_ref() <= here,
                None => self.last.as_deref().is_none_or(|last| last <= here),
            };
            if !is_after {
                return Err(refused(self.rows + row).into());
            }
        }
        self.last = Some(encoded.row(rows.num_rows() - 1).as_ref().to_vec());
        self.rows += rows.num_rows();
        Ok(())
    }
}
