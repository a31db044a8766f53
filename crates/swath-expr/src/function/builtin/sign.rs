//! `abs`

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::DataType;

use swath_meta::DType;

use super::one_number;
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// The number without its sign; the dtype stays. Of the most negative integer there is none.
#[derive(Debug)]
pub(super) struct Abs;

impl ScalarFunction for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let field = one_number(args)?.field;
        Ok(Returns {
            dtype: field.dtype.clone(),
            nullable: field.nullable,
        })
    }

    fn open(&self, args: &[Argument<'_>], _: &Params) -> Result<Box<dyn Evaluate>, FunctionError> {
        let dtype = one_number(args)?.field.dtype.clone();
        Ok(Box::new(move |args: &[Input], rows: Rows<'_>| {
            abs(&args[0].to_border(&dtype, rows.len)?, rows)
        }))
    }
}

fn abs(array: &ArrayRef, rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
    macro_rules! checked {
        ($type:ty) => {{
            let array = array.as_primitive::<$type>();
            let mut wrong = false;
            let values: Vec<_> = array
                .values()
                .iter()
                .map(|value| {
                    let (positive, overflow) = value.overflowing_abs();
                    wrong |= overflow;
                    positive
                })
                .collect();
            let overflows = |row: &usize| {
                array.is_valid(*row)
                    && rows.is_active(*row)
                    && array.value(*row).overflowing_abs().1
            };
            if wrong && let Some(row) = (0..array.len()).find(overflows) {
                let dtype = DType::from_arrow(array.data_type()).expect("a number has a dtype");
                let reason = format!("without its sign it does not fit {dtype}");
                return Err(FunctionError::Value {
                    value: array.value(row).to_string(),
                    reason,
                });
            }
            let positive = PrimitiveArray::<$type>::new(values.into(), array.nulls().cloned());
            Ok(Arc::new(positive.with_data_type(array.data_type().clone())))
        }};
    }
    match array.data_type() {
        DataType::Int8 => checked!(Int8Type),
        DataType::Int16 => checked!(Int16Type),
        DataType::Int32 => checked!(Int32Type),
        DataType::Int64 => checked!(Int64Type),
        DataType::Decimal128(..) => checked!(Decimal128Type),
        DataType::Float32 => Ok(Arc::new(
            array
                .as_primitive::<Float32Type>()
                .unary::<_, Float32Type>(f32::abs),
        )),
        DataType::Float64 => Ok(Arc::new(
            array
                .as_primitive::<Float64Type>()
                .unary::<_, Float64Type>(f64::abs),
        )),
        _ => Ok(ArrayRef::clone(array)),
    }
}
