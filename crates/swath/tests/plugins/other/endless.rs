//! Functions that go on until they are cancelled.

use std::sync::Arc;

use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::*;

fn endless(cx: &Cx) -> Result<std::convert::Infallible> {
    loop {
        cx.tick()?;
    }
}

/// A value of its own that never comes.
#[derive(Params)]
pub(crate) struct EndlessRows;

impl Scalar for EndlessRows {
    const NAME: &'static str = "endless_rows";

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        Returns::null_as(args, "float64")
    }

    fn call(&self, _: &[ArrayRef], _: usize, cx: &Cx) -> Result<ArrayRef> {
        match endless(cx)? {}
    }
}

/// Partitions that no row ever gets.
#[derive(Params)]
pub(crate) struct EndlessPlaces;

impl Partitioner for EndlessPlaces {
    const NAME: &'static str = "endless_places";

    fn bind(&self, _: &[Field], _: u32) -> Result<()> {
        Ok(())
    }

    fn call(&self, _: &[ArrayRef], _: usize, _: u32, cx: &Cx) -> Result<Vec<u32>> {
        match endless(cx)? {}
    }
}

/// Groups to which a row is never added.
#[derive(Params)]
pub(crate) struct EndlessGroups;

impl Aggregate for EndlessGroups {
    const NAME: &'static str = "endless_groups";
    type States = usize;

    fn bind(&self, _: &[Field]) -> Result<Grouped> {
        let field = Field::new("x", DType::Float64, true);
        Ok(Grouped::new(field.clone(), [field]))
    }

    fn open(&self) -> usize {
        0
    }

    fn update(&self, _: &mut usize, _: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        match endless(cx)? {}
    }

    fn merge(&self, states: &mut usize, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        *states = rows.n_groups;
        Ok(())
    }

    fn state(&self, states: usize) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.finish(states)?])
    }

    fn finish(&self, states: usize) -> Result<ArrayRef> {
        Ok(Arc::new(Float64Array::new_null(states)))
    }

    fn size(&self, _: &usize) -> u64 {
        0
    }
}
