//! Rows of one column that wait for their turn.

use std::collections::VecDeque;

use arrow_array::{ArrayRef, new_empty_array};
use arrow_schema::DataType;
use swath_batch::BufferBytes;

use crate::{KernelError, concat_columns};

/// Rows of one column, oldest first: put in as they come, taken out in any number.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{Array, ArrayRef, Int64Array};
/// use arrow_schema::DataType;
/// use swath_kernels::Waiting;
///
/// let mut waiting = Waiting::new(DataType::Int64);
/// for batch in [vec![1, 2, 3], vec![4]] {
///     waiting.push(Arc::new(Int64Array::from(batch)));
/// }
/// assert_eq!(waiting.take(2)?.len(), 2);
/// assert_eq!(waiting.rows(), 2);
/// # Ok::<(), swath_kernels::KernelError>(())
/// ```
#[derive(Debug)]
pub struct Waiting {
    empty: DataType,
    parts: VecDeque<ArrayRef>,
    rows: usize,
}

impl Waiting {
    /// No rows, of a column that is encoded like this when it has none.
    pub fn new(data_type: DataType) -> Self {
        Self {
            empty: data_type,
            parts: VecDeque::new(),
            rows: 0,
        }
    }

    /// Puts rows at the end, sharing their buffers.
    pub fn push(&mut self, rows: ArrayRef) {
        if !rows.is_empty() {
            self.rows += rows.len();
            self.parts.push_back(rows);
        }
    }

    /// How many rows wait.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Takes the oldest rows out: this many, or all if there are fewer. They are copied only where they come from several batches.
    ///
    /// # Errors
    /// As [`concat_columns`].
    pub fn take(&mut self, rows: usize) -> Result<ArrayRef, KernelError> {
        let mut wanted = rows.min(self.rows);
        self.rows -= wanted;
        let mut taken: Vec<Vec<ArrayRef>> = Vec::new();
        while wanted > 0 {
            let first = self.parts.pop_front().expect("rows that wait are in parts");
            if first.len() > wanted {
                self.parts
                    .push_front(first.slice(wanted, first.len() - wanted));
                taken.push(vec![first.slice(0, wanted)]);
                break;
            }
            wanted -= first.len();
            taken.push(vec![first]);
        }
        let joined = concat_columns(&taken)?;
        let joined = joined.into_iter().next();
        Ok(joined.unwrap_or_else(|| new_empty_array(&self.empty)))
    }

    /// Counts the buffers of what waits into `bytes`.
    pub fn count_bytes(&self, bytes: &mut BufferBytes) {
        self.parts.iter().for_each(|part| bytes.add(part));
    }
}
