//! `median` and `quantile`: the value that a share of the values lies below.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_schema::DataType;
use swath_batch::Value;
use swath_meta::{DType, TimeUnit};

use super::collected::{ByGroup, Collected};
use super::input::{only, plain_input, states, validity};
use super::{Accumulator, Aggregate, AggregateTypes, Parameters};
use crate::KernelError;
use crate::encoding::cast_to;
use crate::native::{column, values};

/// The quantile `q` of a group, exactly, between two values in proportion; null if it has no value. The median is the half.
///
/// Numbers give float64; durations and timestamps stay what they are, rounded down to their unit. NaN is larger than every
/// number. Keeps all values of all groups until the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    kind: &'static str,
    q: f64,
}

impl Quantile {
    /// The median.
    pub const MEDIAN: Self = Self {
        kind: "median",
        q: 0.5,
    };
    /// The quantile of a parameter `q`, which is one half unless given.
    pub const QUANTILE: Self = Self {
        kind: "quantile",
        q: 0.5,
    };
}

impl Aggregate for Quantile {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn configured(
        &self,
        params: &[(Arc<str>, Value)],
    ) -> Result<Option<Arc<dyn Aggregate>>, KernelError> {
        let params = Parameters::new(self.kind, params);
        let q = if self.kind == "median" {
            self.q
        } else {
            params.share("q", self.q)?
        };
        params.done()?;
        Ok(Some(Arc::new(Self { q, ..*self })))
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only(self.kind, inputs)?;
        let cast = match input {
            DType::Date => Some(DType::Timestamp(TimeUnit::Second, None)),
            DType::String | DType::Category => Some(DType::Float64),
            _ => None,
        };
        let output = match input {
            DType::Duration(_) | DType::Timestamp(..) => input.clone(),
            dtype if dtype.is_numeric() => DType::Float64,
            _ => return Err(KernelError::unsupported(self.kind, input, cast)),
        };
        Ok(AggregateTypes {
            state: vec![DType::list(input.clone())],
            output,
            output_nullable: true,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let types = self.infer(inputs)?;
        let input = inputs[0].clone();
        Ok(Box::new(Running {
            of: *self,
            output: types.output,
            values: Collected::new(input.clone(), false),
            input,
        }))
    }
}

struct Running {
    of: Quantile,
    input: DType,
    output: DType,
    values: Collected,
}

/// The value of which a share `q` of the values lies below: two neighbours in order, and how far it is between them.
fn neighbours<T: Copy>(
    values: &mut [T],
    q: f64,
    order: impl Fn(T, T) -> Ordering,
) -> Option<(T, T, f64)> {
    let last = values.len().checked_sub(1)?;
    let place = q * last as f64;
    let at = (place.floor() as usize).min(last);
    let between = place - at as f64;
    let (_, low, above) = values.select_nth_unstable_by(at, |a, b| order(*a, *b));
    let low = *low;
    let above = above.iter().copied();
    let high = above.min_by(|a, b| order(*a, *b)).unwrap_or(low);
    Some((low, high, between))
}

pub(super) fn float_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

pub(super) fn between_floats((low, high, between): (f64, f64, f64)) -> f64 {
    if between == 0.0 || low == high {
        low
    } else {
        low + (high - low) * between
    }
}

pub(super) fn between_units((low, high, between): (i64, i64, f64)) -> i64 {
    let width = (i128::from(high) - i128::from(low)) as f64;
    (i128::from(low) + (width * between).floor() as i128) as i64
}

impl Accumulator for Running {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let column = plain_input(self.of.kind, inputs, &self.input, groups.len())?;
        self.values.add(groups, n_groups, &column)
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let dtype = DType::list(self.input.clone());
        let state = states(self.of.kind, state, &[dtype], groups.len())?;
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
        let groups = offsets.len() - 1;
        let nulls = Some(validity(groups, |group| {
            offsets[group] < offsets[group + 1]
        }));
        let data_type = self.output.border();
        let q = self.of.q;
        if self.output == DType::Float64 {
            // The order of numbers is that of their floats.
            let floats = cast_to(&of, &DataType::Float64)?;
            let mut floats = floats.as_primitive::<Float64Type>().values().to_vec();
            let mut of_group = |group: usize| {
                let own = &mut floats[offsets[group]..offsets[group + 1]];
                neighbours(own, q, float_order).map_or(0.0, between_floats)
            };
            let results = (0..groups).map(&mut of_group).collect();
            return Ok(column::<f64>(results, nulls, &data_type));
        }
        let mut units = values::<i64>(&of).to_vec();
        let mut of_group = |group: usize| {
            let own = &mut units[offsets[group]..offsets[group + 1]];
            neighbours(own, q, |a, b| a.cmp(&b)).map_or(0, between_units)
        };
        let results = (0..groups).map(&mut of_group).collect();
        Ok(column::<i64>(results, nulls, &data_type))
    }

    fn bytes(&self) -> u64 {
        self.values.bytes()
    }
}
