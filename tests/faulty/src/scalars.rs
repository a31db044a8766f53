//! Functions in expressions, none as it should be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Float64Type;
use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::*;

use crate::example;

fn floats(args: &[ArrayRef]) -> &Float64Array {
    args[0].as_primitive::<Float64Type>()
}

/// Adds the number of the row among those of the call.
#[derive(Params)]
pub struct Numbered;

impl Scalar for Numbered {
    const NAME: &'static str = "numbered";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        Returns::null_as(args, "float64")
    }

    fn call(&self, args: &[ArrayRef], _: usize, _: &Cx) -> Result<ArrayRef> {
        let numbered = floats(args).iter().enumerate();
        let numbered = numbered.map(|(row, x)| Some(x? + row as f64));
        Ok(Arc::new(numbered.collect::<Float64Array>()))
    }
}

/// Adds how often it was called.
#[derive(Params)]
pub struct Counted {
    #[param(skip)]
    calls: AtomicU32,
}

impl Scalar for Counted {
    const NAME: &'static str = "counted";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        Returns::null_as(args, "float64")
    }

    fn call(&self, args: &[ArrayRef], _: usize, _: &Cx) -> Result<ArrayRef> {
        let calls = f64::from(self.calls.fetch_add(1, Ordering::Relaxed));
        Ok(Arc::new(
            floats(args).unary::<_, Float64Type>(|x| x + calls),
        ))
    }
}

/// Says that it returns no null, and returns what it got.
#[derive(Params)]
pub struct NeverNull;

impl Scalar for NeverNull {
    const NAME: &'static str = "never_null";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, _: &[Field]) -> Result<Returns> {
        Returns::null_as(&[], "float64")
    }

    fn call(&self, args: &[ArrayRef], _: usize, _: &Cx) -> Result<ArrayRef> {
        Ok(Arc::clone(&args[0]))
    }
}

/// Adds one to what is there, and to what lies beneath nulls.
#[derive(Params)]
pub struct Beneath;

impl Scalar for Beneath {
    const NAME: &'static str = "beneath";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        Returns::null_as(args, "float64")
    }

    fn call(&self, args: &[ArrayRef], _: usize, _: &Cx) -> Result<ArrayRef> {
        let more = floats(args).values().iter().map(|x| x + 1.0);
        Ok(Arc::new(Float64Array::from_iter_values(more)))
    }
}

/// Adds how many other calls are under way.
#[derive(Params)]
pub struct Racing {
    #[param(skip)]
    under_way: AtomicU32,
}

impl Scalar for Racing {
    const NAME: &'static str = "racing";
    const EXAMPLE: Option<Example> = Some(example("x: float64"));

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        Returns::null_as(args, "float64")
    }

    fn call(&self, args: &[ArrayRef], _: usize, _: &Cx) -> Result<ArrayRef> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(1));
        let others = f64::from(self.under_way.load(Ordering::Relaxed) - 1);
        // Until all that began with it have looked.
        std::thread::sleep(Duration::from_millis(1));
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        Ok(Arc::new(
            floats(args).unary::<_, Float64Type>(|x| x + others),
        ))
    }
}
