//! `count`: how many values are not null.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use swath_meta::DType;

use super::input::{only, states};
use super::totals::each_valid;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::error::check_rows;
use crate::native::column;

/// The number of values of a group that are not null, as int64; NaN counts. Takes any dtype and
/// reads only which rows are null.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count;

impl Aggregate for Count {
    fn kind(&self) -> &'static str {
        "count"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        only("count", inputs)?;
        Ok(Counts::types())
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        only("count", inputs)?;
        Ok(Box::new(Counts::new("count", true)))
    }
}

/// Counters of rows, with or without their nulls.
pub(super) struct Counts {
    operation: &'static str,
    skip_nulls: bool,
    /// One count a group.
    of: Vec<i64>,
}

impl Counts {
    pub(super) fn new(operation: &'static str, skip_nulls: bool) -> Self {
        Self {
            operation,
            skip_nulls,
            of: Vec::new(),
        }
    }

    pub(super) fn types() -> AggregateTypes {
        AggregateTypes {
            state: vec![DType::Int64],
            output: DType::Int64,
            output_nullable: false,
        }
    }

    /// Which of `rows` rows do not count; a null may stand in the dictionary, not in the codes.
    fn nulls(&self, rows: usize, inputs: &[ArrayRef]) -> Result<Option<NullBuffer>, KernelError> {
        if !self.skip_nulls {
            return Ok(None);
        }
        let column = only(self.operation, inputs)?;
        check_rows(self.operation, inputs, rows)?;
        Ok(column.logical_nulls())
    }

    fn widen(&mut self, n_groups: usize) {
        self.of.resize(n_groups.max(self.of.len()), 0);
    }
}

impl Accumulator for Counts {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        if n_groups == 1 {
            return self.update_all(groups.len(), inputs);
        }
        let nulls = self.nulls(groups.len(), inputs)?;
        self.widen(n_groups);
        let counts = &mut self.of[..];
        match nulls.as_ref().filter(|nulls| nulls.null_count() > 0) {
            None => groups.iter().for_each(|group| counts[*group as usize] += 1),
            nulls => each_valid(nulls, groups.len(), |row| counts[groups[row] as usize] += 1),
        }
        Ok(())
    }

    fn update_all(&mut self, rows: usize, inputs: &[ArrayRef]) -> Result<(), KernelError> {
        let nulls = self.nulls(rows, inputs)?;
        self.widen(1);
        self.of[0] += (rows - nulls.map_or(0, |nulls| nulls.null_count())) as i64;
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let state = states(self.operation, state, &[DType::Int64], groups.len())?;
        self.widen(n_groups);
        let parts = state[0].as_primitive::<Int64Type>();
        each_valid(parts.nulls(), groups.len(), |row| {
            self.of[groups[row] as usize] += parts.value(row);
        });
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![self.finish()?])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        Ok(column(
            std::mem::take(&mut self.of),
            None,
            &DType::Int64.border(),
        ))
    }

    fn bytes(&self) -> u64 {
        self.of.capacity() as u64 * 8
    }
}
