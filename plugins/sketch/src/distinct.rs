//! How many different values there are.

use std::sync::Arc;

use swath_plugin::arrow_array::{Array, ArrayRef, Int64Array};
use swath_plugin::prelude::*;

use crate::groups::Sketches;
use crate::hash::hashes;
use crate::registers::Registers;

/// How many different values there are, approximately; 0 where there is none.
///
/// Takes a column of any dtype; nulls are not counted, one NaN is the same as another. Exact while there are at most
/// `2^precision / 8` different values, 512 by default; then the standard error is `1.04 / sqrt(2^precision)`, 1.6 % by default: two of
/// three counts are that near, and 19 of 20 within twice as much. A group takes up to `2^precision` bytes.
#[derive(Params)]
pub struct Distinct {
    /// The memory of a group, as a power of two of bytes: two more halve the error.
    #[param(default = 12, min = 4, max = 18)]
    pub precision: u32,
}

impl Aggregate for Distinct {
    const NAME: &'static str = "distinct";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"precision":10}"#,
        input: "x: string?",
    });
    type States = Sketches<Registers>;

    fn bind(&self, args: &[Field]) -> Result<Grouped> {
        let [_] = args else {
            return Err(Error::new(format!(
                "it was given {} arguments, it takes one",
                args.len()
            )));
        };
        let state = Field::new("registers", DType::Binary, false);
        Ok(Grouped::new(
            Field::new("distinct", DType::Int64, false),
            [state],
        ))
    }

    fn open(&self) -> Self::States {
        Sketches::new(self.precision)
    }

    fn update(&self, states: &mut Self::States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        states.grow(rows.n_groups);
        let column = &rows.columns[0];
        let nulls = column.logical_nulls();
        for (at, (group, hash)) in rows.groups.iter().zip(hashes(column)?).enumerate() {
            cx.tick()?;
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(at)) {
                states.change(*group, |registers, precision| {
                    registers.add(hash, precision);
                });
            }
        }
        Ok(())
    }

    fn merge(&self, states: &mut Self::States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        states.merge(rows, cx)
    }

    fn state(&self, states: Self::States) -> Result<Vec<ArrayRef>> {
        Ok(states.state())
    }

    fn finish(&self, states: Self::States) -> Result<ArrayRef> {
        let counts = states
            .iter()
            .map(|registers| i64::try_from(registers.count()).unwrap_or(i64::MAX));
        Ok(Arc::new(counts.collect::<Int64Array>()))
    }

    fn size(&self, states: &Self::States) -> u64 {
        states.size()
    }
}
