//! A function that looks at rows in front of each row, and behind it.

use swath_plugin::prelude::*;

/// Puts in place of each `x` the one some rows in front plus the one some rows behind: null where one of them is, or is not there.
#[derive(Params)]
pub(crate) struct Around {
    /// How many rows in front.
    #[param(default = 3, min = 0)]
    before: u32,
    /// How many rows behind.
    #[param(default = 2, min = 0)]
    after: u32,
}

impl PartitionFn for Around {
    const NAME: &'static str = "around";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        input.require("x", "float64")?;
        let output = input.with_field(Field::new("x", DType::Float64, true));
        let contract = Contract::rows_kept(output).reads(["x"]);
        Ok(contract
            .halo_before(u64::from(self.before))
            .halo_after(u64::from(self.after)))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let numbers: Vec<Option<f64>> = part.f64("x")?.iter().collect();
        let (before, after) = (self.before as usize, self.after as usize);
        let there = |row: Option<usize>| *numbers.get(row?)?;
        let around = (0..numbers.len())
            .map(|row| Some(there(row.checked_sub(before))? + there(Some(row + after))?));
        Ok(part.with("x", around.collect::<Vec<_>>())?)
    }
}
