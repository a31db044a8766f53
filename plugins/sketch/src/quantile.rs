//! The value that a part of all values lies below.

use std::sync::Arc;

use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Decimal128Type;
use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::*;

use crate::groups::Sketches;
use crate::histogram::Histogram;

/// The value of rank `q · (n - 1)`, rounded, among the `n` values in order: the median by default; null where there is none.
///
/// Takes a column of numbers; nulls and NaN are passed over. The answer is at most `error` of the true value away from it, whatever
/// the values are, and exactly right at `q = 0` and `q = 1`; of numbers nearer to zero than `2.3e-308` it is only that near. A group
/// takes about 24 bytes for each range of values that has one: by default there are 64 ranges for each doubling.
#[derive(Params)]
pub struct Quantile {
    /// The part of the values that lies below: 0 is the least value, 1 the greatest.
    #[param(default = 0.5, min = 0.0, max = 1.0)]
    pub q: f64,
    /// How wrong it may be, as a part of the value.
    #[param(default = 0.01, min = 0.0001, max = 0.25)]
    pub error: f64,
}

impl Quantile {
    /// The fewest bits with which no value is further from the middle of its range.
    fn bits(&self) -> u32 {
        let fits = |bits: &u32| 0.5_f64.powi(*bits as i32 + 1) <= self.error;
        (1..32)
            .find(fits)
            .expect("the error is not below its least value")
    }
}

impl Aggregate for Quantile {
    const NAME: &'static str = "quantile";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"q":0.9}"#,
        input: "x: float64?",
    });
    type States = Sketches<Histogram>;

    fn bind(&self, args: &[Field]) -> Result<Grouped> {
        let [number] = args else {
            return Err(Error::new(format!(
                "it was given {} arguments, it takes one",
                args.len()
            )));
        };
        if !number.dtype.is_numeric() {
            return Err(Error::new(format!(
                "it takes a number, `{}` is {}",
                number.name, number.dtype
            )));
        }
        let state = Field::new("histogram", DType::Binary, false);
        Ok(Grouped::new(
            Field::new("quantile", DType::Float64, true),
            [state],
        ))
    }

    fn open(&self) -> Self::States {
        Sketches::new(self.bits())
    }

    fn update(&self, states: &mut Self::States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        states.grow(rows.n_groups);
        for (group, value) in rows.groups.iter().zip(floats(&rows.columns[0])?) {
            cx.tick()?;
            if let Some(value) = value.filter(|value| !value.is_nan()) {
                states.change(*group, |histogram, bits| histogram.add(value, bits));
            }
        }
        Ok(())
    }

    fn merge(&self, states: &mut Self::States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        states.merge(rows, cx)
    }

    fn state(&self, states: Self::States) -> Result<Vec<ArrayRef>> {
        Ok(states.state())
    }

    fn finish(&self, states: Self::States) -> Result<ArrayRef> {
        let quantiles = states
            .iter()
            .map(|histogram| histogram.quantile(self.q, self.bits()));
        Ok(Arc::new(quantiles.collect::<Float64Array>()))
    }

    fn size(&self, states: &Self::States) -> u64 {
        states.size()
    }
}

/// The numbers of a column as the nearest floats.
fn floats(column: &ArrayRef) -> Result<Vec<Option<f64>>> {
    let dtype = DType::from_arrow(column.data_type())?;
    if let DType::Decimal { scale, .. } = dtype {
        // Divided by, it leaves the nearest float; its inverse is none itself.
        let unit = 10_f64.powi(i32::from(scale));
        let digits = column.as_primitive::<Decimal128Type>();
        return Ok(digits
            .iter()
            .map(|digits| Some(digits? as f64 / unit))
            .collect());
    }
    let numbers = Batch::from_columns([("x", Arc::clone(column))])?;
    Ok(match dtype {
        DType::Float32 | DType::Float64 => numbers.rows1("x")?.collect(),
        DType::UInt64 => numbers
            .rows1::<Option<u64>>("x")?
            .map(|x| Some(x? as f64))
            .collect(),
        _ => numbers
            .rows1::<Option<i64>>("x")?
            .map(|x| Some(x? as f64))
            .collect(),
    })
}
