//! `nunique`: how many different values there are.

use arrow_array::ArrayRef;
use swath_meta::DType;

use super::distinct::Distinct;
use super::input::{only, states};
use super::lists::{item_dtype, items, lists};
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::column;

/// The number of different values of a group that are not null, exactly, as int64. NaN is one value.
///
/// Keeps the different values of all groups; `nunique_approx` keeps a few bytes instead.
#[derive(Clone, Copy, Debug, Default)]
pub struct NUnique;

impl Aggregate for NUnique {
    fn kind(&self) -> &'static str {
        "nunique"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only("nunique", inputs)?;
        if input.is_unordered() {
            return Err(KernelError::unsupported("nunique", input, None));
        }
        Ok(AggregateTypes {
            state: vec![DType::list(item_dtype(input))],
            output: DType::Int64,
            output_nullable: false,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let input = only("nunique", inputs)?;
        Ok(Box::new(Running(Distinct::try_new("nunique", input)?)))
    }
}

struct Running(Distinct);

impl Accumulator for Running {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        self.0.add(groups, n_groups, only("nunique", inputs)?)?;
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let dtype = DType::list(self.0.item().clone());
        let state = states("nunique", state, &[dtype], groups.len())?;
        let (groups, values) = items(&state[0], groups)?;
        self.0.add(&groups, n_groups, &values)?;
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        let (groups, values, n_groups) = self.0.take()?;
        Ok(vec![lists(&groups, n_groups, &values, self.0.item())?])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let (groups, _, n_groups) = self.0.take()?;
        let mut counts = vec![0_i64; n_groups];
        for group in groups {
            counts[group as usize] += 1;
        }
        Ok(column(counts, None, &DType::Int64.border()))
    }

    fn bytes(&self) -> u64 {
        self.0.bytes()
    }
}
