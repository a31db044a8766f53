//! `sum`: the total of the values that are not null.

use arrow_array::ArrayRef;
use swath_meta::DType;

use super::input::{plain_input, required, states};
use super::totals::Totals;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::column;

/// The total of a group; 0 if it has no value.
///
/// Signed integers and booleans give int64, unsigned ones uint64, floats float64, decimals the same
/// scale with 38 digits, durations durations. Exact for all but floats: an error only if the total
/// does not fit, whatever partial totals did. Floats add from the first row to the last, and in a
/// fixed pattern of lanes where there is one group.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum;

impl Aggregate for Sum {
    fn kind(&self) -> &'static str {
        "sum"
    }

    fn infer(&self, input: Option<&DType>) -> Result<AggregateTypes, KernelError> {
        let input = required("sum", input)?;
        let (totals, output) = plan(input)?;
        Ok(AggregateTypes {
            state: totals.state_dtypes(),
            output,
            output_nullable: false,
        })
    }

    fn accumulator(&self, input: Option<&DType>) -> Result<Box<dyn Accumulator>, KernelError> {
        let input = required("sum", input)?;
        let (totals, output) = plan(input)?;
        Ok(Box::new(Sums {
            input: input.clone(),
            output,
            totals,
        }))
    }
}

fn plan(input: &DType) -> Result<(Totals, DType), KernelError> {
    let output = match input {
        DType::Float32 | DType::Float64 => DType::Float64,
        DType::Decimal { scale, .. } => DType::Decimal {
            precision: 38,
            scale: *scale,
        },
        DType::Duration(_) => input.clone(),
        dtype if dtype.is_unsigned_integer() => DType::UInt64,
        _ => DType::Int64,
    };
    match Totals::for_dtype(input) {
        Some(_) if matches!(input, DType::Timestamp(..)) => Err(KernelError::unsupported(
            "sum",
            input,
            "instants have a mean, but no sum",
        )),
        Some(totals) => Ok((totals, output)),
        None => Err(KernelError::unsupported(
            "sum",
            input,
            "cast the column to a number",
        )),
    }
}

struct Sums {
    input: DType,
    output: DType,
    totals: Totals,
}

impl Accumulator for Sums {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        input: Option<&ArrayRef>,
    ) -> Result<(), KernelError> {
        let array = plain_input("sum", input, &self.input, groups.len())?;
        self.totals.widen(n_groups);
        if n_groups == 1 {
            self.totals.add_all(&array);
        } else {
            self.totals.add(groups, &array);
        }
        Ok(())
    }

    fn update_all(&mut self, rows: usize, input: Option<&ArrayRef>) -> Result<(), KernelError> {
        let array = plain_input("sum", input, &self.input, rows)?;
        self.totals.widen(1);
        self.totals.add_all(&array);
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let state = states("sum", state, &self.totals.state_dtypes(), groups.len())?;
        self.totals.widen(n_groups);
        self.totals.merge(groups, &state);
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(self.totals.take_state())
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let data_type = self.output.border();
        let overflow = |total: String| KernelError::Overflow {
            operation: "sum",
            total,
            dtype: self.output.clone(),
        };
        match &mut self.totals {
            Totals::Float(totals) => Ok(column(std::mem::take(totals), None, &data_type)),
            Totals::Integer(totals) => {
                let totals = totals.take();
                if self.output == DType::UInt64 {
                    let fit =
                        |total: i128| u64::try_from(total).map_err(|_| overflow(total.to_string()));
                    let sums = totals.into_iter().map(fit).collect::<Result<_, _>>()?;
                    Ok(column::<u64>(sums, None, &data_type))
                } else {
                    let fit =
                        |total: i128| i64::try_from(total).map_err(|_| overflow(total.to_string()));
                    let sums = totals.into_iter().map(fit).collect::<Result<_, _>>()?;
                    Ok(column::<i64>(sums, None, &data_type))
                }
            }
            Totals::Decimal(totals) => {
                let (digits, carries) = totals.take();
                for (digits, carry) in digits.iter().zip(carries) {
                    if carry != 0 || digits.unsigned_abs() >= 10_u128.pow(38) {
                        return Err(overflow("a number of more than 38 digits".to_owned()));
                    }
                }
                Ok(column(digits, None, &data_type))
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.totals.bytes()
    }
}
