//! The rows before, or behind.

use arrow_array::{ArrayRef, new_null_array};
use arrow_schema::DataType;
use swath_batch::BufferBytes;
use swath_meta::DType;

use super::{InOrder, Waiting};
use crate::{KernelError, concat_columns};

pub(super) fn open(rows: i64, input: &DType) -> Box<dyn InOrder> {
    let by = usize::try_from(rows.unsigned_abs()).unwrap_or(usize::MAX);
    if rows < 0 {
        Box::new(Behind {
            by,
            seen: 0,
            last: input.border(),
        })
    } else {
        Box::new(Before {
            missing: by,
            waiting: Waiting::new(input.border()),
        })
    }
}

/// Every row is given later, nulls first.
struct Before {
    /// Nulls that are still to come first.
    missing: usize,
    waiting: Waiting,
}

impl InOrder for Before {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        self.waiting.push(ArrayRef::clone(rows));
        let nulls = self.missing.min(rows.len());
        self.missing -= nulls;
        if nulls == rows.len() {
            return Ok(new_null_array(rows.data_type(), nulls));
        }
        let earlier = self.waiting.take(rows.len() - nulls)?;
        if nulls == 0 {
            return Ok(earlier);
        }
        let nulls = new_null_array(earlier.data_type(), nulls);
        let mut joined = concat_columns(&[vec![nulls], vec![earlier]])?;
        Ok(joined.remove(0))
    }

    fn bytes(&self) -> u64 {
        let mut bytes = BufferBytes::default();
        self.waiting.count_bytes(&mut bytes);
        bytes.total()
    }
}

/// The first rows are left out, and as many nulls come last.
struct Behind {
    by: usize,
    seen: usize,
    /// The encoding of the last rows.
    last: DataType,
}

impl InOrder for Behind {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        let skipped = self.by.saturating_sub(self.seen).min(rows.len());
        self.seen += rows.len();
        self.last = rows.data_type().clone();
        Ok(rows.slice(skipped, rows.len() - skipped))
    }

    fn finish(&mut self) -> Result<Option<ArrayRef>, KernelError> {
        Ok(Some(new_null_array(&self.last, self.by.min(self.seen))))
    }

    fn bytes(&self) -> u64 {
        0
    }
}
