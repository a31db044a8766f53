//! Functions that say where rows belong, none as it should be.

use swath_plugin::arrow_array::ArrayRef;
use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Int64Type;
use swath_plugin::prelude::*;

use crate::example;

/// Takes it that there are seven partitions.
#[derive(Params)]
pub struct Sevenths;

impl Partitioner for Sevenths {
    const NAME: &'static str = "sevenths";
    const EXAMPLE: Option<Example> = Some(example("id: int64?"));

    fn bind(&self, _: &[Field], _: u32) -> Result<()> {
        Ok(())
    }

    fn call(&self, keys: &[ArrayRef], _: usize, _: u32, _: &Cx) -> Result<Vec<u32>> {
        let ids = keys[0].as_primitive::<Int64Type>().iter();
        Ok(ids.map(|id| id.unwrap_or(0).rem_euclid(7) as u32).collect())
    }
}

/// Deals rows out in turn, whatever is in them.
#[derive(Params)]
pub struct Dealt;

impl Partitioner for Dealt {
    const NAME: &'static str = "dealt";
    const EXAMPLE: Option<Example> = Some(example("id: int64?"));

    fn bind(&self, _: &[Field], _: u32) -> Result<()> {
        Ok(())
    }

    fn call(&self, _: &[ArrayRef], rows: usize, targets: u32, _: &Cx) -> Result<Vec<u32>> {
        Ok((0..rows as u32).map(|row| row % targets).collect())
    }
}
