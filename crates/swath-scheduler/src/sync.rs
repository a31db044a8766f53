//! The one door to threads and locks, so that a model checker can stand in for them (`--cfg shuttle`).

#[cfg(shuttle)]
pub(crate) use shuttle::{
    sync::{Condvar, Mutex, MutexGuard, atomic},
    thread, thread_local,
};
#[cfg(not(shuttle))]
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard, atomic},
    thread, thread_local,
};

/// Starts a helper that a scope joins.
#[cfg(not(shuttle))]
pub(crate) fn spawn_scoped<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    name: &str,
    body: impl FnOnce() + Send + 'scope,
) -> std::io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn_scoped(scope, body).map(drop)
}

/// The same in a model, where a thread is always to be had.
#[cfg(shuttle)]
pub(crate) fn spawn_scoped<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    _name: &str,
    body: impl FnOnce() + Send + 'scope,
) -> std::io::Result<()> {
    scope.spawn(body);
    Ok(())
}

/// Locks, whether or not another thread panicked meanwhile: no code of a user runs under a lock of this crate, and its own
/// changes under a lock are complete or not begun.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
