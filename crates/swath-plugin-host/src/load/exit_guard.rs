//! A plugin that ends the process ends it with an error.

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::sync::Once;

/// What the process exits with: 70, an internal software error as `sysexits.h` has it.
const CODE: c_int = 70;

thread_local! {
    /// How many calls into plugins this thread is in.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

unsafe extern "C" {
    fn atexit(function: extern "C" fn()) -> c_int;
    fn _exit(code: c_int) -> !;
}

/// Runs on the thread that called `exit`.
extern "C" fn at_exit() {
    if DEPTH.get() > 0 {
        let words = b"a plugin function ended the process: see its code for `exit`; the run counts as failed\n";
        // Standard error may be gone already, and then nobody can be told.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), words);
        // SAFETY: it ends the process, and nothing runs after it.
        unsafe { _exit(CODE) }
    }
}

/// A call into a plugin, while it lives: an `exit` meanwhile fails the process instead of ending it in peace.
pub(crate) struct Inside(());

impl Inside {
    pub(crate) fn new() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // SAFETY: the function may be called at exit, from any thread. If there is no room for it, there is no guard.
            let _ = unsafe { atexit(at_exit) };
        });
        DEPTH.set(DEPTH.get() + 1);
        Self(())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Something of a plugin, whose drop is a call into it.
pub(crate) struct Guarded<T>(ManuallyDrop<T>);

impl<T> Guarded<T> {
    pub(crate) fn new(of_plugin: T) -> Self {
        Self(ManuallyDrop::new(of_plugin))
    }
}

impl<T> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Guarded<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        let _inside = Inside::new();
        // SAFETY: it is dropped here and nowhere else, and not looked at again.
        unsafe { ManuallyDrop::drop(&mut self.0) }
    }
}
