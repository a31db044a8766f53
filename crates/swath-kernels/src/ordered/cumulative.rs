//! Totals, products and numbers of the rows so far.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array};
use swath_meta::DType;

use super::exact::{exact_column, integers};
use super::{Cumulative, InOrder};
use crate::KernelError;
use crate::aggregate::floats;
use crate::native::column;

/// A sum or a product.
pub(super) fn open(
    name: &'static str,
    of: Cumulative,
    input: &DType,
    output: DType,
) -> Box<dyn InOrder> {
    let product = of == Cumulative::Product;
    let input = input.clone();
    if output == DType::Float64 {
        return Box::new(Floats {
            name,
            input,
            product,
            total: if product { 1.0 } else { 0.0 },
        });
    }
    Box::new(Exact {
        name,
        input,
        output,
        product,
        total: i128::from(product),
    })
}

/// Rows numbered from 0.
#[derive(Default)]
pub(super) struct Numbers(u64);

impl InOrder for Numbers {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        let first = self.0;
        self.0 += rows.len() as u64;
        Ok(Arc::new(UInt64Array::from_iter_values(first..self.0)))
    }

    fn bytes(&self) -> u64 {
        0
    }
}

/// Totals in 128 bits that fit their dtype at every row.
struct Exact {
    name: &'static str,
    input: DType,
    output: DType,
    product: bool,
    total: i128,
}

impl Exact {
    fn with(&self, value: i128) -> Result<i128, KernelError> {
        let next = if self.product {
            self.total.checked_mul(value)
        } else {
            self.total.checked_add(value)
        };
        next.ok_or_else(|| KernelError::Overflow {
            operation: self.name,
            total: format!(
                "{} {} {value}",
                self.total,
                if self.product { '*' } else { '+' }
            ),
            dtype: self.output.clone(),
            group: 0,
        })
    }
}

impl InOrder for Exact {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        let mut answers = integers(self.name, rows, &self.input)?;
        for value in answers.iter_mut().flatten() {
            self.total = self.with(*value)?;
            *value = self.total;
        }
        exact_column(self.name, &answers, &self.output)
    }

    fn bytes(&self) -> u64 {
        0
    }
}

struct Floats {
    name: &'static str,
    input: DType,
    product: bool,
    total: f64,
}

impl InOrder for Floats {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        let rows = floats(self.name, rows, &self.input, rows.len())?;
        let mut answers = Vec::with_capacity(rows.len());
        for (row, value) in rows.values().iter().enumerate() {
            if rows.is_valid(row) {
                if self.product {
                    self.total *= value;
                } else {
                    self.total += value;
                }
            }
            answers.push(self.total);
        }
        let nulls = rows.nulls().cloned();
        Ok(column(answers, nulls, &DType::Float64.border()))
    }

    fn bytes(&self) -> u64 {
        0
    }
}
