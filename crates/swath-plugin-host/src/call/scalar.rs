//! Functions in expressions.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::{Host, normalise_columns};
use swath_meta::{Field, Meta};
use swath_plugin_data::{Columns, give_columns, take_columns};

use super::bind::Parts;
use super::{CallError, Services, place};

/// A function of columns, ready for arguments of known dtypes.
pub struct BoundScalar {
    parts: Parts,
    args: Columns,
    output: Field,
    columns: Columns,
    meta: Meta,
}

impl BoundScalar {
    pub(super) fn new(parts: Parts, input: &Meta) -> Result<Self, CallError> {
        let (meta, columns) = parts.output()?;
        let [output] = meta.fields() else {
            return Err(parts.broke(format!(
                "declared {} columns where there is one",
                meta.len()
            )));
        };
        Ok(Self {
            output: output.clone(),
            args: Columns::of_meta(input),
            columns,
            meta,
            parts,
        })
    }

    /// What it returns.
    pub fn output(&self) -> &Field {
        &self.output
    }

    /// One value for each of the rows, which all arguments have, in the border encoding of its dtype. Arguments are in border
    /// encodings too. What the function may ask is what `task` answers.
    ///
    /// # Errors
    /// Arguments that it was not bound to, its own errors, and a column that it did not promise.
    pub fn call(
        &self,
        args: &[ArrayRef],
        rows: usize,
        task: Option<Arc<dyn Host>>,
    ) -> Result<ArrayRef, CallError> {
        let bound = &self.parts.bound;
        let given = give_columns(args, &self.args, rows);
        let given = given.map_err(|source| self.parts.given(source))?;
        let place = place(task.as_deref());
        let services = Services::new(&self.parts.name, task);
        let loan = services.loan();
        let given = loan.lend(given, args);
        let (table, instance) = (bound.table(), bound.instance());
        // SAFETY: the instance is that of `bound`, whose table it is; any number of threads may call.
        let call = |out| unsafe { (table.call())(instance, services.host(), place, given, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let column = unsafe { services.ask(call) }?;
        let column = loan.take_back(column, self.columns.len());
        let taken = take_columns(column, &self.columns);
        let (columns, found) = taken.map_err(|source| self.parts.returned(source))?;
        if found != rows {
            return Err(self
                .parts
                .broke(format!("returned {found} values for {rows} rows")));
        }
        // A column in another encoding of its dtype is cast.
        let columns = normalise_columns(columns, &self.meta, rows);
        let mut columns = columns.map_err(|error| self.parts.unfit(&error))?;
        Ok(columns.remove(0))
    }
}

impl Debug for BoundScalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "BoundScalar({})", self.parts.name)
    }
}
