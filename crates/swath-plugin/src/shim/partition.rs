//! Partition functions behind the boundary.

use std::ffi::c_void;
use std::sync::Arc;

use swath_batch::{Batch, Value};
use swath_meta::{Field, Meta};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Host, NO_INPUT, Place, RowCount,
    Run, RunTable, RunTableRef, Scope, Status, Step, code, step,
};
use swath_plugin_data::{Columns, Crossing, give_batch, take_columns};

use super::bind::{outputs, plain, written};
use super::hosted::{Asking, Hosted};
use super::instance::{
    drop_owned, drop_shared, owned, shared, unsupported, with_owned, with_shared,
};
use super::{Request, guard};
use crate::{Contract, Error, PartitionFn, Result};

/// A function with everything that its runs share.
struct Ready<F> {
    function: F,
    input: Arc<Meta>,
    columns: Columns,
    /// The columns of the boundaries: those of the index.
    bounds: Columns,
    index: Vec<Field>,
    output: Arc<Meta>,
    rows: RowCount,
    scope: Scope,
}

/// Binds a partition function.
pub(crate) unsafe extern "C" fn bind_partition<F: PartitionFn>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    let bound = guard(|| {
        let Request {
            mut function,
            input,
            columns,
            ..
        } = Request::<F>::read(request)?;
        let Contract { output, promises } = function.bind(&input)?;
        let output = output?;
        let crossing = Crossing::new(&input, &output, &promises)
            .map_err(|error| Error::of(code::CONTRACT, error.to_string()))?;
        function.prepare(&crossing.input)?;
        let index = input.fields().iter().take(input.index().len()).cloned();
        let ready = Ready {
            function,
            columns: columns.only(crossing.input.names()),
            bounds: columns.only(input.names().take(input.index().len())),
            index: index.collect(),
            input: Arc::new(crossing.input),
            output: Arc::new(crossing.output),
            rows: promises.rows,
            scope: promises.scope,
        };
        let table = BoundTableRef(Tables::<F>::BOUND.static_as_prefix());
        let (outputs, contract) = (outputs([&output])?, written(&promises)?.into());
        // SAFETY: the table's functions are those for a shared `Arc<Ready<F>>`.
        Ok(unsafe { Bound::new(shared(Arc::new(ready)), table, outputs, contract) })
    });
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(bound, out) }
}

struct Tables<F>(std::marker::PhantomData<F>);

impl<F: PartitionFn> Tables<F> {
    const BOUND: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        drop: drop_shared::<Arc<Ready<F>>>,
        call: unsupported::call,
        open: open::<F>,
        open_aggregate: unsupported::open_aggregate,
        list: None,
        open_read: None,
        open_write: None,
        commit: None,
        abort: None,
    });
    const RUN: &'static WithMetadata<RunTable> = &WithMetadata::new(RunTable {
        drop: drop_owned::<Running<F>>,
        step: one_step::<F>,
    });
}

/// One partition on its way.
struct Running<F> {
    ready: Arc<Ready<F>>,
    asking: Asking,
    called: bool,
    done: bool,
}

unsafe extern "C" fn open<F: PartitionFn>(
    instance: *const c_void,
    host: Host,
    place: Place<'_>,
    bounds: ArrowArray,
    out: *mut Run,
) -> Status {
    let body = |ready: &Arc<Ready<F>>| -> Result<Run> {
        let running = Running {
            asking: Asking::new(Hosted::new(host, &place, ready.boundaries(bounds)?)),
            ready: Arc::clone(ready),
            called: false,
            done: false,
        };
        let table = RunTableRef(Tables::<F>::RUN.static_as_prefix());
        // SAFETY: the table's functions are those for an owned `Running<F>`.
        Ok(unsafe { Run::new(owned(running), table) })
    };
    // SAFETY: the instance is that of a function that was bound by this table, as the contract says.
    let run = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(run, out) }
}

unsafe extern "C" fn one_step<F: PartitionFn>(
    instance: *mut c_void,
    input: u32,
    rows: ArrowArray,
    out: *mut Step,
) -> Status {
    let body = |running: &mut Running<F>| running.step(input, rows);
    // SAFETY: the instance is that of a run that was opened by this table, used by one thread at a time, as the contract says.
    let next = unsafe { with_owned(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(next, out) }
}

impl<F> Ready<F> {
    /// The values of two rows of index columns, if there are any.
    fn boundaries(&self, rows: ArrowArray) -> Result<Option<[Vec<Value>; 2]>> {
        if rows.is_released() {
            return Ok(None);
        }
        let (columns, rows) = take_columns(rows, &self.bounds)?;
        if rows != 2 {
            return Err(Error::of(
                code::CONTRACT,
                format!("a partition has two boundaries, and got {rows}"),
            ));
        }
        // In the encodings of this version.
        let meta = Arc::new(plain(self.index.iter().cloned())?);
        let rows = Batch::from_arrays(&meta, columns, rows)?;
        let columns = rows.record_batch().columns();
        Ok(Some([0, 1].map(|row| {
            columns
                .iter()
                .map(|column| Value::from_array(column, row))
                .collect()
        })))
    }
}

impl<F: PartitionFn> Running<F> {
    fn step(&mut self, input: u32, rows: ArrowArray) -> Result<Step> {
        let goes_on = |next| Step {
            next,
            output: 0,
            rows: ArrowArray::released(),
        };
        if self.done {
            return Ok(goes_on(step::DONE));
        }
        if input == NO_INPUT {
            return Ok(goes_on(step::INPUT));
        }
        if input != 0 {
            return Err(Error::of(
                code::CONTRACT,
                format!("it has one input, and got rows of input {input}"),
            ));
        }
        let ready = Arc::clone(&self.ready);
        if rows.is_released() {
            self.done = true;
            return if self.called || ready.scope == Scope::Chunk {
                Ok(goes_on(step::DONE))
            } else {
                // A partition without a batch is one without rows.
                self.call(Batch::empty(&ready.input))
            };
        }
        if self.called && ready.scope == Scope::Partition {
            return Err(Error::of(
                code::CONTRACT,
                "it sees a partition in one batch, and got another one",
            ));
        }
        let (columns, n_rows) = take_columns(rows, &ready.columns)?;
        self.call(Batch::from_arrays(&ready.input, columns, n_rows)?)
    }

    fn call(&mut self, rows: Batch) -> Result<Step> {
        self.called = true;
        let (ready, before) = (&self.ready, rows.num_rows());
        let returned = ready.function.call(rows, self.asking.cx())?;
        let broken = |words: String| Error::of(code::CONTRACT, words);
        if ready.rows == RowCount::Same && returned.num_rows() != before {
            return Err(broken(format!(
                "returned {} rows for {before}, and declared that it keeps them",
                returned.num_rows()
            )));
        }
        let returned = returned.conform(&ready.output).map_err(|error| {
            broken(format!(
                "returned other columns than it declared: {}",
                Error::from(error)
            ))
        })?;
        Ok(Step {
            next: step::OUTPUT,
            output: 0,
            rows: give_batch(&returned),
        })
    }
}
