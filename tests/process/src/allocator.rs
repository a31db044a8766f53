//! mimalloc, and the one of its functions that it has no safe name for.
#![expect(
    unsafe_code,
    reason = "`mi_collect` is only there as a foreign function"
)]

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Gives freed memory back to the system now. What other threads freed and still keep for themselves stays with them.
pub fn purge() {
    // SAFETY: it takes no pointer, has no precondition, and may be called on any thread at any time.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
