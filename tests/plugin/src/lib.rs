//! A plugin with functions of every kind, honest and not: what tests load.

#![expect(clippy::panic, reason = "functions that panic are what is tried")]
#![expect(
    clippy::disallowed_methods,
    reason = "authors of plugins have the files of the standard library"
)]

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::{Float64Type, Int64Type};
use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::*;
use swath_plugin::{Reserved, log};

mod crashes;
mod frames;
mod panics;
mod sink;
mod source;

pub use frames::Summed;
pub use sink::Table;
pub use source::{Numbers, opened};

plugin! { name: "tried", functions: [plus_one, Scale, Behave, Sum, InTurn, Numbers, opened, Table, Summed] }

/// Rows that were given and are kept for good, against all advice.
static HOARD: Mutex<Vec<Batch>> = Mutex::new(Vec::new());

/// One more.
#[scalar]
pub fn plus_one(x: f64) -> f64 {
    x + 1.0
}

/// Multiplies a column by a factor, and passes the others by.
#[derive(Params)]
pub struct Scale {
    /// The column.
    pub column: String,
    /// By how much.
    #[param(default = 1.0, min = 0.0)]
    pub factor: f64,
}

impl PartitionFn for Scale {
    const NAME: &'static str = "scale";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"column":"x","factor":2}"#,
        input: "x: float64?, y: string",
    });

    fn bind(&self, input: &Meta) -> Result<Contract> {
        input.require(&self.column, "float64")?;
        Ok(Contract::rows_kept(input).reads([&self.column]).chunks())
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let scaled = part.f64(&self.column)?.map(|value| value * self.factor);
        Ok(part.with(&self.column, scaled)?)
    }
}

/// Does what its parameter says, whatever it promised.
#[derive(Params)]
pub struct Behave {
    how: String,
    /// What an earlier call kept.
    #[param(skip)]
    kept: Mutex<Option<(Cx, Reserved)>>,
}

impl PartitionFn for Behave {
    const NAME: &'static str = "behave";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        match self.how.as_str() {
            "panic in bind" => panic!("no plan"),
            "crash in bind" => {
                crashes::crash("abort");
                Ok(Contract::rows_kept(input))
            }
            "reads" => Ok(Contract::rows_kept(input).reads(["x"])),
            "exit in bind" => std::process::exit(0),
            "refuse" => Err(Error::new("not today")),
            "place" => Ok(Contract::any_rows(Meta::of([
                ("number", "int64"),
                ("count", "int64"),
                ("before", "int64"),
                ("after", "int64"),
                ("lower", "string"),
                ("upper", "string"),
            ]))),
            _ => Ok(Contract::rows_kept(input)),
        }
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        let rows = part.num_rows();
        match self.how.as_str() {
            "panic" => panic!("no rate for chf"),
            "exit" => std::process::exit(0),
            "exit in a thread" => {
                let thread = std::thread::Builder::new().spawn(|| std::process::exit(0))?;
                let _ = thread.join();
            }
            "rows" => return Ok(part.head(1)),
            "column" => return Ok(part.with("more", vec![1_i64; rows])?),
            "error" => return Err(Error::new("no rate").retryable()),
            "endless" => loop {
                cx.tick()?;
            },
            "log" => log::warn!("{rows} rows"),
            "hoard" => HOARD.lock().expect("no call panicked").push(part.clone()),
            "thread" => {
                let thread = std::thread::Builder::new().spawn(|| panic!("nobody asked for it"));
                drop(thread.map(std::thread::JoinHandle::join));
            }
            "keep" => {
                let mut kept = self.kept.lock().expect("no call panicked");
                if let Some((earlier, reserved)) = kept.take() {
                    assert!(earlier.check().is_err(), "its run is over");
                    assert!(earlier.reserve(1).is_err(), "nobody has room for it");
                    drop(reserved);
                } else {
                    *kept = Some((cx.clone(), cx.reserve(100)?));
                }
            }
            "reserve" => drop(cx.reserve(1 << 40)?),
            "progress" => cx.progress(3, 8),
            "reserve and crash" => {
                let _reserved = cx.reserve(100)?;
                crashes::crash("segv");
            }
            "spin" => loop {
                std::hint::spin_loop();
            },
            "place" => {
                let place = cx.partition();
                let (before, after) = place.halo();
                let numbers = [
                    ("number", place.number()),
                    ("count", place.count()),
                    ("before", before),
                    ("after", after),
                ];
                let mut said =
                    Batch::from_columns(numbers.map(|(name, number)| (name, vec![number as i64])))?;
                let (lower, upper) = place.bounds().unzip();
                for (name, bound) in [("lower", lower), ("upper", upper)] {
                    said = said.with(name, vec![format!("{bound:?}")])?;
                }
                return Ok(said);
            }
            "panic below" => drop(panics::below(50)),
            how => match how.split_once(": ") {
                Some(("start", path)) => start(Path::new(path))?,
                Some(("panic in 1", folder)) => {
                    panics::in_one(Path::new(folder), cx.partition().number())?;
                }
                _ => crashes::crash(how),
            },
        }
        Ok(part)
    }
}

/// Starts a process that goes on for long, and writes its number to a file.
fn start(path: &Path) -> Result<()> {
    let sleeping = Command::new("sleep").arg("100").spawn()?;
    std::fs::write(path, sleeping.id().to_string())?;
    Ok(())
}

/// The sum of numbers.
#[derive(Params)]
pub struct Sum {
    /// What happens where a 13 is added.
    #[param(default = "")]
    at_13: String,
}

impl Aggregate for Sum {
    const NAME: &'static str = "sum";
    type States = Vec<f64>;

    fn bind(&self, args: &[Field]) -> Result<Grouped> {
        match args {
            [x] if x.dtype == DType::Float64 => {
                let sum = Field::new("sum", DType::Float64, false);
                Ok(Grouped::new(sum.clone(), [sum]))
            }
            _ => Err(Error::new("it takes one float64")),
        }
    }

    fn open(&self) -> Vec<f64> {
        Vec::new()
    }

    fn update(&self, states: &mut Vec<f64>, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        states.resize(rows.n_groups, 0.0);
        let column = rows.columns[0].as_primitive::<Float64Type>();
        for (group, value) in rows.groups.iter().zip(column) {
            if value == Some(13.0) {
                crashes::crash(&self.at_13);
            }
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

impl Default for Sum {
    /// One that minds no number.
    fn default() -> Self {
        Self {
            at_13: String::new(),
        }
    }
}

/// Whole numbers in turn.
#[derive(Params)]
pub struct InTurn {
    /// What is added first.
    #[param(default = 0)]
    from: i64,
    /// What happens where a null comes.
    #[param(default = "")]
    at_null: String,
}

impl Partitioner for InTurn {
    const NAME: &'static str = "in_turn";

    fn bind(&self, keys: &[Field], _: u32) -> Result<()> {
        match keys {
            [key] if key.dtype == DType::Int64 => Ok(()),
            _ => Err(Error::new("it takes one int64")),
        }
    }

    fn call(&self, keys: &[ArrayRef], _: usize, targets: u32, cx: &Cx) -> Result<Vec<u32>> {
        let numbers = keys[0].as_primitive::<Int64Type>().iter();
        let numbers = numbers.map(|number| {
            cx.tick()?;
            // Nulls go where nothing is.
            let Some(number) = number else {
                crashes::crash(&self.at_null);
                return Ok(targets);
            };
            Ok((number + self.from).rem_euclid(targets.into()) as u32)
        });
        numbers.collect()
    }
}
