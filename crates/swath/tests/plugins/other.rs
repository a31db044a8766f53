//! A second plugin, part of this program, one of whose functions is called as one of the first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Float64Type;
use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::*;

#[path = "other/around.rs"]
mod around;
#[path = "other/endless.rs"]
mod endless;
#[path = "other/tally.rs"]
mod tally;
#[path = "other/visits.rs"]
mod visits;

use around::Around;
use endless::{EndlessGroups, EndlessPlaces, EndlessRows};
pub(crate) use tally::MADE;
use tally::Tally;
use visits::{VisitEnds, VisitStarts};

plugin! {
    name: "other",
    functions: [
        plus_one, below_ten, Seeds, InOrder, Around, VisitStarts, VisitEnds, Ones, Counted, Same, Fickle, Less, Moment, EndlessRows, EndlessGroups, EndlessPlaces,
        Tally,
    ]
}

/// One more, and a half.
#[scalar]
pub(crate) fn plus_one(x: f64) -> f64 {
    x + 1.5
}

/// The number, if it is below ten.
#[scalar]
#[deprecated = "use `min`"]
pub(crate) fn below_ten(x: f64) -> std::result::Result<f64, String> {
    if x < 10.0 {
        Ok(x)
    } else {
        Err(format!("{x} is not below ten"))
    }
}

/// The seed of each partition.
#[derive(Params)]
pub(crate) struct Seeds {
    #[param(default = 0)]
    number: i64,
}

impl PartitionFn for Seeds {
    const NAME: &'static str = "seeds";

    fn bind(&self, _: &Meta) -> Result<Contract> {
        Ok(Contract::any_rows(Meta::of([("seed", "uint64")])))
    }

    fn call(&self, _: Batch, cx: &Cx) -> Result<Batch> {
        Ok(Batch::from_columns([("seed", vec![cx.seed()])])?)
    }
}

/// The rows as they are, if they come sorted.
#[derive(Params)]
pub(crate) struct InOrder {
    by: Vec<String>,
    /// Whether it may see chunks.
    #[param(default = false)]
    chunks: bool,
}

impl PartitionFn for InOrder {
    const NAME: &'static str = "in_order";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        let contract = Contract::rows_kept(input).needs_order(&self.by);
        Ok(if self.chunks {
            contract.chunks()
        } else {
            contract
        })
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        Ok(part)
    }
}

/// Writes a one over each `x`, whatever it reads.
#[derive(Params)]
pub(crate) struct Ones {
    reads: String,
    /// What the rows have to be sorted by.
    sorted_by: Option<String>,
    /// What has to be there.
    looks_at: Option<String>,
    /// What is not there afterwards.
    leaves_out: Option<String>,
}

impl PartitionFn for Ones {
    const NAME: &'static str = "ones";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        if let Some(column) = &self.looks_at {
            input.field(column)?;
        }
        let output = input.with_field(Field::new("x", DType::Float64, false));
        let output = output.without(&self.leaves_out)?;
        let contract = Contract::rows_kept(output).reads([&self.reads]).chunks();
        Ok(contract.needs_order(&self.sorted_by))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let ones = vec![1.0; part.num_rows()];
        // In front or behind, as the columns of the input were.
        let made = part.with("x", ones)?;
        Ok(match self.reads.as_str() {
            "z" => made.select(["x", "z"])?,
            _ => made,
        })
    }
}

/// How often [`Counted`] was called.
pub(crate) static CALLS: AtomicUsize = AtomicUsize::new(0);

/// How often one of [`Counted`], [`Same`] and [`Moment`] was made ready.
pub(crate) static READIED: AtomicUsize = AtomicUsize::new(0);

/// Counts its calls.
#[derive(Params)]
pub(crate) struct Counted;

impl PartitionFn for Counted {
    const NAME: &'static str = "counted";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input.with("more", "float64")))
    }

    fn prepare(&mut self, _: &Meta) -> Result<()> {
        READIED.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        CALLS.fetch_add(1, Ordering::Relaxed);
        let more = part.f64("x")?.map(|x| x + 1.0);
        Ok(part.with("more", more)?)
    }
}

