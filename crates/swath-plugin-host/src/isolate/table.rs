//! The table of a function that is bound in workers: as of one in this process, so everything around a call is the same for both.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    AggregateRun, ArrowArray, Bound, BoundTable, BoundTableRef, Host, Listed, Place, PluginResult,
    Run, Status, read_lent,
};
use swath_plugin_data::give_metas;

use super::bound::{BoundElsewhere, odd};
use super::{groups, partition};

/// What is bound, as it is called.
pub(super) fn bound(of: BoundElsewhere, contract: String) -> PluginResult<Bound> {
    let outputs = give_metas(&of.declared.outputs).map_err(odd)?;
    let instance = Arc::into_raw(Arc::new(of)).cast_mut().cast();
    let table = BoundTableRef(TABLE.static_as_prefix());
    // SAFETY: the table is that of such instances, which are used until they are dropped.
    Ok(unsafe { Bound::new(instance, table, outputs, contract.into()) })
}

/// Ends a call of a table: no panic of ours crosses.
///
/// # Safety
/// `out` is where whoever called wants a `T`.
pub(super) unsafe fn give<T>(out: *mut T, body: impl FnOnce() -> PluginResult<T>) -> Status {
    let result = catch_unwind(AssertUnwindSafe(body));
    let result = result.unwrap_or_else(|_| Err(odd("the side of the host panicked")));
    // SAFETY: the caller's word.
    unsafe { Status::give(result, out) }
}

const TABLE: &WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
    drop: drop_bound,
    call,
    open,
    open_aggregate,
    list: Some(list),
    open_read: Some(open_read),
    open_write: Some(open_write),
    commit: Some(commit),
    abort: Some(abort),
});

/// The instance behind a pointer.
///
/// # Safety
/// It is one of this table that was not dropped.
unsafe fn instance(pointer: *const c_void) -> Arc<BoundElsewhere> {
    let pointer = pointer.cast::<BoundElsewhere>();
    // SAFETY: `bound` made it of an `Arc`, of which the pointer holds one.
    unsafe { Arc::increment_strong_count(pointer) };
    // SAFETY: it is one more just now.
    unsafe { Arc::from_raw(pointer) }
}

unsafe extern "C" fn drop_bound(pointer: *mut c_void) {
    // SAFETY: `bound` made it of an `Arc`, and this is the last use of it.
    drop(unsafe { Arc::from_raw(pointer.cast::<BoundElsewhere>()) });
}

unsafe extern "C" fn call(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    rows: ArrowArray,
    out: *mut ArrowArray,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    // SAFETY: the caller's word.
    unsafe { give(out, || bound.call(host, &place, rows)) }
}

unsafe extern "C" fn open(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    boundaries: ArrowArray,
    out: *mut Run,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    // SAFETY: the caller's word.
    unsafe { give(out, || partition::open(bound, host, &place, boundaries)) }
}

unsafe extern "C" fn list(pointer: *const c_void, host: Host, out: *mut Listed) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    // SAFETY: the caller's word.
    unsafe { give(out, || bound.list(host)) }
}

unsafe extern "C" fn open_read(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    about: RStr<'_>,
    wanted: RStr<'_>,
    out: *mut Run,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    let read = (
        read_lent(about).into_owned(),
        read_lent(wanted).into_owned(),
    );
    // SAFETY: the caller's word.
    unsafe { give(out, || partition::read(bound, host, &place, read)) }
}

unsafe extern "C" fn open_aggregate(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    out: *mut AggregateRun,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    // SAFETY: the caller's word.
    unsafe { give(out, || groups::open(bound, host, &place)) }
}

unsafe extern "C" fn open_write(
    pointer: *const c_void,
    host: Host,
    place: Place<'_>,
    write: RStr<'_>,
    out: *mut Run,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    let write = read_lent(write).into_owned();
    // SAFETY: the caller's word.
    unsafe { give(out, || partition::write(bound, host, &place, write)) }
}

unsafe extern "C" fn commit(
    pointer: *const c_void,
    host: Host,
    write: RStr<'_>,
    receipts: RStr<'_>,
) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    let body = || bound.commit(host, &read_lent(write), &read_lent(receipts));
    let mut nothing = ();
    // SAFETY: it is where nothing is written.
    unsafe { give(&raw mut nothing, body) }
}

unsafe extern "C" fn abort(pointer: *const c_void, host: Host, write: RStr<'_>) -> Status {
    // SAFETY: it is an instance of this table.
    let bound = unsafe { instance(pointer) };
    let mut nothing = ();
    // SAFETY: it is where nothing is written.
    unsafe { give(&raw mut nothing, || bound.abort(host, &read_lent(write))) }
}
