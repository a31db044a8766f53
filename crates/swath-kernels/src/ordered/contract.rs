//! What computes a column from rows in their order.

use arrow_array::ArrayRef;

use crate::KernelError;

/// One pass over the rows of a column, from the first to the last.
///
/// There is one answer a row, in the order of the rows. [`push`](Self::push) gives those that are settled, which may be fewer, or
/// more, than the rows that it takes; all together, with [`finish`](Self::finish), are as many as the rows.
pub trait InOrder: Send {
    /// Takes the next rows, in any encoding of the dtype.
    ///
    /// # Errors
    /// [`KernelError::Overflow`] for the first answer that does not fit its dtype; a cast that fails.
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError>;

    /// The answers of the rows that are left. None are, unless answers look ahead.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    fn finish(&mut self) -> Result<Option<ArrayRef>, KernelError> {
        Ok(None)
    }

    /// Bytes that are kept between batches.
    fn bytes(&self) -> u64;
}
