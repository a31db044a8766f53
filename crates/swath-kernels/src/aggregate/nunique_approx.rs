//! `nunique_approx`: about how many different values there are.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use swath_meta::DType;

use super::byte_states::ByteStates;
use super::input::{only, plain_input, states};
use super::sketch::Sketch;
use super::totals::each_valid;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::native::column;
use crate::{KernelError, hash_columns};

/// About the number of different values of a group that are not null, as int64: by `HyperLogLog`.
///
/// Up to 512 different values of a group are counted exactly (but for two of one 64-bit hash). Beyond, the standard error is
/// 1.04 / √4096 = 1.6 %: two of three answers are within it, and all but one of three hundred within three times as much. A
/// group takes 4 KiB, fewer while it has few values. The answer does not depend on the partitions.
#[derive(Clone, Copy, Debug, Default)]
pub struct NUniqueApprox;

const KIND: &str = "nunique_approx";

impl Aggregate for NUniqueApprox {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only(KIND, inputs)?;
        if input.is_unordered() {
            return Err(KernelError::unsupported(KIND, input, None));
        }
        Ok(AggregateTypes {
            state: vec![DType::Binary],
            output: DType::Int64,
            output_nullable: false,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        self.infer(inputs)?;
        Ok(Box::new(Running {
            input: inputs[0].clone(),
            of: Vec::new(),
            hashes: Vec::new(),
        }))
    }
}

struct Running {
    input: DType,
    /// One a group.
    of: Vec<Sketch>,
    /// Kept for its memory.
    hashes: Vec<u64>,
}

impl Running {
    fn widen(&mut self, n_groups: usize) {
        self.of
            .resize_with(n_groups.max(self.of.len()), Sketch::default);
    }
}

impl Accumulator for Running {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let array = plain_input(KIND, inputs, &self.input, groups.len())?;
        self.widen(n_groups);
        self.hashes.clear();
        hash_columns(std::slice::from_ref(&array), groups.len(), &mut self.hashes)?;
        each_valid(array.nulls(), groups.len(), |row| {
            self.of[groups[row] as usize].add(self.hashes[row]);
        });
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let state = states(KIND, state, &[DType::Binary], groups.len())?;
        self.widen(n_groups);
        let sketches = state[0].as_binary_view();
        each_valid(sketches.nulls(), groups.len(), |row| {
            self.of[groups[row] as usize].merge(sketches.value(row));
        });
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        let mut bytes = ByteStates::default();
        bytes.widen(self.of.len());
        for (group, sketch) in std::mem::take(&mut self.of).into_iter().enumerate() {
            bytes.set(group, &sketch.into_bytes());
        }
        Ok(vec![std::sync::Arc::new(bytes.take())])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let counts = std::mem::take(&mut self.of);
        let counts = counts.iter().map(Sketch::estimate).collect();
        Ok(column::<i64>(counts, None, &DType::Int64.border()))
    }

    fn bytes(&self) -> u64 {
        let sketches: u64 = self.of.iter().map(Sketch::bytes).sum();
        sketches + (self.of.capacity() * size_of::<Sketch>() + self.hashes.capacity() * 8) as u64
    }
}
