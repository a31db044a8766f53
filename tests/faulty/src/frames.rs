//! Functions of several frames, none as it should be.

use swath_plugin::prelude::*;

use crate::example;

/// A number to each row of the first frame.
fn more(frames: [&Meta; 2]) -> Result<Contract> {
    frames[1].require("y", "float64")?;
    let contract = Contract::rows_kept(frames[0].with("more", "float64"));
    Ok(contract.reads_of(1, ["y"]).whole(1))
}

/// Adds up what lies in the memory of the frame beside, nulls or not.
#[derive(Params)]
pub struct BeneathBeside;

impl FramesFn<2> for BeneathBeside {
    const NAME: &'static str = "beneath_beside";
    const FRAMES: [&'static str; 2] = ["rows", "beside"];
    const EXAMPLE: Option<Example> = Some(example("x: float64; y: float64?"));

    fn bind(&self, frames: [&Meta; 2]) -> Result<Contract> {
        more(frames)
    }

    fn call(&self, [rows, beside]: [Batch; 2], _: &Cx) -> Result<Batch> {
        let numbers = beside.f64("y")?;
        let numbers = numbers.values().iter();
        let sum: f64 = numbers.filter(|y| y.is_finite()).sum();
        Ok(rows.with("more", vec![sum; rows.num_rows()])?)
    }
}

/// Wants a row in the frame beside.
#[derive(Params)]
pub struct NeverAlone;

impl FramesFn<2> for NeverAlone {
    const NAME: &'static str = "never_alone";
    const FRAMES: [&'static str; 2] = ["rows", "beside"];
    const EXAMPLE: Option<Example> = Some(example("x: float64; y: float64"));

    fn bind(&self, frames: [&Meta; 2]) -> Result<Contract> {
        more(frames)
    }

    fn call(&self, [rows, beside]: [Batch; 2], _: &Cx) -> Result<Batch> {
        let first = beside.f64("y")?.iter().next().flatten();
        let first = first.ok_or_else(|| Error::new("there is nothing beside"))?;
        Ok(rows.with("more", vec![first; rows.num_rows()])?)
    }
}
