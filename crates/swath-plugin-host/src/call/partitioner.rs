//! Functions that say where a row belongs.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_schema::DataType;
use swath_batch::Host;
use swath_meta::Meta;
use swath_plugin_data::{Columns, give_columns, take_columns};

use super::bind::Parts;
use super::{CallError, Services, place};

/// A partitioner, ready for keys of known dtypes and a known number of partitions.
pub struct BoundPartitioner {
    parts: Parts,
    keys: Columns,
    targets: u32,
    columns: Columns,
}

impl BoundPartitioner {
    pub(super) fn new(parts: Parts, keys: &Meta, targets: u32) -> Result<Self, CallError> {
        let (_, columns) = parts.output()?;
        match columns.schema().fields().as_ref() {
            [numbers] if *numbers.data_type() == DataType::UInt32 => {}
            _ => return Err(parts.broke("declared no column of uint32")),
        }
        Ok(Self {
            keys: Columns::of_meta(keys),
            targets,
            columns,
            parts,
        })
    }

    /// How many partitions there are.
    pub fn targets(&self) -> u32 {
        self.targets
    }

    /// The number of a partition for each of the rows, less than [`targets`](Self::targets). Keys are in border encodings, all of
    /// this many rows. What the function may ask is what `task` answers.
    ///
    /// # Errors
    /// Keys that it was not bound to, its own errors, and numbers of partitions that there are not.
    pub fn call(
        &self,
        keys: &[ArrayRef],
        rows: usize,
        task: Option<Arc<dyn Host>>,
    ) -> Result<Vec<u32>, CallError> {
        let given = give_columns(keys, &self.keys, rows);
        let given = given.map_err(|source| self.parts.given(source))?;
        let place = place(task.as_deref());
        let services = Services::new(&self.parts.name, task);
        let loan = services.loan();
        let given = loan.lend(given, keys);
        let bound = &self.parts.bound;
        let (table, instance) = (bound.table(), bound.instance());
        // SAFETY: the instance is that of `bound`, whose table it is; any number of threads may call.
        let call = |out| unsafe { (table.call())(instance, services.host(), place, given, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let numbers = unsafe { services.ask(call) }?;
        let numbers = loan.take_back(numbers, self.columns.len());
        let taken = take_columns(numbers, &self.columns);
        let (columns, found) = taken.map_err(|source| self.parts.returned(source))?;
        let numbers = columns[0].as_primitive::<UInt32Type>();
        if found != rows || columns[0].null_count() > 0 {
            return Err(self.parts.broke(format!(
                "returned {found} numbers for {rows} rows, {} of them null",
                columns[0].null_count()
            )));
        }
        let outside = numbers
            .values()
            .iter()
            .position(|number| *number >= self.targets);
        if let Some(row) = outside {
            return Err(self.parts.broke(format!(
                "returned partition {} for row {row}, and there are {}",
                numbers.value(row),
                self.targets
            )));
        }
        Ok(numbers.values().to_vec())
    }
}

impl Debug for BoundPartitioner {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "BoundPartitioner({}, {})", self.parts.name, self.targets)
    }
}
