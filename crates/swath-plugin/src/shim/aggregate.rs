//! Aggregates behind the boundary.

use std::ffi::c_void;
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::normalise_columns;
use swath_meta::Meta;
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{
    AggregateRun, AggregateTable, AggregateTableRef, ArrowArray, BindRequest, Bound, BoundTable,
    BoundTableRef, Host, Place, Status, code,
};
use swath_plugin_data::{Columns, give_columns, take_columns};

use super::bind::{outputs, plain, read_one, written};
use super::fits::fits;
use super::guard;
use super::hosted::{Asking, Hosted};
use super::instance::{drop_owned, drop_shared, owned, shared, with_owned, with_shared};
use crate::contract::deterministic;
use crate::{Aggregate, Error, GroupedRows, Result};

struct Ready<F> {
    function: F,
    args: Meta,
    columns: Columns,
    output: Meta,
    state: Meta,
    state_columns: Columns,
}

/// Binds an aggregate.
pub(crate) unsafe extern "C" fn bind_aggregate<F: Aggregate>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    let bound = guard(|| {
        let (function, (input, columns)) = read_one::<F>(request)?;
        let grouped = function.bind(input.fields())?;
        let (output, state) = (plain([grouped.output])?, plain(grouped.state)?);
        let outputs = outputs([&output, &state])?;
        let ready = Ready {
            function,
            columns,
            args: input,
            output,
            state_columns: Columns::of_meta(&state),
            state,
        };
        let table = BoundTableRef(Tables::<F>::BOUND.static_as_prefix());
        let contract = written(&deterministic())?.into();
        // SAFETY: the table's functions are those for a shared `Arc<Ready<F>>`.
        Ok(unsafe { Bound::new(shared(Arc::new(ready)), table, outputs, contract) })
    });
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(bound, out) }
}

struct Tables<F>(std::marker::PhantomData<F>);

impl<F: Aggregate> Tables<F> {
    const BOUND: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        open_aggregate: open::<F>,
        ..BoundTable::new(drop_shared::<Arc<Ready<F>>>)
    });
    const RUN: &'static WithMetadata<AggregateTable> = &WithMetadata::new(AggregateTable {
        drop: drop_owned::<Running<F>>,
        update: update::<F>,
        merge: merge::<F>,
        state: state::<F>,
        finish: finish::<F>,
        size: size::<F>,
    });
}

/// The groups of one task.
struct Running<F: Aggregate> {
    ready: Arc<Ready<F>>,
    /// `None` after they were taken out.
    states: Option<F::States>,
    asking: Asking,
    n_groups: usize,
}

unsafe extern "C" fn open<F: Aggregate>(
    instance: *const c_void,
    host: Host,
    place: Place<'_>,
    out: *mut AggregateRun,
) -> Status {
    let body = |ready: &Arc<Ready<F>>| -> Result<AggregateRun> {
        let running = Running {
            ready: Arc::clone(ready),
            states: Some(ready.function.open()),
            asking: Asking::new(Hosted::new(host, &place, None)),
            n_groups: 0,
        };
        let table = AggregateTableRef(Tables::<F>::RUN.static_as_prefix());
        // SAFETY: the table's functions are those for an owned `Running<F>`.
        Ok(unsafe { AggregateRun::new(owned(running), table) })
    };
    // SAFETY: the instance is that of an aggregate that was bound by this table, as the contract says.
    let run = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(run, out) }
}

/// Rows with their groups, as they come over the boundary.
struct Arriving {
    columns: Vec<ArrayRef>,
    groups: Groups,
    n_groups: usize,
}

/// The group of each row.
enum Groups {
    /// As the host has them, for as long as the call.
    Lent { first: *const u32, rows: usize },
    /// All of them 0.
    One(Vec<u32>),
}

impl Groups {
    fn new(first: *const u32, rows: usize) -> Self {
        if first.is_null() || rows == 0 {
            Self::One(vec![0; rows])
        } else {
            Self::Lent { first, rows }
        }
    }
}

impl Arriving {
    fn rows(&self) -> GroupedRows<'_> {
        let groups = match &self.groups {
            // SAFETY: there is a group for each row, as the contract says.
            Groups::Lent { first, rows } => unsafe { std::slice::from_raw_parts(*first, *rows) },
            Groups::One(groups) => groups,
        };
        GroupedRows {
            columns: &self.columns,
            groups,
            n_groups: self.n_groups,
        }
    }
}