/// The number itself.
#[derive(Params)]
pub(crate) struct Same;

impl Scalar for Same {
    const NAME: &'static str = "same";

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        Returns::null_as(args, "float64")
    }

    fn prepare(&mut self, _: &[Field]) -> Result<()> {
        READIED.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn call(&self, args: &[ArrayRef], _: usize, _: &Cx) -> Result<ArrayRef> {
        Ok(Arc::clone(&args[0]))
    }
}

/// Says another dtype once it was asked.
#[derive(Params)]
pub(crate) struct Fickle;

impl Scalar for Fickle {
    const NAME: &'static str = "fickle";

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        match ASKED.fetch_add(1, Ordering::Relaxed) {
            0 => Returns::null_as(args, "float32"),
            _ => Returns::null_as(args, "float64"),
        }
    }

    fn call(&self, args: &[ArrayRef], _: usize, _: &Cx) -> Result<ArrayRef> {
        Ok(Arc::clone(&args[0]))
    }
}

/// The first number less the second.
#[derive(Params)]
pub(crate) struct Less;

impl Scalar for Less {
    const NAME: &'static str = "less";

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        Returns::null_as(args, "float64")
    }

    fn call(&self, args: &[ArrayRef], rows: usize, _: &Cx) -> Result<ArrayRef> {
        let lengths = [args[0].len(), args[1].len()];
        if lengths != [rows, rows] {
            return Err(Error::new(format!("{lengths:?} numbers for {rows} rows")));
        }
        let [one, other] = [0, 1].map(|at| args[at].as_primitive::<Float64Type>().iter());
        let less = one.zip(other).map(|(one, other)| Some(one? - other?));
        Ok(Arc::new(less.collect::<Float64Array>()))
    }
}

/// The mean, or the variance.
#[derive(Params)]
pub(crate) struct Moment {
    is_variance: bool,
}

/// Of each group how many values it has, their sum, and that of their squares.
type Moments = Vec<[f64; 3]>;

impl Aggregate for Moment {
    const NAME: &'static str = "moment";
    type States = Moments;

    fn bind(&self, _: &[Field]) -> Result<Grouped> {
        // An aggregate prepares nothing else.
        READIED.fetch_add(1, Ordering::Relaxed);
        let state = ["count", "sum", "squares"];
        let state = state.map(|name| Field::new(name, DType::Float64, false));
        Ok(Grouped::new(Field::new("x", DType::Float64, true), state))
    }

    fn open(&self) -> Moments {
        Vec::new()
    }

    fn update(&self, states: &mut Moments, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        states.resize(rows.n_groups, [0.0; 3]);
        let numbers = rows.columns[0].as_primitive::<Float64Type>();
        for (group, x) in rows.groups.iter().zip(numbers) {
            let [count, sum, squares] = &mut states[*group as usize];
            if let Some(x) = x {
                *count += 1.0;
                *sum += x;
                *squares += x * x;
            }
        }
        Ok(())
    }

    fn merge(&self, states: &mut Moments, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        states.resize(rows.n_groups, [0.0; 3]);
        for (at, column) in rows.columns.iter().enumerate() {
            let more = column.as_primitive::<Float64Type>().values();
            for (group, more) in rows.groups.iter().zip(more) {
                states[*group as usize][at] += more;
            }
        }
        Ok(())
    }

    fn state(&self, states: Moments) -> Result<Vec<ArrayRef>> {
        let column = |at: usize| -> ArrayRef {
            Arc::new(Float64Array::from_iter_values(
                states.iter().map(|state| state[at]),
            ))
        };
        Ok(vec![column(0), column(1), column(2)])
    }

    fn finish(&self, states: Moments) -> Result<ArrayRef> {
        let results = states.iter().map(|[count, sum, squares]| {
            if self.is_variance {
                (*count > 1.0).then(|| (squares - sum * sum / count) / (count - 1.0))
            } else {
                (*count > 0.0).then(|| sum / count)
            }
        });
        Ok(Arc::new(results.collect::<Float64Array>()))
    }

    fn size(&self, states: &Moments) -> u64 {
        (states.capacity() * size_of::<[f64; 3]>()) as u64
    }
}
