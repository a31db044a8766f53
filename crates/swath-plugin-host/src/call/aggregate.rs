//! Aggregates.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_cast::cast;
use swath_batch::{Host, normalise_columns};
use swath_meta::{Field, Meta};
use swath_plugin_abi::{AggregateRun, ArrowArray, Status};
use swath_plugin_data::{Columns, DataError, Loan, give_columns, take_columns};

use super::bind::Parts;
use super::{CallError, Services, place};
use crate::load::{Guarded, Inside};

/// An aggregate, ready for arguments of known dtypes.
pub struct BoundAggregate {
    parts: Parts,
    args: Columns,
    output: Field,
    /// Of the result, and of the states.
    taken: [(Meta, Columns); 2],
}

impl BoundAggregate {
    pub(super) fn new(parts: Parts, input: &Meta) -> Result<Self, CallError> {
        let [(output, output_columns), (state, state_columns)] = parts.outputs.as_slice() else {
            return Err(parts.broke("declared no result and states"));
        };
        let [field] = output.fields() else {
            return Err(parts.broke(format!(
                "declared {} results where there is one",
                output.len()
            )));
        };
        Ok(Self {
            output: field.clone(),
            args: Columns::of_meta(input),
            taken: [
                (output.clone(), output_columns.clone()),
                (state.clone(), state_columns.clone()),
            ],
            parts,
        })
    }

    /// What it returns, a value a group.
    pub fn output(&self) -> &Field {
        &self.output
    }

    /// The columns of its states.
    pub fn state(&self) -> &Meta {
        &self.taken[1].0
    }

    /// The states of no groups. What the function may ask is what `task` answers.
    ///
    /// # Errors
    /// Its own.
    pub fn open(self: &Arc<Self>, task: Option<Arc<dyn Host>>) -> Result<Groups, CallError> {
        let place = place(task.as_deref());
        let services = Services::new(&self.parts.name, task);
        let bound = &self.parts.bound;
        let (table, instance) = (bound.table(), bound.instance());
        // SAFETY: the instance is that of `bound`, whose table it is; the services live as long as the run.
        let call = |out| unsafe { (table.open_aggregate())(instance, services.host(), place, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let run = unsafe { services.ask(call) }?;
        Ok(Groups {
            run: Guarded::new(run, &self.parts.name),
            rows_out: 0,
            has_failed: false,
            loan: services.loan(),
            of: Arc::clone(self),
            services,
        })
    }
}

impl Debug for BoundAggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "BoundAggregate({})", self.parts.name)
    }
}

/// The states of the groups of one task.
pub struct Groups {
    // Dropped before the services that it may call, and before the instance that it came from.
    run: Guarded<AggregateRun>,
    rows_out: usize,
    /// After which the plugin is not asked again.
    has_failed: bool,
    // Over when the run is.
    loan: Loan,
    services: Services,
    of: Arc<BoundAggregate>,
}

impl Groups {
    /// Adds rows: of each argument a value, and the group of each row, less than `n_groups`, which never shrinks.
    ///
    /// # Errors
    /// Its own.
    pub fn update(
        &mut self,
        args: &[ArrayRef],
        groups: &[u32],
        n_groups: usize,
    ) -> Result<(), CallError> {
        let given = give_columns(args, &self.of.args, groups.len());
        let given = given.map(|given| self.loan.lend(given, args));
        self.add(self.run.table().update(), given, groups, n_groups)
    }

    /// Adds states that came out of [`state`](Self::state), and the group of each.
    ///
    /// # Errors
    /// Its own.
    pub fn merge(
        &mut self,
        states: &[ArrayRef],
        groups: &[u32],
        n_groups: usize,
    ) -> Result<(), CallError> {
        let (_, declared) = &self.of.taken[1];
        let fields = declared.schema().fields().iter();
        // As the plugin declared them: what travelled between tasks may be in other encodings.
        let states = states
            .iter()
            .zip(fields)
            .map(|(state, field)| cast(state, field.data_type()));
        let states: Result<Vec<_>, _> = states.collect();
        let given = states
            .map_err(|source| DataError::Arrow {
                during: "casting states to what was declared",
                source,
            })
            .and_then(|states| {
                let given = give_columns(&states, declared, groups.len())?;
                Ok(self.loan.lend(given, &states))
            });
        self.add(self.run.table().merge(), given, groups, n_groups)
    }

    fn add(
        &mut self,
        call: unsafe extern "C" fn(*mut std::ffi::c_void, ArrowArray, *const u32, u64) -> Status,
        given: Result<ArrowArray, DataError>,
        groups: &[u32],
        n_groups: usize,
    ) -> Result<(), CallError> {
        let parts = &self.of.parts;
        let rows = given.map_err(|source| parts.given(source))?;
        let most = groups.iter().max().map_or(0, |most| *most as usize + 1);
        if most > n_groups || n_groups < self.rows_out {
            return Err(parts.broke(format!(
                "was given rows of {most} groups, of which there are {n_groups} and were {}",
                self.rows_out
            )));
        }
        if self.has_failed {
            return Err(parts.broke("failed before, and cannot go on"));
        }
        self.rows_out = n_groups;
        let instance = self.run.instance();
        // SAFETY: the run is this one's alone, and there is a group for each row; what is given is nothing.
        let call = |_: *mut ()| unsafe { call(instance, rows, groups.as_ptr(), n_groups as u64) };
        // SAFETY: it writes what it gives, as the contract says.
        let added = unsafe { self.services.ask(call) };
        self.has_failed = added.is_err();
        added
    }

    /// The states, one row a group.
    ///
    /// # Errors
    /// Its own, and states that it did not promise.
    pub fn state(self) -> Result<Vec<ArrayRef>, CallError> {
        self.take(self.run.table().state(), 1)
    }

    /// The results, one row a group.
    ///
    /// # Errors
    /// Its own, and results that it did not promise.
    pub fn finish(self) -> Result<ArrayRef, CallError> {
        let mut columns = self.take(self.run.table().finish(), 0)?;
        Ok(columns.remove(0))
    }

    fn take(
        &self,
        call: unsafe extern "C" fn(*mut std::ffi::c_void, *mut ArrowArray) -> Status,
        which: usize,
    ) -> Result<Vec<ArrayRef>, CallError> {
        let parts = &self.of.parts;
        if self.has_failed {
            return Err(parts.broke("failed before, and cannot go on"));
        }
        let instance = self.run.instance();
        // SAFETY: the run is this one's alone.
        let call = |out| unsafe { call(instance, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let found = unsafe { self.services.ask(call) }?;
        let (meta, columns) = &self.of.taken[which];
        let found = self.loan.take_back(found, columns.len());
        let taken = take_columns(found, columns);
        let (taken, rows) = taken.map_err(|source| parts.returned(source))?;
        if rows != self.rows_out {
            return Err(parts.broke(format!("returned {rows} rows for {} groups", self.rows_out)));
        }
        normalise_columns(taken, meta, rows).map_err(|error| parts.unfit(&error))
    }

    /// Bytes that the states take, about.
    pub fn size(&self) -> u64 {
        let _inside = Inside::new(&self.of.parts.name, None);
        // SAFETY: the run is this one's alone, and is not changed.
        unsafe { (self.run.table().size())(self.run.instance()) }
    }
}