impl<F: Aggregate> Running<F> {
    fn arriving(
        &mut self,
        rows: ArrowArray,
        (meta, columns): (&Meta, &Columns),
        groups: *const u32,
        n_groups: u64,
    ) -> Result<Arriving> {
        let (columns, rows) = take_columns(rows, columns)?;
        // In the encodings of this version.
        let columns = normalise_columns(columns, meta, rows)?;
        self.n_groups = n_groups as usize;
        Ok(Arriving {
            columns,
            groups: Groups::new(groups, rows),
            n_groups: self.n_groups,
        })
    }

    /// Columns that come out, one row a group, after a look at whether they are those declared.
    fn give(&self, columns: Vec<ArrayRef>, declared: &Meta) -> Result<ArrowArray> {
        if columns.len() != declared.len() {
            return Err(Error::of(
                code::CONTRACT,
                format!(
                    "returned {} columns, and declared {}",
                    columns.len(),
                    declared.len()
                ),
            ));
        }
        let fields = declared.fields().iter();
        let columns = columns.into_iter().zip(fields).map(|(column, field)| {
            fits(column, field, self.n_groups, "groups")
                .map_err(|error| error.context(format_args!("column `{}`", field.name)))
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        Ok(give_columns(
            &columns,
            &Columns::of_meta(declared),
            self.n_groups,
        )?)
    }
}

fn taken() -> Error {
    Error::of(code::CONTRACT, "its groups were taken out already")
}

unsafe extern "C" fn update<F: Aggregate>(
    instance: *mut c_void,
    rows: ArrowArray,
    groups: *const u32,
    n_groups: u64,
) -> Status {
    let body = |running: &mut Running<F>| {
        let ready = Arc::clone(&running.ready);
        let arriving = running.arriving(rows, (&ready.args, &ready.columns), groups, n_groups)?;
        let states = running.states.as_mut().ok_or_else(taken)?;
        let cx = running.asking.cx();
        ready.function.update(states, arriving.rows(), cx)
    };
    // SAFETY: the instance is that of a run that was opened by this table, used by one thread at a time, as the contract says.
    unsafe { with_owned(instance, body) }.into()
}

unsafe extern "C" fn merge<F: Aggregate>(
    instance: *mut c_void,
    rows: ArrowArray,
    groups: *const u32,
    n_groups: u64,
) -> Status {
    let body = |running: &mut Running<F>| {
        let ready = Arc::clone(&running.ready);
        let arriving =
            running.arriving(rows, (&ready.state, &ready.state_columns), groups, n_groups)?;
        let states = running.states.as_mut().ok_or_else(taken)?;
        let cx = running.asking.cx();
        ready.function.merge(states, arriving.rows(), cx)
    };
    // SAFETY: as in `update`.
    unsafe { with_owned(instance, body) }.into()
}

unsafe extern "C" fn state<F: Aggregate>(instance: *mut c_void, out: *mut ArrowArray) -> Status {
    let body = |running: &mut Running<F>| {
        let ready = Arc::clone(&running.ready);
        let states = running.states.take().ok_or_else(taken)?;
        running.give(ready.function.state(states)?, &ready.state)
    };
    // SAFETY: as in `update`.
    let columns = unsafe { with_owned(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(columns, out) }
}

unsafe extern "C" fn finish<F: Aggregate>(instance: *mut c_void, out: *mut ArrowArray) -> Status {
    let body = |running: &mut Running<F>| {
        let ready = Arc::clone(&running.ready);
        let states = running.states.take().ok_or_else(taken)?;
        running.give(vec![ready.function.finish(states)?], &ready.output)
    };
    // SAFETY: as in `update`.
    let columns = unsafe { with_owned(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(columns, out) }
}

unsafe extern "C" fn size<F: Aggregate>(instance: *const c_void) -> u64 {
    let body = |running: &mut Running<F>| {
        let size = running
            .states
            .as_ref()
            .map(|states| running.ready.function.size(states));
        Ok(size.unwrap_or(0))
    };
    // SAFETY: as in `update`; nothing is changed.
    unsafe { with_owned(instance.cast_mut(), body) }.unwrap_or(0)
}
