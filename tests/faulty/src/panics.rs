//! A function of each kind that panics where it is told to, or ends in another way than by an answer. None has an example: `swath plugin
//! check` leaves them out.

#![expect(clippy::panic, reason = "functions that panic are what is tried")]

use std::panic::panic_any;
use std::sync::Arc;

use swath_plugin::arrow_array::{ArrayRef, Float64Array, new_null_array};
use swath_plugin::arrow_schema::DataType;
use swath_plugin::prelude::*;

/// Thrown, and panics once more when it is dropped.
struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        panic!("what was thrown has been dropped");
    }
}

/// Panics if this is the place, with what is asked for.
fn pass(here: &str, at: &str, what: &str) {
    if here != at {
        return;
    }
    match what {
        "text" => panic!("a text"),
        "words" => panic!("{} of a text", "parts"),
        "index" => {
            let places: Vec<u32> = Vec::new();
            let _ = places[at.len()];
        }
        "nothing" => panic_any(7),
        _ => panic_any(Loud),
    }
}

macro_rules! panics {
    ($name:ident) => {
        /// Panics.
        #[derive(Params)]
        pub struct $name {
            /// Where.
            pub at: String,
            /// With what: `text`, `words`, `index`, `nothing`, `loud`. Where it is given rows also `error`, which is none, and `endless`.
            #[param(default = "text")]
            pub what: String,
        }

        impl $name {
            fn pass(&self, here: &str) {
                pass(here, &self.at, &self.what);
            }

            /// The same for what is given rows.
            fn pass_rows(&self, here: &str, cx: &Cx) -> Result<()> {
                match self.what.as_str() {
                    "error" if here == self.at => Err(Error::new("no rate")),
                    "endless" if here == self.at => loop {
                        cx.tick()?;
                    },
                    _ => {
                        self.pass(here);
                        Ok(())
                    }
                }
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.pass("drop");
            }
        }
    };
}

panics!(PanicsInPartitions);
panics!(PanicsInRows);
panics!(PanicsInGroups);
panics!(PanicsInPlaces);

impl PartitionFn for PanicsInPartitions {
    const NAME: &'static str = "panics_in_partitions";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        self.pass("bind");
        Ok(Contract::rows_kept(input))
    }

    fn prepare(&mut self, _: &Meta) -> Result<()> {
        self.pass("prepare");
        Ok(())
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        self.pass_rows("call", cx)?;
        Ok(part)
    }
}

impl Scalar for PanicsInRows {
    const NAME: &'static str = "panics_in_rows";

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        self.pass("bind");
        Returns::null_as(args, "float64")
    }

    fn prepare(&mut self, _: &[Field]) -> Result<()> {
        self.pass("prepare");
        Ok(())
    }

    fn call(&self, args: &[ArrayRef], _: usize, cx: &Cx) -> Result<ArrayRef> {
        self.pass_rows("call", cx)?;
        Ok(Arc::clone(&args[0]))
    }
}

/// How many groups there are, in states that panic when they are dropped.
pub struct States {
    groups: usize,
    panics: bool,
}

impl Drop for States {
    fn drop(&mut self) {
        assert!(!self.panics, "states are dropped");
    }
}

impl Aggregate for PanicsInGroups {
    const NAME: &'static str = "panics_in_groups";
    type States = States;

    fn bind(&self, _: &[Field]) -> Result<Grouped> {
        self.pass("bind");
        let field = Field::new("x", DType::Float64, true);
        Ok(Grouped::new(field.clone(), [field]))
    }

    fn open(&self) -> States {
        self.pass("open");
        States {
            groups: 0,
            panics: self.at == "states",
        }
    }

    fn update(&self, states: &mut States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        self.pass_rows("update", cx)?;
        states.groups = rows.n_groups;
        Ok(())
    }

    fn merge(&self, states: &mut States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        self.pass_rows("merge", cx)?;
        states.groups = rows.n_groups;
        Ok(())
    }

    fn state(&self, states: States) -> Result<Vec<ArrayRef>> {
        self.pass("state");
        Ok(vec![new_null_array(&DataType::Float64, states.groups)])
    }

    fn finish(&self, states: States) -> Result<ArrayRef> {
        self.pass("finish");
        Ok(Arc::new(Float64Array::from(vec![1.0; states.groups])))
    }

    fn size(&self, _: &States) -> u64 {
        self.pass("size");
        7
    }
}

impl Partitioner for PanicsInPlaces {
    const NAME: &'static str = "panics_in_places";

    fn bind(&self, _: &[Field], _: u32) -> Result<()> {
        self.pass("bind");
        Ok(())
    }

    fn call(&self, _: &[ArrayRef], rows: usize, _: u32, cx: &Cx) -> Result<Vec<u32>> {
        self.pass_rows("call", cx)?;
        Ok(vec![0; rows])
    }
}
