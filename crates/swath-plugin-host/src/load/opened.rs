//! Which libraries were opened, and whose code a thread runs.

use std::ffi::{c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::path::Path;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

/// What the system knows of an address, as `dlfcn.h` has it.
#[repr(C)]
struct Found {
    file: *const c_char,
    /// Where the library begins in memory.
    library: *const c_void,
    symbol: *const c_char,
    symbol_at: *const c_void,
}

/// What each frame of a stack is told to: go on, or stop, as `unwind.h` has it.
const GO_ON: c_int = 0;
const STOP: c_int = 4;

unsafe extern "C" {
    fn dladdr(address: *const c_void, found: *mut Found) -> c_int;
    fn _Unwind_Backtrace(
        each: unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        of: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIP(frame: *mut c_void) -> *const c_void;
}

/// A library by where it begins in memory.
struct Opened {
    at: *const c_void,
    file: Arc<str>,
}

// SAFETY: the pointer is compared and not followed.
unsafe impl Send for Opened {}

static OPENED: Mutex<Vec<Opened>> = Mutex::new(Vec::new());

/// Remembers the library that something is of, for good: it is never closed.
pub(super) fn remember(of: *const c_void, file: &Path) {
    let Some(at) = library_of(of) else { return };
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if !opened.iter().any(|one| one.at == at) {
        let file = file.to_string_lossy().into();
        opened.push(Opened { at, file });
    }
}

/// The file of the library whose code called what runs now, if there is one on the stack of this thread that was opened here.
pub(super) fn caller() -> Option<Arc<str>> {
    let mut file: Option<Arc<str>> = None;
    // SAFETY: it hands over what `look` takes, which is there until it returns.
    let _ = unsafe { _Unwind_Backtrace(look, ptr::from_mut(&mut file).cast()) };
    file
}

/// Looks at one frame.
///
/// # Safety
/// The frame is one, and the other points to a file that may be found.
unsafe extern "C" fn look(frame: *mut c_void, file: *mut c_void) -> c_int {
    // SAFETY: the caller's word.
    let code = unsafe { _Unwind_GetIP(frame) };
    let Some(at) = library_of(code) else {
        return GO_ON;
    };
    let opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(found) = opened.iter().find(|one| one.at == at) else {
        return GO_ON;
    };
    // SAFETY: the caller's word.
    unsafe { *file.cast() = Some(Arc::clone(&found.file)) };
    STOP
}

/// Where the library begins that something is of.
fn library_of(what: *const c_void) -> Option<*const c_void> {
    let mut found = MaybeUninit::<Found>::zeroed();
    // SAFETY: any address may be asked for, and what is found is written there.
    let is_found = unsafe { dladdr(what, found.as_mut_ptr()) } != 0;
    // SAFETY: zeros are pointers to nowhere.
    let found = unsafe { found.assume_init() };
    is_found.then_some(found.library)
}
