//! Partition functions behind the boundary.

use std::ffi::c_void;
use std::sync::Arc;

use swath_batch::{Batch, Cx};
use swath_meta::Meta;
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Host, NO_INPUT, PluginResult,
    RowCount, Run, RunTable, RunTableRef, Scope, Step, code, step,
};
use swath_plugin_data::{Columns, Crossing, give_batch, take_columns};

use super::bind::{outputs, written};
use super::hosted::Hosted;
use super::instance::{
    drop_owned, drop_shared, owned, shared, unsupported, with_owned, with_shared,
};
use super::{Request, guard};
use crate::{Error, PartitionFn, Result};

/// A function with everything that its runs share.
struct Ready<F> {
    function: F,
    input: Arc<Meta>,
    columns: Columns,
    output: Arc<Meta>,
    rows: RowCount,
    scope: Scope,
}

/// Binds a partition function.
pub(crate) unsafe extern "C" fn bind_partition<F: PartitionFn>(
    _: Host,
    request: BindRequest<'_>,
) -> PluginResult<Bound> {
    guard(|| {
        let Request {
            mut function,
            input,
            columns,
        } = Request::<F>::read(request)?;
        let contract = function.bind(&input)?;
        let output = contract.output?;
        let mut promises = contract.promises;
        let crossing = Crossing::new(&input, &output, promises.reads.as_deref())?;
        if !crossing.kept.is_empty() && promises.rows != RowCount::Same {
            let (at, _) = crossing.kept[0];
            return Err(Error::of(
                code::CONTRACT,
                format!(
                    "it returns column `{}` and does not read it: only a function that keeps all rows can pass columns by",
                    output.fields()[at].name
                ),
            ));
        }
        function.prepare(&crossing.input)?;
        promises.index = output.index().len();
        let ready = Ready {
            function,
            columns: columns.only(crossing.input.names()),
            input: Arc::new(crossing.input),
            output: Arc::new(crossing.output),
            rows: promises.rows,
            scope: promises.scope,
        };
        Ok(Bound {
            outputs: outputs([&output])?,
            contract: written(&promises)?.into(),
            instance: shared(Arc::new(ready)),
            table: BoundTableRef(Tables::<F>::BOUND.static_as_prefix()),
        })
    })
}

struct Tables<F>(std::marker::PhantomData<F>);

impl<F: PartitionFn> Tables<F> {
    const BOUND: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        drop: drop_shared::<Arc<Ready<F>>>,
        call: unsupported::call,
        open: open::<F>,
        open_aggregate: unsupported::open_aggregate,
    });
    const RUN: &'static WithMetadata<RunTable> = &WithMetadata::new(RunTable {
        drop: drop_owned::<Running<F>>,
        step: one_step::<F>,
    });
}

/// One partition on its way.
struct Running<F> {
    ready: Arc<Ready<F>>,
    hosted: Arc<Hosted>,
    cx: Cx,
    called: bool,
    done: bool,
}

impl<F> Drop for Running<F> {
    fn drop(&mut self) {
        self.hosted.leave();
    }
}

unsafe extern "C" fn open<F: PartitionFn>(
    instance: *const c_void,
    host: Host,
    place: RStr<'_>,
) -> PluginResult<Run> {
    let body = |ready: &Arc<Ready<F>>| -> Result<Run> {
        let hosted = Arc::new(Hosted::new(host, &place)?);
        let running = Running {
            ready: Arc::clone(ready),
            cx: Cx::new(Arc::<Hosted>::clone(&hosted)),
            hosted,
            called: false,
            done: false,
        };
        Ok(Run {
            instance: owned(running),
            table: RunTableRef(Tables::<F>::RUN.static_as_prefix()),
        })
    };
    // SAFETY: the instance is that of a function that was bound by this table, as the contract says.
    unsafe { with_shared(instance, body) }
}

unsafe extern "C" fn one_step<F: PartitionFn>(
    instance: *mut c_void,
    input: u32,
    rows: ArrowArray,
) -> PluginResult<Step> {
    let body = |running: &mut Running<F>| running.step(input, rows);
    // SAFETY: the instance is that of a run that was opened by this table, used by one thread at a time, as the contract says.
    unsafe { with_owned(instance, body) }
}

impl<F: PartitionFn> Running<F> {
    fn step(&mut self, input: u32, rows: ArrowArray) -> Result<Step> {
        let goes_on = |next| Step {
            next,
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
        let returned = ready.function.call(rows, &self.cx)?;
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
            rows: give_batch(&returned),
        })
    }
}
