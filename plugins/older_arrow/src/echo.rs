//! `older_arrow.echo`.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_schema::{ArrowError, DataType};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Contract, Divisions, Function, Host,
    NO_INPUT, Order, Place, PluginError, PluginResult, RowCount, Run, RunTable, RunTableRef, Scope,
    Status, Step, Text, code, kind, read_lent, step,
};

use crate::arrow::{give_rows, give_schema, read_rows, read_schema, rewritten};

/// The function, for the list of the plugin.
pub(crate) static ECHO: WithMetadata<Function> = WithMetadata::new(Function {
    name: RStr::from_str("echo"),
    kind: kind::PARTITION,
    bind,
});

/// What it is bound to.
struct Echo {
    /// Each value is written anew; else the very buffers go back.
    is_rewriting: bool,
    /// Rows as a struct.
    columns: DataType,
}

/// One partition.
struct Running {
    echo: Arc<Echo>,
    is_done: bool,
}

/// An answer; a panic is one as well.
fn guarded<T>(body: impl FnOnce() -> PluginResult<T>) -> PluginResult<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|thrown| {
        // Dropping it may panic again.
        std::mem::forget(thrown);
        Err(PluginError::new(code::PANIC, "panicked"))
    })
}

/// What this Arrow answers; an error of it as one that may cross.
fn answered<T>(result: Result<T, ArrowError>) -> PluginResult<T> {
    result.map_err(|error| PluginError::new(code::FUNCTION, error.to_string()))
}

fn refused(words: impl Into<String>) -> PluginError {
    PluginError::new(code::META, words)
}

unsafe extern "C" fn bind(_: Host, request: BindRequest<'_>, out: *mut Bound) -> Status {
    let bound = guarded(|| {
        let inputs = answered(read_schema(request.inputs))?;
        let [input] = &inputs.fields[..] else {
            return Err(refused("it takes one frame"));
        };
        let echo = Echo {
            is_rewriting: is_rewriting(&read_lent(request.params))?,
            columns: input.data_type().clone(),
        };
        let contract = Contract {
            rows: RowCount::Same,
            order: Order::Kept,
            divisions: Divisions::Kept,
            scope: Scope::Chunk,
            is_deterministic: true,
            ..Contract::default()
        };
        let contract =
            serde_json::to_string(&contract).map_err(|error| refused(error.to_string()))?;
        let outputs = answered(give_schema(&inputs))?;
        let instance = Box::into_raw(Box::new(Arc::new(echo)));
        // SAFETY: the functions of the table take what `instance` points to.
        Ok(unsafe {
            Bound::new(
                instance.cast(),
                BoundTableRef(BOUND.static_as_prefix()),
                outputs,
                Text::from(contract),
            )
        })
    });
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(bound, out) }
}

/// The parameter `how`.
fn is_rewriting(params: &str) -> PluginResult<bool> {
    let wrong = |words: String| PluginError::new(code::PARAMETERS, words);
    let params: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(params).map_err(|error| wrong(error.to_string()))?;
    if let Some(unknown) = params.keys().find(|name| *name != "how") {
        return Err(wrong(format!(
            "there is no parameter `{unknown}`: it has `how`"
        )));
    }
    match params.get("how").and_then(serde_json::Value::as_str) {
        None if params.is_empty() => Ok(true),
        Some("rewrite") => Ok(true),
        Some("move") => Ok(false),
        _ => Err(wrong("`how` is `move` or `rewrite`".to_owned())),
    }
}

static BOUND: WithMetadata<BoundTable> = WithMetadata::new(BoundTable {
    open,
    ..BoundTable::new(drop_of::<Arc<Echo>>)
});

static RUN: WithMetadata<RunTable> = WithMetadata::new(RunTable {
    drop: drop_of::<Running>,
    step: one_step,
});

/// # Safety
/// The pointer is of a `Box<T>`, and this is its last use.
unsafe extern "C" fn drop_of<T>(instance: *mut c_void) {
    // SAFETY: the caller's word. Nothing of it panics when it is dropped.
    drop(unsafe { Box::from_raw(instance.cast::<T>()) });
}

unsafe extern "C" fn open(
    instance: *const c_void,
    _: Host,
    _: Place<'_>,
    _: ArrowArray,
    out: *mut Run,
) -> Status {
    // SAFETY: the instance is what `bind` made, and is there until it is dropped.
    let echo = unsafe { &*instance.cast::<Arc<Echo>>() };
    let running = Running {
        echo: Arc::clone(echo),
        is_done: false,
    };
    let instance = Box::into_raw(Box::new(running)).cast();
    // SAFETY: the functions of the table take what `instance` points to.
    let run = unsafe { Run::new(instance, RunTableRef(RUN.static_as_prefix())) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(Ok(run), out) }
}

unsafe extern "C" fn one_step(
    instance: *mut c_void,
    input: u32,
    rows: ArrowArray,
    out: *mut Step,
) -> Status {
    // SAFETY: the instance is what `open` made, and one thread at a time uses it.
    let running = unsafe { &mut *instance.cast::<Running>() };
    let next = guarded(|| running.step(input, rows));
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(next, out) }
}

impl Running {
    fn step(&mut self, input: u32, rows: ArrowArray) -> PluginResult<Step> {
        if input != NO_INPUT && !rows.is_released() {
            // SAFETY: the host hands over rows of what the function was bound to.
            let rows = answered(unsafe { read_rows(rows, &self.echo.columns) })?;
            let rows = if self.echo.is_rewriting {
                answered(rewritten(&rows))?
            } else {
                rows
            };
            return Ok(Step::output(give_rows(&rows)));
        }
        self.is_done |= input != NO_INPUT;
        let next = if self.is_done {
            step::DONE
        } else {
            step::INPUT
        };
        Ok(Step::next(next))
    }
}
