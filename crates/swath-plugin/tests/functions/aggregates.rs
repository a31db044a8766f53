//! An aggregate, which is given its rows in any pieces.

use std::sync::Arc;

use insta::assert_snapshot;
use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Float64Type;
use swath_plugin::arrow_array::{ArrayRef, Float64Array, Int64Array};
use swath_plugin::prelude::*;

use super::floats;

/// The sum of numbers.
#[derive(Params)]
pub(super) struct Sum;

impl Aggregate for Sum {
    const NAME: &'static str = "sum";
    type States = Vec<f64>;

    fn bind(&self, args: &[Field]) -> Result<Grouped> {
        let [x] = args else {
            return Err(Error::new("it takes one number"));
        };
        if x.dtype != DType::Float64 {
            return Err(Error::new(format!("it takes a float64, not {}", x.dtype)));
        }
        let sum = Field::new("sum", DType::Float64, false);
        Ok(Grouped::new(sum.clone(), [sum]))
    }

    fn open(&self) -> Vec<f64> {
        Vec::new()
    }

    fn update(&self, states: &mut Vec<f64>, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        states.resize(rows.n_groups, 0.0);
        let column = rows.columns[0].as_primitive::<Float64Type>();
        for (group, value) in rows.groups.iter().zip(column) {
            states[*group as usize] += value.unwrap_or(0.0);
        }
        Ok(())
    }

    fn merge(&self, states: &mut Vec<f64>, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        self.update(states, rows, cx)
    }

    fn state(&self, states: Vec<f64>) -> Result<Vec<ArrayRef>> {
        Ok(vec![Arc::new(Float64Array::from(states))])
    }

    fn finish(&self, states: Vec<f64>) -> Result<ArrayRef> {
        Ok(Arc::new(Float64Array::from(states)))
    }

    fn size(&self, states: &Vec<f64>) -> u64 {
        (states.capacity() * size_of::<f64>()) as u64
    }
}

#[test]
fn an_aggregate_of_any_pieces() -> Result<()> {
    let (first, second) = (floats([Some(1.0), None, Some(2.0)]), floats([Some(4.0)]));
    let found = testing::run_aggregate(Sum, &[(&[first], &[0, 1, 0]), (&[second], &[1])], 3)?;
    assert_eq!(&found, &floats([Some(3.0), Some(4.0), Some(0.0)]));
    let ints: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let error = testing::run_aggregate(Sum, &[(&[ints], &[0])], 1).expect_err("integers");
    assert_snapshot!(error, @"it takes a float64, not int64");
    Ok(())
}
