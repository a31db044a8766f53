//! No panic crosses the boundary.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

use swath_plugin_abi::{PluginError, PluginResult, code};

thread_local! {
    /// What the last panic of this thread said and where, until somebody catches it.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Takes over the panics of this library: what they say goes to the host and not to standard error. Only for a library that is
/// alone with its copy of std.
pub(crate) fn take_over_panics() {
    static ONCE: Once = Once::new();
    // In the place of what `listen` may have set.
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let text = noted(panic);
            log::error!("panicked: {text}");
        }));
    });
}

/// Notes where functions panic that are part of a program, and then does what the program does.
fn listen() {
    static ONCE: Once = Once::new();
    // The hook cannot be changed on a thread that is panicking.
    if ONCE.is_completed() || std::thread::panicking() {
        return;
    }
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            noted(panic);
            before(panic);
        }));
    });
}

/// Keeps what a panic says and where, for who catches it.
fn noted(panic: &PanicHookInfo<'_>) -> String {
    let words = words(panic.payload());
    let place = panic
        .location()
        .map(|at| format!(", {}:{}", at.file(), at.line()));
    let text = format!("{words}{}", place.unwrap_or_default());
    // A thread that ends has none any more.
    let _ = LAST.try_with(|last| last.replace(Some(text.clone())));
    text
}

/// What the last panic of this thread said, if nobody took it yet. A thread that ends has none any more.
fn take_last() -> Option<String> {
    LAST.try_with(RefCell::take).ok().flatten()
}

/// What was thrown, if it is a text.
fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a word")
}

/// Calls it; a panic is an error with its words.
pub(crate) fn guard<T>(body: impl FnOnce() -> crate::Result<T>) -> PluginResult<T> {
    listen();
    // What an earlier panic said that somebody else caught is not what this one says.
    let _ = take_last();
    // What was half changed is not used again: `with_owned` sees to it.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.into()),
        Err(payload) => {
            let words = take_last().unwrap_or_else(|| words(&*payload).to_owned());
            // Dropping what was thrown may panic as well.
            std::mem::forget(payload);
            Err(PluginError::new(code::PANIC, format!("panicked: {words}")))
        }
    }
}

/// Calls what gives no answer.
pub(crate) fn guard_drop(body: impl FnOnce()) {
    let _ = guard(|| {
        body();
        Ok(())
    });
}
