//! Which plugin a thread is in: for what it logs there, and so that one that ends the process ends it with an error.

use std::cell::Cell;
use std::ffi::c_int;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::{Arc, Once};

use super::opened;

/// What the process exits with: 70, an internal software error as `sysexits.h` has it.
const CODE: c_int = 70;

/// A call into a plugin.
#[derive(Clone, Copy)]
struct Call {
    /// Plugin and function, or the plugin alone. What it points to outlives the [`Inside`] that it was put here by.
    name: NonNull<str>,
    partition: Option<usize>,
}

thread_local! {
    /// The innermost call that this thread is in.
    static CALL: Cell<Option<Call>> = const { Cell::new(None) };
}

unsafe extern "C" {
    fn atexit(function: extern "C" fn()) -> c_int;
    fn _exit(code: c_int) -> !;
}

/// Ends the process, and runs nothing that is left to be run at its end.
pub(crate) fn leave(code: c_int) -> ! {
    // SAFETY: it ends the process, and nothing runs after it.
    unsafe { _exit(code) }
}

/// Runs on the thread that called `exit`: in a call of a plugin, or one that a plugin began, which is in none.
extern "C" fn at_exit() {
    where_inside(|name, partition| {
        let partition = partition.map(|number| format!(" in partition {number}"));
        let partition = partition.unwrap_or_default();
        fail(&format!(
            "the plugin function `{name}` ended the process{partition}"
        ))
    });
    if let Some(file) = opened::caller() {
        fail(&format!("a thread of the plugin {file} ended the process"))
    }
}

/// Ends the process with an error.
fn fail(words: &str) -> ! {
    let words = format!("{words}: see its code for `exit`; the run counts as failed\n");
    // Standard error may be gone already, and then nobody can be told.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), words.as_bytes());
    leave(CODE)
}

/// Hands over the plugin and function that this thread is in and the number of the partition, if it is in one.
pub(crate) fn where_inside<T>(body: impl FnOnce(&str, Option<usize>) -> T) -> Option<T> {
    let Call { name, partition } = CALL.get()?;
    // SAFETY: the name is borrowed by an `Inside` that lives further up on this thread.
    Some(body(unsafe { name.as_ref() }, partition))
}

/// A call into a plugin, while it lives: an `exit` meanwhile fails the process instead of ending it in peace.
pub(crate) struct Inside<'a> {
    around: Option<Call>,
    of: PhantomData<(&'a str, *const ())>,
}

impl<'a> Inside<'a> {
    /// A call of plugin and function, or of the plugin alone.
    pub(crate) fn new(name: &'a str, partition: Option<usize>) -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // SAFETY: the function may be called at exit, from any thread. If there is no room for it, there is no guard.
            let _ = unsafe { atexit(at_exit) };
        });
        let name = NonNull::from(name);
        Self {
            around: CALL.replace(Some(Call { name, partition })),
            of: PhantomData,
        }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        CALL.set(self.around);
    }
}

/// Something of a plugin, whose drop is a call into it.
pub(crate) struct Guarded<T> {
    of_plugin: ManuallyDrop<T>,
    name: Arc<str>,
}

impl<T> Guarded<T> {
    /// Of this plugin and function.
    pub(crate) fn new(of_plugin: T, name: &Arc<str>) -> Self {
        Self {
            of_plugin: ManuallyDrop::new(of_plugin),
            name: Arc::clone(name),
        }
    }
}

impl<T> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.of_plugin
    }
}

impl<T> DerefMut for Guarded<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.of_plugin
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        let _inside = Inside::new(&self.name, None);
        // SAFETY: it is dropped here and nowhere else, and not looked at again.
        unsafe { ManuallyDrop::drop(&mut self.of_plugin) }
    }
}
