//! {{name}}: aggregates for swath, each used by `groupby(..).agg(..)` and to reduce a whole frame.

use std::sync::Arc;

use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Float64Type;
use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::*;

/// The difference between the largest and the smallest number of a group; null where a group has none. Nulls do not count.
#[derive(Params)]
pub struct Spread;

/// Of each group the smallest and the largest number so far.
#[derive(Debug, Default)]
pub struct Extremes {
    least: Vec<Option<f64>>,
    most: Vec<Option<f64>>,
}

impl Extremes {
    fn add(&mut self, group: u32, least: Option<f64>, most: Option<f64>) {
        let better = |known: &mut Option<f64>, new: Option<f64>, pick: fn(f64, f64) -> f64| {
            *known = match (*known, new) {
                (Some(known), Some(new)) => Some(pick(known, new)),
                (known, new) => known.or(new),
            };
        };
        better(&mut self.least[group as usize], least, f64::min);
        better(&mut self.most[group as usize], most, f64::max);
    }

    fn grow(&mut self, n_groups: usize) {
        self.least.resize(n_groups, None);
        self.most.resize(n_groups, None);
    }
}

impl Aggregate for Spread {
    const NAME: &'static str = "spread";
    const EXAMPLE: Option<Example> = Some(Example {
        params: "{}",
        input: "x: float64?",
    });

    type States = Extremes;

    fn bind(&self, args: &[Field]) -> Result<Grouped> {
        let number = |name: &str| Field::new(name, DType::Float64, true);
        match args {
            [one] if one.dtype == DType::Float64 => {
                // The result, and the columns in which states travel between tasks.
                Ok(Grouped::new(
                    number("spread"),
                    [number("least"), number("most")],
                ))
            }
            _ => Err(Error::new("it takes one column of float64")),
        }
    }

    fn open(&self) -> Extremes {
        Extremes::default()
    }

    fn update(&self, states: &mut Extremes, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        states.grow(rows.n_groups);
        let numbers = rows.columns[0].as_primitive::<Float64Type>();
        for (group, number) in rows.groups.iter().zip(numbers) {
            cx.tick()?;
            states.add(*group, number, number);
        }
        Ok(())
    }

    fn merge(&self, states: &mut Extremes, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        states.grow(rows.n_groups);
        let least = rows.columns[0].as_primitive::<Float64Type>();
        let most = rows.columns[1].as_primitive::<Float64Type>();
        for ((group, least), most) in rows.groups.iter().zip(least).zip(most) {
            cx.tick()?;
            states.add(*group, least, most);
        }
        Ok(())
    }

    fn state(&self, states: Extremes) -> Result<Vec<ArrayRef>> {
        Ok(vec![
            Arc::new(Float64Array::from(states.least)),
            Arc::new(Float64Array::from(states.most)),
        ])
    }

    fn finish(&self, states: Extremes) -> Result<ArrayRef> {
        let pairs = states.most.iter().zip(&states.least);
        let spread = pairs.map(|(most, least)| Some(most.as_ref()? - least.as_ref()?));
        Ok(Arc::new(Float64Array::from(spread.collect::<Vec<_>>())))
    }

    fn size(&self, states: &Extremes) -> u64 {
        ((states.least.capacity() + states.most.capacity()) * size_of::<Option<f64>>()) as u64
    }
}

// What the library exports. A function that is not listed here is an ordinary one.
plugin! { functions: [Spread] }

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pieces of three groups, each by itself, then merged: as the tasks of a query do it.
    #[test]
    fn pieces_are_merged() -> Result<()> {
        let column =
            |values: &[Option<f64>]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
        let first = [column(&[Some(1.0), Some(5.0), None])];
        let second = [column(&[Some(4.0)])];
        let found = testing::run_aggregate(Spread, &[(&first, &[0, 1, 2]), (&second, &[0])], 3)?;
        let found: Vec<_> = found.as_primitive::<Float64Type>().iter().collect();
        assert_eq!(found, [Some(3.0), Some(0.0), None]);
        Ok(())
    }
}
