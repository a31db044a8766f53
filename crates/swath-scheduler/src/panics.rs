//! A panic in a task is that task's error.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use swath_graph::{Shown, values_are_redacted};

use crate::TaskError;

thread_local! {
    static IN_TASK: Cell<bool> = const { Cell::new(false) };
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes where tasks panic, and then does what was done before. Set once for the process; a program that sets a hook of its own
/// later only loses the location in the error.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IN_TASK.get() {
                LOCATION.set(info.location().map(ToString::to_string));
                // What a hook prints may hold values.
                if values_are_redacted() {
                    return;
                }
            }
            before(info);
        }));
    });
}

/// Runs a part of a task.
pub(crate) fn catch<T>(body: impl FnOnce() -> Result<T, TaskError>) -> Result<T, TaskError> {
    let outer = IN_TASK.replace(true);
    // What a task may leave half changed is its own: its outputs are dropped with the unwinding, the rest is behind locks that
    // do not care about poison.
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    IN_TASK.set(outer);
    result.unwrap_or_else(|payload| {
        Err(TaskError::panicked(
            message(payload.as_ref()),
            LOCATION.take(),
        ))
    })
}

/// Calls what may panic, outside a task: a panic is the error [`TaskErrorKind::Panicked`](crate::TaskErrorKind::Panicked) with its
/// message and line.
///
/// # Errors
/// Only that.
///
/// ```
/// let error = swath_scheduler::catch_panics(|| "x".parse::<u8>().expect("a number")).unwrap_err();
/// assert!(error.to_string().contains("a number"));
/// ```
pub fn catch_panics<T>(body: impl FnOnce() -> T) -> Result<T, TaskError> {
    install_hook();
    catch(|| Ok(body()))
}

/// Calls code of a user that is no task: a panic there must not end the thread it happens to be on.
pub(crate) fn contain(what: &'static str, body: impl FnOnce()) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(body)) {
        tracing::error!(target: "swath::run", message = %Shown(message(payload.as_ref())), "{what} panicked");
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a value that is no text".to_owned()
    }
}
