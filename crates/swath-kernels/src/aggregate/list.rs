//! `list`: all values of a group.

use arrow_array::ArrayRef;
use swath_meta::DType;

use super::collected::Collected;
use super::input::{only, plain_input, states};
use super::lists::item_dtype;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;

/// The values of a group in row order, nulls among them; an empty list if it has no row. Takes any dtype; a category's values
/// come out as strings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lists;

impl Aggregate for Lists {
    fn kind(&self) -> &'static str {
        "list"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let lists = DType::list(item_dtype(only("list", inputs)?));
        Ok(AggregateTypes {
            state: vec![lists.clone()],
            output: lists,
            output_nullable: false,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let input = only("list", inputs)?.clone();
        Ok(Box::new(Running {
            values: Collected::new(item_dtype(&input), true),
            input,
        }))
    }
}

struct Running {
    input: DType,
    values: Collected,
}

impl Accumulator for Running {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let column = plain_input("list", inputs, &self.input, groups.len())?;
        self.values.add(groups, n_groups, &column)
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let dtype = DType::list(item_dtype(&self.input));
        let state = states("list", state, &[dtype], groups.len())?;
        self.values.add_lists(groups, n_groups, &state[0])
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![self.finish()?])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        self.values.take_lists()
    }

    fn bytes(&self) -> u64 {
        self.values.bytes()
    }
}
