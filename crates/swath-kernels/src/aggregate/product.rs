//! `prod`: the product of the values that are not null.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type};
use arrow_array::{Array, ArrayRef};
use swath_meta::DType;

use super::input::{check_number, floats, only, plain_input, states};
use super::totals::each_valid;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::{column, values, with_integer};

/// The product of a group; 1 if it has no value.
///
/// Signed integers and booleans give int64, unsigned ones uint64, floats and decimals float64. Integers multiply exactly,
/// and a product that does not fit is an error, unless a 0 makes it 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct Product;

impl Aggregate for Product {
    fn kind(&self) -> &'static str {
        "prod"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only("prod", inputs)?;
        check_number("prod", input)?;
        let output = match input {
            dtype if dtype.is_unsigned_integer() => DType::UInt64,
            dtype if dtype.is_integer() => DType::Int64,
            DType::Bool => DType::Int64,
            _ => DType::Float64,
        };
        Ok(AggregateTypes {
            state: vec![match output {
                DType::Float64 => DType::Float64,
                _ => WIDE,
            }],
            output,
            output_nullable: false,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let types = self.infer(inputs)?;
        let input = inputs[0].clone();
        Ok(match types.output {
            DType::Float64 => Box::new(FloatProducts {
                input,
                of: Vec::new(),
            }),
            output => Box::new(IntegerProducts {
                input,
                output,
                of: Vec::new(),
            }),
        })
    }
}

/// 128 bits, as a column.
const WIDE: DType = DType::Decimal {
    precision: 38,
    scale: 0,
};

/// A product beyond 128 bits: its sign is lost, but it fits no result unless a 0 comes.
const BEYOND: i128 = i128::MAX;

fn times(product: i128, value: i128) -> i128 {
    match (product, value) {
        (0, _) | (_, 0) => 0,
        (BEYOND, _) | (_, BEYOND) => BEYOND,
        _ => product.checked_mul(value).unwrap_or(BEYOND),
    }
}

struct IntegerProducts {
    input: DType,
    output: DType,
    of: Vec<i128>,
}

impl IntegerProducts {
    fn widen(&mut self, n_groups: usize) {
        self.of.resize(n_groups.max(self.of.len()), 1);
    }
}

impl Accumulator for IntegerProducts {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let array = plain_input("prod", inputs, &self.input, groups.len())?;
        self.widen(n_groups);
        let products = &mut self.of[..];
        with_integer!(array.data_type(), N => {
            let values = values::<N>(&array);
            each_valid(array.nulls(), groups.len(), |row| {
                let product = &mut products[groups[row] as usize];
                *product = times(*product, i128::from(values[row]));
            });
        }, _ => unreachable!("the input was checked to be an integer"));
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let state = states("prod", state, &[WIDE], groups.len())?;
        self.widen(n_groups);
        let parts = state[0].as_primitive::<Decimal128Type>();
        each_valid(parts.nulls(), groups.len(), |row| {
            let product = &mut self.of[groups[row] as usize];
            *product = times(*product, parts.value(row));
        });
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![column(
            std::mem::take(&mut self.of),
            None,
            &WIDE.border(),
        )])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let data_type = self.output.border();
        let products = std::mem::take(&mut self.of);
        let overflow = |(group, product): (usize, i128)| KernelError::Overflow {
            operation: "prod",
            total: if product == BEYOND {
                "a number beyond 128 bits".to_owned()
            } else {
                product.to_string()
            },
            dtype: self.output.clone(),
            group,
        };
        let products = products.into_iter().enumerate();
        if self.output == DType::UInt64 {
            let fit = products.map(|of| u64::try_from(of.1).map_err(|_| overflow(of)));
            return Ok(column::<u64>(
                fit.collect::<Result<_, _>>()?,
                None,
                &data_type,
            ));
        }
        let fit = products.map(|of| i64::try_from(of.1).map_err(|_| overflow(of)));
        Ok(column::<i64>(
            fit.collect::<Result<_, _>>()?,
            None,
            &data_type,
        ))
    }

    fn bytes(&self) -> u64 {
        self.of.capacity() as u64 * 16
    }
}

struct FloatProducts {
    input: DType,
    of: Vec<f64>,
}

impl FloatProducts {
    fn widen(&mut self, n_groups: usize) {
        self.of.resize(n_groups.max(self.of.len()), 1.0);
    }
}

impl Accumulator for FloatProducts {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let array = floats("prod", only("prod", inputs)?, &self.input, groups.len())?;
        self.widen(n_groups);
        each_valid(array.nulls(), groups.len(), |row| {
            self.of[groups[row] as usize] *= array.value(row);
        });
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let state = states("prod", state, &[DType::Float64], groups.len())?;
        self.widen(n_groups);
        let parts = state[0].as_primitive::<Float64Type>();
        each_valid(parts.nulls(), groups.len(), |row| {
            self.of[groups[row] as usize] *= parts.value(row);
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
            &DType::Float64.border(),
        ))
    }

    fn bytes(&self) -> u64 {
        self.of.capacity() as u64 * 8
    }
}
