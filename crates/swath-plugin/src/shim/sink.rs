//! Sinks behind the boundary.

use std::ffi::c_void;
use std::sync::Arc;

use arrow_array::StringViewArray;
use swath_batch::{Batch, Cx};
use swath_meta::{DType, Field, Meta};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Host, NO_INPUT, Place, PlaceMore,
    Run, RunTable, RunTableRef, Status, Step, code, read_lent, step,
};
use swath_plugin_data::{Columns, give_columns, take_columns};

use super::bind::{outputs, plain, read_one, written};
use super::guard;
use super::hosted::{Asking, Hosted};
use super::instance::{drop_owned, drop_shared, owned, shared, with_owned, with_shared};
use crate::contract::deterministic;
use crate::{Attempt, Error, Result, Sink};

/// A sink with everything that its partitions share.
struct Ready<F> {
    function: F,
    input: Arc<Meta>,
    columns: Columns,
    receipt: Columns,
}

/// Binds a sink.
pub(crate) unsafe extern "C" fn bind_sink<F: Sink>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    let bound = guard(|| {
        let (mut function, (input, columns)) = read_one::<F>(request)?;
        function.bind(&input)?;
        function.prepare(&input)?;
        let receipt = plain([Field::new("receipt", DType::String, false)])?;
        let table = BoundTableRef(Tables::<F>::BOUND.static_as_prefix());
        let (outputs, contract) = (outputs([&receipt])?, written(&deterministic())?.into());
        let ready = Ready {
            function,
            input: Arc::new(input),
            columns,
            receipt: Columns::of_meta(&receipt),
        };
        // SAFETY: the table's functions are those for a shared `Arc<Ready<F>>`.
        Ok(unsafe { Bound::new(shared(Arc::new(ready)), table, outputs, contract) })
    });
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(bound, out) }
}

struct Tables<F>(std::marker::PhantomData<F>);

impl<F: Sink> Tables<F> {
    const BOUND: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        open_write: Some(open_write::<F>),
        commit: Some(commit::<F>),
        abort: Some(abort::<F>),
        ..BoundTable::new(drop_shared::<Arc<Ready<F>>>)
    });
    const RUN: &'static WithMetadata<RunTable> = &WithMetadata::new(RunTable {
        drop: drop_owned::<Running<F>>,
        step: one_step::<F>,
    });
}

/// A partition on its way.
struct Running<F: Sink> {
    ready: Arc<Ready<F>>,
    /// `None` after it ended.
    writing: Option<F::Writing>,
    asking: Asking,
}

unsafe extern "C" fn open_write<F: Sink>(
    instance: *const c_void,
    host: Host,
    place: Place<'_>,
    write: RStr<'_>,
    out: *mut Run,
) -> Status {
    let body = |ready: &Arc<Ready<F>>| -> Result<Run> {
        let attempt = attempt(&write, &place)?;
        let asking = Asking::new(Hosted::new(host, &place, None));
        let running = Running {
            writing: Some(ready.function.open(&attempt, asking.cx())?),
            ready: Arc::clone(ready),
            asking,
        };
        let table = RunTableRef(Tables::<F>::RUN.static_as_prefix());
        // SAFETY: the table's functions are those for an owned `Running<F>`.
        Ok(unsafe { Run::new(owned(running), table) })
    };
    // SAFETY: the instance is that of a sink that was bound by this table, as the contract says.
    let run = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(run, out) }
}

/// Which attempt at this place it is.
fn attempt(write: &str, place: &Place<'_>) -> Result<Attempt> {
    let broken = |why: String| {
        Error::of(
            code::CONTRACT,
            format!("was not told which attempt it is: {why}"),
        )
    };
    let more: PlaceMore =
        serde_json::from_str(&read_lent(place.more)).map_err(|error| broken(error.to_string()))?;
    if more.attempt.is_empty() {
        return Err(broken("it has no name".to_owned()));
    }
    Ok(Attempt::new(write, place.number as usize, more.attempt))
}

unsafe extern "C" fn one_step<F: Sink>(
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

impl<F: Sink> Running<F> {
    fn step(&mut self, input: u32, rows: ArrowArray) -> Result<Step> {
        let broken = |words: String| Error::of(code::CONTRACT, words);
        let Some(writing) = &mut self.writing else {
            return match input {
                NO_INPUT => Ok(Step::next(step::DONE)),
                _ => Err(broken("it got rows after their end".to_owned())),
            };
        };
        if input == NO_INPUT {
            return Ok(Step::next(step::INPUT));
        }
        if input != 0 {
            return Err(broken(format!(
                "it has one input, and got rows of input {input}"
            )));
        }
        let (ready, cx) = (&self.ready, self.asking.cx());
        cx.check()?;
        if !rows.is_released() {
            let (columns, n) = take_columns(rows, &ready.columns)?;
            let rows = Batch::from_arrays(&ready.input, columns, n)?;
            ready.function.push(writing, rows, cx)?;
            return Ok(Step::next(step::INPUT));
        }
        let writing = self
            .writing
            .take()
            .ok_or_else(|| broken("it ended".to_owned()))?;
        let receipt = serde_json::to_string(&ready.function.finish(writing, cx)?)?;
        // What JSON has no word for, as a number that is not finite, is found here and not by `commit`.
        serde_json::from_str::<F::Receipt>(&receipt)
            .map_err(|error| Error::from(error).context("its receipt cannot be read again"))?;
        let receipt = Arc::new(StringViewArray::from_iter_values([receipt]));
        Ok(Step::output(give_columns(&[receipt], &ready.receipt, 1)?))
    }
}

/// Calls with a sink, outside of any partition.
///
/// # Safety
/// The instance is that of a sink that was bound by the table of `F`, and the host is valid until this returns.
unsafe fn ending<F: Sink>(
    instance: *const c_void,
    host: Host,
    body: impl FnOnce(&F, &Cx) -> Result<()>,
) -> Status {
    let body = |ready: &Arc<Ready<F>>| {
        let asking = Asking::new(Hosted::new(host, &Place::ONLY, None));
        body(&ready.function, asking.cx())
    };
    // SAFETY: the caller's word.
    unsafe { with_shared(instance, body) }.into()
}

unsafe extern "C" fn commit<F: Sink>(
    instance: *const c_void,
    host: Host,
    write: RStr<'_>,
    receipts: RStr<'_>,
) -> Status {
    let body = |function: &F, cx: &Cx| {
        let receipts: Vec<F::Receipt> = serde_json::from_str(&receipts).map_err(|error| {
            let words = format!("cannot read the receipts that it wrote: {error}");
            Error::of(code::CONTRACT, words)
        })?;
        function.commit(&write, receipts, cx)
    };
    // SAFETY: the instance is that of a sink that was bound by this table, as the contract says.
    unsafe { ending(instance, host, body) }
}

unsafe extern "C" fn abort<F: Sink>(
    instance: *const c_void,
    host: Host,
    write: RStr<'_>,
) -> Status {
    let body = |function: &F, cx: &Cx| function.abort(&write, cx);
    // SAFETY: as in `commit`.
    unsafe { ending(instance, host, body) }
}
