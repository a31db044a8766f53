//! Nulls that become the nearest value.

use arrow_array::{Array, ArrayRef, UInt32Array, new_null_array};
use arrow_schema::DataType;
use swath_batch::compact_views;
use swath_meta::DType;

use super::InOrder;
use crate::{KernelError, concat_columns, take_columns};

pub(super) fn open(backward: bool, limit: Option<u64>, input: &DType) -> Box<dyn InOrder> {
    let limit = limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    if backward {
        Box::new(FromBehind {
            limit,
            open: 0,
            last: input.border(),
        })
    } else {
        Box::new(FromBefore {
            limit,
            value: None,
            filled: 0,
        })
    }
}

fn picked(rows: ArrayRef, positions: Vec<Option<u32>>) -> Result<ArrayRef, KernelError> {
    let mut picked = take_columns(&[rows], &UInt32Array::from(positions))?;
    Ok(picked.remove(0))
}

/// The last value goes on.
struct FromBefore {
    limit: usize,
    /// The last value, one row.
    value: Option<ArrayRef>,
    /// Nulls since then.
    filled: usize,
}

impl InOrder for FromBefore {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        let (joined, first) = match &self.value {
            Some(value) => {
                let parts = [vec![ArrayRef::clone(value)], vec![ArrayRef::clone(rows)]];
                (concat_columns(&parts)?.remove(0), 1)
            }
            None => (ArrayRef::clone(rows), 0),
        };
        let nulls = joined.logical_nulls();
        let mut at = (first == 1).then_some(0);
        let mut positions = Vec::with_capacity(rows.len());
        for row in first..joined.len() {
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                (at, self.filled) = (Some(row as u32), 0);
                positions.push(at);
            } else {
                self.filled = self.filled.saturating_add(1);
                positions.push(at.filter(|_| self.filled <= self.limit));
            }
        }
        if let Some(at) = at {
            // One row must not keep the text of all rows before it.
            let one = picked(ArrayRef::clone(&joined), vec![Some(at)])?;
            self.value = Some(compact_views(&one));
        }
        picked(joined, positions)
    }

    fn bytes(&self) -> u64 {
        self.value
            .as_ref()
            .map_or(0, |value| value.get_array_memory_size() as u64)
    }
}

/// Nulls wait for the next value.
struct FromBehind {
    limit: usize,
    /// Nulls that the next value becomes; all other rows are settled.
    open: usize,
    /// The encoding of the last rows.
    last: DataType,
}

impl InOrder for FromBehind {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        self.last = rows.data_type().clone();
        let nulls = rows.logical_nulls();
        let mut positions: Vec<Option<u32>> = Vec::with_capacity(rows.len());
        for row in 0..rows.len() {
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                let next = Some(row as u32);
                positions.extend(std::iter::repeat_n(
                    next,
                    std::mem::take(&mut self.open) + 1,
                ));
            } else if self.open == self.limit {
                // The first of the nulls is now too far from any value to come.
                positions.push(None);
            } else {
                self.open += 1;
            }
        }
        picked(ArrayRef::clone(rows), positions)
    }

    fn finish(&mut self) -> Result<Option<ArrayRef>, KernelError> {
        Ok(Some(new_null_array(
            &self.last,
            std::mem::take(&mut self.open),
        )))
    }

    fn bytes(&self) -> u64 {
        0
    }
}
