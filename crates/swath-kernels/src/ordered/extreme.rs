//! The smallest or largest value so far.

use arrow_array::{Array, ArrayRef, UInt32Array};
use swath_batch::compact_views;
use swath_meta::DType;

use super::InOrder;
use crate::encoding::{Views, entry, plain};
use crate::native::{Native, values, with_native};
use crate::{KernelError, concat_columns, take_columns};

pub(super) fn open(largest: bool, input: &DType) -> Box<dyn InOrder> {
    Box::new(Best {
        largest,
        dtype: input.clone(),
        value: None,
    })
}

struct Best {
    largest: bool,
    dtype: DType,
    /// The best value so far, one row.
    value: Option<ArrayRef>,
}

impl Best {
    fn name(&self) -> &'static str {
        if self.largest { "cummax" } else { "cummin" }
    }

    /// Whether one row is better than another; both are there.
    fn beats(&self, rows: &ArrayRef) -> Result<Box<dyn Fn(usize, usize) -> bool>, KernelError> {
        let largest = self.largest;
        let plain = plain(&entry(self.name(), rows, &self.dtype)?)?;
        if Views::of(&plain).is_some() {
            return Ok(Box::new(move |new, old| {
                let views = Views::of(&plain).expect("it was one when this was made");
                views.with(new, |new| {
                    views.with(old, |old| if largest { new > old } else { new < old })
                })
            }));
        }
        Ok(with_native!(plain.data_type(), N => {
            let values = values::<N>(&plain);
            Box::new(move |new: usize, old: usize| {
                if largest {
                    values[new].above(values[old])
                } else {
                    values[new].below(values[old])
                }
            })
        }, _ => return Err(KernelError::unsupported(self.name(), &self.dtype, None))))
    }
}

impl InOrder for Best {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        let (joined, first) = match &self.value {
            Some(value) => {
                let parts = [vec![ArrayRef::clone(value)], vec![ArrayRef::clone(rows)]];
                (concat_columns(&parts)?.remove(0), 1)
            }
            None => (ArrayRef::clone(rows), 0),
        };
        let beats = self.beats(&joined)?;
        let nulls = joined.logical_nulls();
        let mut best = (first == 1).then_some(0);
        let mut positions: Vec<Option<u32>> = Vec::with_capacity(rows.len());
        for row in first..joined.len() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                positions.push(None);
                continue;
            }
            if best.is_none_or(|best| beats(row, best)) {
                best = Some(row);
            }
            positions.push(best.map(|best| best as u32));
        }
        if let Some(best) = best {
            let one = UInt32Array::from(vec![best as u32]);
            let one = take_columns(&[ArrayRef::clone(&joined)], &one)?.remove(0);
            // It must not keep the text of all rows before it.
            self.value = Some(compact_views(&one));
        }
        Ok(take_columns(&[joined], &UInt32Array::from(positions))?.remove(0))
    }

    fn bytes(&self) -> u64 {
        self.value
            .as_ref()
            .map_or(0, |value| value.get_array_memory_size() as u64)
    }
}
