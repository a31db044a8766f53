//! Functions of partitions, none as it should be.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use arrow_select::take::take;
use swath_plugin::arrow_array::UInt32Array;
use swath_plugin::prelude::*;

use crate::example;

/// Takes for granted that there is a row.
#[derive(Params)]
pub struct NoFirstRow;

impl PartitionFn for NoFirstRow {
    const NAME: &'static str = "no_first_row";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let first = part.f64("x")?.values()[0];
        let moved = part.f64("x")?.map(|x| x - first);
        Ok(part.with("x", moved)?)
    }
}

/// All rows that were ever given to [`Hoarding`].
static HOARD: Mutex<Vec<Batch>> = Mutex::new(Vec::new());

/// Keeps what it is given.
#[derive(Params)]
pub struct Hoarding;

impl PartitionFn for Hoarding {
    const NAME: &'static str = "hoarding";
    const EXAMPLE: Option<Example> = Some(example("x: float64?, name: string"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let mut hoard = HOARD.lock().unwrap_or_else(PoisonError::into_inner);
        hoard.push(part.clone());
        Ok(part)
    }
}

/// Reads a column that it did not speak of.
#[derive(Params)]
pub struct Peeking;

impl PartitionFn for Peeking {
    const NAME: &'static str = "peeking";
    const EXAMPLE: Option<Example> = Some(example("x: float64?, name: string"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input).reads(["x"]))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let names = part.str("name")?.len() as f64;
        let more = part.f64("x")?.map(|x| x + names);
        Ok(part.with("x", more)?)
    }
}

/// Adds one where there is a column that it does not read, which it saw when it was bound.
#[derive(Params)]
pub struct Peering {
    #[param(skip)]
    is_named: AtomicBool,
}

impl PartitionFn for Peering {
    const NAME: &'static str = "peering";
    const EXAMPLE: Option<Example> = Some(example("x: float64, name: string"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        let is_named = input.field("name").is_ok();
        self.is_named.store(is_named, Ordering::Relaxed);
        Ok(Contract::rows_kept(input).reads(["x"]))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let more = f64::from(u8::from(self.is_named.load(Ordering::Relaxed)));
        let more = part.f64("x")?.map(|x| x + more);
        Ok(part.with("x", more)?)
    }
}

/// Finds its rows by numbers that are too small for many.
#[derive(Params)]
pub struct Narrow;

impl PartitionFn for Narrow {
    const NAME: &'static str = "narrow";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input).chunks())
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let x: Vec<Option<f64>> = part.f64("x")?.iter().collect();
        let found = (0..x.len()).map(|row| x[usize::from(row as u16)]);
        Ok(part.with("x", found.collect::<Vec<_>>())?)
    }
}

/// Adds how many columns there are.
#[derive(Params)]
pub struct Wide;

impl PartitionFn for Wide {
    const NAME: &'static str = "wide";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let columns = part.meta().len() as f64;
        let more = part.f64("x")?.map(|x| x + columns);
        Ok(part.with("x", more)?)
    }
}

/// Keeps all rows, and not where they were.
#[derive(Params)]
pub struct Reversed;

impl PartitionFn for Reversed {
    const NAME: &'static str = "reversed";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        backwards(&part)
    }
}

/// The last row first.
fn backwards(part: &Batch) -> Result<Batch> {
    let rows = part.num_rows();
    let backwards = UInt32Array::from_iter_values((0..rows as u32).rev());
    let columns = part.record_batch().columns().iter();
    let columns = columns.map(|column| take(column, &backwards, None));
    let columns: std::result::Result<Vec<_>, _> = columns.collect();
    let columns = columns.map_err(|error| Error::new(error.to_string()))?;
    Ok(Batch::from_arrays(part.meta(), columns, rows)?)
}

/// Promises the order of its rows and nothing else, and turns them round.
#[derive(Params)]
pub struct UpsideDown;

impl PartitionFn for UpsideDown {
    const NAME: &'static str = "upside_down";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::any_rows(input).order_kept())
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        backwards(&part)
    }
}

/// How much more it is than two rows before, which asks for one row.
#[derive(Params)]
pub struct ShortSighted;

impl PartitionFn for ShortSighted {
    const NAME: &'static str = "short_sighted";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        input.require("x", "float64")?;
        Ok(Contract::rows_kept(input).halo_before(1))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let before: Vec<Option<f64>> = part.f64("x")?.iter().collect();
        let growth = |row: usize| Some(before[row]? - before[row.checked_sub(2)?]?);
        let growth: Vec<Option<f64>> = (0..before.len()).map(growth).collect();
        Ok(part.with("x", growth)?)
    }
}

/// Takes its time, and does not look whether anybody still waits.
#[derive(Params)]
pub struct Deaf;

impl PartitionFn for Deaf {
    const NAME: &'static str = "deaf";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        if part.num_rows() > 1000 {
            std::thread::sleep(Duration::from_millis(150));
        }
        Ok(part)
    }
}

/// Looks once whether anybody still waits, and takes its time after that.
#[derive(Params)]
pub struct DeafSoon;

impl PartitionFn for DeafSoon {
    const NAME: &'static str = "deaf_soon";
    const EXAMPLE: Option<Example> = Some(example("x: float64?"));

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input))
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        cx.check()?;
        if part.num_rows() > 1000 {
            std::thread::sleep(Duration::from_millis(250));
        }
        Ok(part)
    }
}
