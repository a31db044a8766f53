//! Where a function runs, as far as whoever binds it knows.

use swath_plugin_abi::{BindRequest, Bound, FunctionRef, Host, Status};

/// What binds a function: its own table, in this process, or what stands for it here.
pub(crate) trait Callee: Send + Sync {
    /// Binds it, as [`Function::bind`](swath_plugin_abi::Function::bind) says.
    ///
    /// # Safety
    /// The host is valid until this returns, and `out` is where a [`Bound`] may be written.
    unsafe fn bind(&self, host: Host, request: BindRequest<'_>, out: *mut Bound) -> Status;
}

impl Callee for FunctionRef {
    unsafe fn bind(&self, host: Host, request: BindRequest<'_>, out: *mut Bound) -> Status {
        // SAFETY: the table is that of a plugin whose layout was checked; the rest is the caller's word.
        unsafe { (FunctionRef::bind(self))(host, request, out) }
    }
}
