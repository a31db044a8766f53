//! Aggregates, none as it should be.

use std::sync::Arc;

use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Float64Type;
use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::*;

use crate::example;

fn number(nullable: bool) -> Field {
    Field::new("x", DType::Float64, nullable)
}

fn column(states: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(states.to_vec()))
}

/// The mean of the means of what was merged.
#[derive(Params)]
pub struct MeanOfMeans;

impl Aggregate for MeanOfMeans {
    const NAME: &'static str = "mean_of_means";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));
    type States = Vec<(f64, f64)>;

    fn bind(&self, _: &[Field]) -> Result<Grouped> {
        Ok(Grouped::new(number(true), [number(true)]))
    }

    fn open(&self) -> Self::States {
        Vec::new()
    }

    fn update(&self, states: &mut Self::States, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        states.resize(rows.n_groups, (0.0, 0.0));
        let numbers = rows.columns[0].as_primitive::<Float64Type>();
        for (group, number) in rows.groups.iter().zip(numbers) {
            let (sum, count) = &mut states[*group as usize];
            if let Some(number) = number {
                *sum += number;
                *count += 1.0;
            }
        }
        Ok(())
    }

    fn merge(&self, states: &mut Self::States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        self.update(states, rows, cx)
    }

    fn state(&self, states: Self::States) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.finish(states)?])
    }

    fn finish(&self, states: Self::States) -> Result<ArrayRef> {
        let means = states
            .iter()
            .map(|(sum, count)| (*count > 0.0).then(|| sum / count));
        Ok(column(&means.collect::<Vec<_>>()))
    }

    fn size(&self, states: &Self::States) -> u64 {
        (states.capacity() * size_of::<(f64, f64)>()) as u64
    }
}

/// The sum of numbers, of the groups that have a row.
#[derive(Params)]
pub struct Forgetful;

impl Aggregate for Forgetful {
    const NAME: &'static str = "forgetful";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));
    type States = Vec<f64>;

    fn bind(&self, _: &[Field]) -> Result<Grouped> {
        Ok(Grouped::new(number(false), [number(false)]))
    }

    fn open(&self) -> Vec<f64> {
        Vec::new()
    }

    fn update(&self, states: &mut Vec<f64>, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        let numbers = rows.columns[0].as_primitive::<Float64Type>();
        for (group, number) in rows.groups.iter().zip(numbers) {
            let group = *group as usize;
            states.resize(states.len().max(group + 1), 0.0);
            states[group] += number.unwrap_or(0.0);
        }
        Ok(())
    }

    fn merge(&self, states: &mut Vec<f64>, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        self.update(states, rows, cx)
    }

    fn state(&self, states: Vec<f64>) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.finish(states)?])
    }

    fn finish(&self, states: Vec<f64>) -> Result<ArrayRef> {
        Ok(Arc::new(Float64Array::from(states)))
    }

    fn size(&self, states: &Vec<f64>) -> u64 {
        (states.capacity() * size_of::<f64>()) as u64
    }
}
