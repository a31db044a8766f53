//! Partitioners behind the boundary.

use std::sync::Arc;

use arrow_array::{ArrayRef, UInt32Array};
use swath_batch::Cx;
use swath_meta::{DType, Field};
use swath_plugin_abi::{BindRequest, Bound, Host, Status, code};

use super::bind::read_one;
use super::columnar::{Columnar, bound};
use super::guard;
use crate::{Error, Partitioner, Result};

struct Ready<F> {
    function: F,
    targets: u32,
}

/// Binds a partitioner.
pub(crate) unsafe extern "C" fn bind_partitioner<F: Partitioner>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    let bound = guard(|| {
        let targets = request.targets;
        let (function, (input, columns)) = read_one::<F>(request)?;
        let some = u32::try_from(targets).ok().filter(|targets| *targets > 0);
        let targets = some.ok_or_else(|| {
            let words = format!("it cannot share rows out to {targets} partitions");
            Error::of(code::META, words)
        })?;
        function.bind(input.fields(), targets)?;
        let output = Field::new("partition", DType::UInt32, false);
        bound(Ready { function, targets }, input, columns, output)
    });
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(bound, out) }
}

impl<F: Partitioner> Columnar for Ready<F> {
    fn call(&self, keys: &[ArrayRef], rows: usize, cx: &Cx) -> Result<ArrayRef> {
        let numbers = self.function.call(keys, rows, self.targets, cx)?;
        let broken = |words: String| Error::of(code::CONTRACT, words);
        if numbers.len() != rows {
            return Err(broken(format!(
                "returned {} numbers for {rows} rows",
                numbers.len()
            )));
        }
        let outside = numbers.iter().position(|number| *number >= self.targets);
        if let Some(row) = outside {
            return Err(broken(format!(
                "returned partition {} for row {row}, and there are {}",
                numbers[row], self.targets
            )));
        }
        Ok(Arc::new(UInt32Array::from(numbers)))
    }
}
