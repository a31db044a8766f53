//! `mode`: the value there is most of; `mode_count`: how often that one is there.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, UInt32Array};
use swath_meta::DType;

use super::distinct::Distinct;
use super::input::{only, states};
use super::lists::{item_dtype, items, lists};
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::encoding::cast_to;
use crate::select::take_columns;
use crate::{KernelError, SortKey, sort_to_indices};

/// The value of a group that occurs most often, of several the smallest; null if it has no value.
///
/// NaN is one value, and larger than every number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The value.
    #[default]
    Value,
    /// How often it occurs, as int64; 0 if there is no value.
    Count,
}

impl Aggregate for Mode {
    fn kind(&self) -> &'static str {
        match self {
            Self::Value => "mode",
            Self::Count => "mode_count",
        }
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only(self.kind(), inputs)?;
        if input.is_unordered() {
            return Err(KernelError::unsupported(self.kind(), input, None));
        }
        Ok(AggregateTypes {
            state: vec![DType::list(item_dtype(input)), DType::list(DType::Int64)],
            output: match self {
                Self::Value => input.clone(),
                Self::Count => DType::Int64,
            },
            output_nullable: *self == Self::Value,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let output = self.infer(inputs)?.output;
        Ok(Box::new(Running {
            of: *self,
            output,
            values: Distinct::try_new(self.kind(), &inputs[0])?,
            counts: Vec::new(),
        }))
    }
}

struct Running {
    of: Mode,
    output: DType,
    values: Distinct,
    /// How often each pair of a group and a value was seen.
    counts: Vec<i64>,
}

impl Accumulator for Running {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let pairs = self
            .values
            .add(groups, n_groups, only(self.of.kind(), inputs)?)?;
        for pair in pairs {
            let pair = *pair as usize;
            if self.counts.len() <= pair {
                self.counts.resize(pair + 1, 0);
            }
            self.counts[pair] += 1;
        }
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let dtypes = [
            DType::list(self.values.item().clone()),
            DType::list(DType::Int64),
        ];
        let state = states(self.of.kind(), state, &dtypes, groups.len())?;
        let (of, values) = items(&state[0], groups)?;
        let (_, counts) = items(&state[1], groups)?;
        let counts = counts.as_primitive::<Int64Type>();
        let pairs = self.values.add(&of, n_groups, &values)?;
        for (pair, count) in pairs.iter().zip(counts.values()) {
            let pair = *pair as usize;
            if self.counts.len() <= pair {
                self.counts.resize(pair + 1, 0);
            }
            self.counts[pair] += count;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        let (groups, values, n_groups) = self.values.take()?;
        let counts: ArrayRef = Arc::new(Int64Array::from(std::mem::take(&mut self.counts)));
        Ok(vec![
            lists(&groups, n_groups, &values, self.values.item())?,
            lists(&groups, n_groups, &counts, &DType::Int64)?,
        ])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let (groups, values, n_groups) = self.values.take()?;
        let counts = std::mem::take(&mut self.counts);
        if self.of == Mode::Count {
            let mut most = vec![0_i64; n_groups];
            for (group, count) in groups.iter().zip(counts) {
                let most = &mut most[*group as usize];
                *most = count.max(*most);
            }
            return Ok(Arc::new(Int64Array::from(most)));
        }
        let columns: [ArrayRef; 3] = [
            Arc::new(UInt32Array::from(groups.clone())),
            Arc::new(Int64Array::from(counts)),
            Arc::clone(&values),
        ];
        let order = sort_to_indices(
            &columns,
            &[
                SortKey::ascending(0),
                SortKey::descending(1),
                SortKey::ascending(2),
            ],
        )?;
        let mut best: Vec<Option<u32>> = vec![None; n_groups];
        for pair in order.values() {
            best[groups[*pair as usize] as usize].get_or_insert(*pair);
        }
        let modes = take_columns(&[values], &UInt32Array::from(best))?.remove(0);
        cast_to(&modes, &self.output.border())
    }

    fn bytes(&self) -> u64 {
        self.values.bytes() + self.counts.capacity() as u64 * 8 + self.values.pairs() as u64
    }
}
