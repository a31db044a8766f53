//! What a pointer that the host holds points to.

use std::ffi::c_void;

use swath_plugin_abi::{PluginResult, code};

use super::guard::{guard, guard_drop};
use crate::{Error, Result};

/// Makes a pointer of a value, which [`drop_shared`] frees.
pub(super) fn shared<T: Send + Sync>(value: T) -> *mut c_void {
    Box::into_raw(Box::new(value)).cast()
}

/// Calls with a shared value, from any thread. A panic spoils nothing: nothing of it can be changed.
///
/// # Safety
/// The pointer is of [`shared`] with the same `T`, and not freed yet.
pub(super) unsafe fn with_shared<T, R>(
    pointer: *const c_void,
    body: impl FnOnce(&T) -> Result<R>,
) -> PluginResult<R> {
    // SAFETY: the caller's word.
    let value = unsafe { &*pointer.cast::<T>() };
    guard(|| body(value))
}

/// A value that one thread at a time uses, unusable after a panic: what that half changed is not looked at again.
struct Owned<T> {
    value: T,
    is_poisoned: bool,
}

/// Makes a pointer of a value, which [`drop_owned`] frees.
pub(super) fn owned<T: Send>(value: T) -> *mut c_void {
    Box::into_raw(Box::new(Owned {
        value,
        is_poisoned: false,
    }))
    .cast()
}

/// Calls with a value that nobody else uses.
///
/// # Safety
/// The pointer is of [`owned`] with the same `T`, not freed yet, and used by nobody else meanwhile.
pub(super) unsafe fn with_owned<T, R>(
    pointer: *mut c_void,
    body: impl FnOnce(&mut T) -> Result<R>,
) -> PluginResult<R> {
    // SAFETY: the caller's word.
    let owned = unsafe { &mut *pointer.cast::<Owned<T>>() };
    let result = guard(|| {
        if owned.is_poisoned {
            return Err(Error::of(
                code::PANIC,
                "it panicked before and cannot go on; begin the partition anew",
            ));
        }
        body(&mut owned.value)
    });
    if let Err(error) = &result
        && error.code == code::PANIC
    {
        owned.is_poisoned = true;
    }
    result
}

/// Frees a value.
///
/// # Safety
/// The pointer is of [`shared`] with the same `T`, and this is its last use.
pub(super) unsafe extern "C" fn drop_shared<T>(pointer: *mut c_void) {
    // SAFETY: the caller's word.
    let value = unsafe { Box::from_raw(pointer.cast::<T>()) };
    guard_drop(|| drop(value));
}

/// Frees a value.
///
/// # Safety
/// The pointer is of [`owned`] with the same `T`, and this is its last use.
pub(super) unsafe extern "C" fn drop_owned<T>(pointer: *mut c_void) {
    // SAFETY: the caller's word.
    let owned = unsafe { Box::from_raw(pointer.cast::<Owned<T>>()) };
    guard_drop(|| drop(owned));
}
