//! `quantiles`: several quantiles of the same values.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_schema::DataType;
use swath_batch::Value;
use swath_meta::DType;

use super::collected::{ByGroup, Collected};
use super::input::{only, plain_input, states};
use super::lists::list_array;
use super::quantile::{between_floats, between_units, float_order};
use super::{Accumulator, Aggregate, AggregateTypes, Parameters, Quantile};
use crate::KernelError;
use crate::encoding::cast_to;
use crate::native::{column, values};

/// The quantiles of a group at the shares of a parameter `q`, as one list in their order: as [`Quantile`], but the values are kept
/// and sorted once for all of them. Of no value each is null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantiles {
    shares: Arc<[f64]>,
}

const KIND: &str = "quantiles";

impl Aggregate for Quantiles {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn configured(
        &self,
        params: &[(Arc<str>, Value)],
    ) -> Result<Option<Arc<dyn Aggregate>>, KernelError> {
        let params = Parameters::new(KIND, params);
        let shares = params.shares("q")?.into();
        params.done()?;
        Ok(Some(Arc::new(Self { shares })))
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only(KIND, inputs)?;
        let one = Quantile::QUANTILE
            .infer(inputs)
            .map_err(|error| match error {
                KernelError::Unsupported { cast, .. } => {
                    KernelError::unsupported(KIND, input, cast)
                }
                other => other,
            })?;
        Ok(AggregateTypes {
            output: DType::list(one.output),
            output_nullable: false,
            ..one
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let DType::List(item) = self.infer(inputs)?.output else {
            unreachable!("the result is a list")
        };
        let input = inputs[0].clone();
        Ok(Box::new(Running {
            shares: Arc::clone(&self.shares),
            item: item.dtype.clone(),
            values: Collected::new(input.clone(), false),
            input,
        }))
    }
}

struct Running {
    shares: Arc<[f64]>,
    input: DType,
    /// The dtype of one quantile.
    item: DType,
    values: Collected,
}

/// The quantiles of each group, one group after the other.
fn each<T: Copy>(
    shares: &[f64],
    offsets: &[usize],
    values: &mut [T],
    order: impl Fn(&T, &T) -> std::cmp::Ordering,
    between: impl Fn((T, T, f64)) -> T,
) -> Vec<Option<T>> {
    let mut found = Vec::with_capacity(shares.len() * offsets.len());
    for bounds in offsets.windows(2) {
        let own = &mut values[bounds[0]..bounds[1]];
        own.sort_unstable_by(&order);
        found.extend(shares.iter().map(|share| {
            let last = own.len().checked_sub(1)?;
            let place = share * last as f64;
            let at = (place.floor() as usize).min(last);
            Some(between((
                own[at],
                own[(at + 1).min(last)],
                place - at as f64,
            )))
        }));
    }
    found
}

impl Accumulator for Running {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let column = plain_input(KIND, inputs, &self.input, groups.len())?;
        self.values.add(groups, n_groups, &column)
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let dtype = DType::list(self.input.clone());
        let state = states(KIND, state, &[dtype], groups.len())?;
        self.values.add_lists(groups, n_groups, &state[0])
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![self.values.take_lists()?])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let ByGroup {
            offsets,
            values: of,
        } = self.values.take()?;
        let data_type = self.item.border();
        let items = if self.item == DType::Float64 {
            // The order of numbers is that of their floats.
            let floats = cast_to(&of, &DataType::Float64)?;
            let mut floats = floats.as_primitive::<Float64Type>().values().to_vec();
            let order = |a: &f64, b: &f64| float_order(*a, *b);
            let found = each(&self.shares, &offsets, &mut floats, order, between_floats);
            let nulls = found.iter().map(Option::is_some).collect();
            let found = found.into_iter().map(Option::unwrap_or_default);
            column::<f64>(found.collect(), Some(nulls), &data_type)
        } else {
            let mut units = values::<i64>(&of).to_vec();
            let found = each(&self.shares, &offsets, &mut units, i64::cmp, between_units);
            let nulls = found.iter().map(Option::is_some).collect();
            let found = found.into_iter().map(Option::unwrap_or_default);
            column::<i64>(found.collect(), Some(nulls), &data_type)
        };
        let groups = offsets.len() - 1;
        let lists: Vec<usize> = (0..=groups)
            .map(|group| group * self.shares.len())
            .collect();
        list_array(&lists, &items, &self.item)
    }

    fn bytes(&self) -> u64 {
        self.values.bytes()
    }
}
