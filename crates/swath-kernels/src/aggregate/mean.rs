//! `mean`: the total of the values that are not null, by their number.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use swath_meta::{DType, TimeUnit};

use super::input::{only, plain_input, states};
use super::totals::{Totals, each_valid};
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::column;

/// The mean of a group; null if it has no value.
///
/// Numbers and booleans give float64: the exact total of integers and decimals, divided once.
/// Durations and timestamps stay what they are, rounded down to their unit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mean;

impl Aggregate for Mean {
    fn kind(&self) -> &'static str {
        "mean"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only("mean", inputs)?;
        let (totals, output) = plan(input)?;
        let mut state = totals.state_dtypes();
        state.push(DType::Int64);
        Ok(AggregateTypes {
            state,
            output,
            output_nullable: true,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let input = only("mean", inputs)?;
        let (totals, output) = plan(input)?;
        Ok(Box::new(Means {
            input: input.clone(),
            output,
            totals,
            counts: Vec::new(),
        }))
    }
}

fn plan(input: &DType) -> Result<(Totals, DType), KernelError> {
    let output = match input {
        DType::Duration(_) | DType::Timestamp(..) => input.clone(),
        _ => DType::Float64,
    };
    let cast = match input {
        DType::Date => Some(DType::Timestamp(TimeUnit::Second, None)),
        DType::String | DType::Category => Some(DType::Float64),
        _ => None,
    };
    match Totals::for_dtype(input) {
        Some(totals) => Ok((totals, output)),
        None => Err(KernelError::unsupported("mean", input, cast)),
    }
}

struct Means {
    input: DType,
    output: DType,
    totals: Totals,
    counts: Vec<i64>,
}

impl Means {
    fn widen(&mut self, n_groups: usize) {
        self.totals.widen(n_groups);
        self.counts.resize(self.totals.len(), 0);
    }
}

impl Accumulator for Means {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        if n_groups == 1 {
            return self.update_all(groups.len(), inputs);
        }
        let array = plain_input("mean", inputs, &self.input, groups.len())?;
        self.widen(n_groups);
        self.totals.add(groups, &array);
        let counts = &mut self.counts[..];
        each_valid(array.nulls(), groups.len(), |row| {
            counts[groups[row] as usize] += 1;
        });
        Ok(())
    }

    fn update_all(&mut self, rows: usize, inputs: &[ArrayRef]) -> Result<(), KernelError> {
        let array = plain_input("mean", inputs, &self.input, rows)?;
        self.widen(1);
        self.totals.add_all(&array);
        self.counts[0] += (rows - array.null_count()) as i64;
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let mut dtypes = self.totals.state_dtypes();
        dtypes.push(DType::Int64);
        let state = states("mean", state, &dtypes, groups.len())?;
        self.widen(n_groups);
        self.totals.merge(groups, &state);
        let counts = state[state.len() - 1].as_primitive::<Int64Type>();
        each_valid(counts.nulls(), groups.len(), |row| {
            self.counts[groups[row] as usize] += counts.value(row);
        });
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        let mut state = self.totals.take_state();
        state.push(column(
            std::mem::take(&mut self.counts),
            None,
            &DType::Int64.border(),
        ));
        Ok(state)
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let data_type = self.output.border();
        let counts = std::mem::take(&mut self.counts);
        let nulls = Some(
            counts
                .iter()
                .map(|&count| count > 0)
                .collect::<NullBuffer>(),
        );
        let means: Vec<f64> = match &mut self.totals {
            Totals::Integer(totals) if self.output != DType::Float64 => {
                let totals = totals.take().into_iter().zip(counts);
                let means =
                    totals.map(|(total, count)| total.div_euclid(i128::from(count.max(1))) as i64);
                return Ok(column::<i64>(means.collect(), nulls, &data_type));
            }
            Totals::Integer(totals) => totals
                .take()
                .iter()
                .zip(&counts)
                .map(|(total, count)| *total as f64 / *count as f64)
                .collect(),
            Totals::Float(totals) => std::mem::take(totals)
                .iter()
                .zip(&counts)
                .map(|(total, count)| total / *count as f64)
                .collect(),
            Totals::Decimal(totals) => {
                let unit = 10_f64.powi(i32::from(totals.scale()));
                let (digits, carries) = totals.take();
                let wide = digits
                    .iter()
                    .zip(carries)
                    .map(|(digits, carry)| *digits as f64 + carry as f64 * 2_f64.powi(128));
                wide.zip(&counts)
                    .map(|(total, count)| total / *count as f64 / unit)
                    .collect()
            }
        };
        Ok(column(means, nulls, &data_type))
    }

    fn bytes(&self) -> u64 {
        self.totals.bytes() + self.counts.capacity() as u64 * 8
    }
}
