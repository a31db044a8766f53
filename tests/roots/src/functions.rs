//! Two functions in expressions: one that gives back its arguments, and one that panics where nobody catches it.

#![expect(clippy::panic, reason = "a panic that nobody catches is what is tried")]

use std::ffi::c_void;
use std::ptr;

use abi_stable::prefix_type::WithMetadata;
use abi_stable::std_types::RStr;
use swath_plugin_abi::{ArrowArray, BindRequest, Host, Place, Status, Text, kind};

use crate::later::{Bound, BoundTable, BoundTableRef, Function};

pub(crate) static SAME: WithMetadata<Function> = WithMetadata::new(Function {
    name: RStr::from_str("same"),
    kind: kind::SCALAR,
    bind: bind_same,
    cost: 1,
});

pub(crate) static STRAY: WithMetadata<Function> = WithMetadata::new(Function {
    name: RStr::from_str("stray"),
    kind: kind::SCALAR,
    bind: bind_stray,
    cost: 1,
});

/// What can be done with a function whose call this is.
const fn table(
    call: unsafe extern "C" fn(
        *const c_void,
        Host,
        Place<'_>,
        ArrowArray,
        *mut ArrowArray,
    ) -> Status,
) -> BoundTable {
    let nothing = swath_plugin_abi::BoundTable::new(drop_nothing);
    BoundTable {
        drop: nothing.drop,
        call,
        open: nothing.open,
        open_aggregate: nothing.open_aggregate,
        list: None,
        open_read: None,
        open_write: None,
        commit: None,
        abort: None,
        warm: None,
    }
}

static SAME_TABLE: WithMetadata<BoundTable> = WithMetadata::new(table(give_back));
static STRAY_TABLE: WithMetadata<BoundTable> = WithMetadata::new(table(panic_unguarded));

unsafe extern "C" fn bind_same(_: Host, request: BindRequest<'_>, out: *mut Bound) -> Status {
    let table = BoundTableRef(SAME_TABLE.static_as_prefix());
    // SAFETY: the caller's word.
    unsafe { bind(request, table, out) }
}

unsafe extern "C" fn bind_stray(_: Host, request: BindRequest<'_>, out: *mut Bound) -> Status {
    let table = BoundTableRef(STRAY_TABLE.static_as_prefix());
    // SAFETY: the caller's word.
    unsafe { bind(request, table, out) }
}

/// What comes out has the columns of what goes in.
///
/// # Safety
/// As of [`Status::give`].
unsafe fn bind(request: BindRequest<'_>, table: BoundTableRef, out: *mut Bound) -> Status {
    let bound = Bound {
        instance: ptr::null_mut(),
        table,
        outputs: request.inputs,
        contract: Text::from(r#"{"is_deterministic":true,"is_warm":false}"#.to_owned()),
    };
    // SAFETY: the caller's word.
    unsafe { Status::give(Ok(bound), out) }
}

unsafe extern "C" fn give_back(
    _: *const c_void,
    _: Host,
    _: Place<'_>,
    arguments: ArrowArray,
    out: *mut ArrowArray,
) -> Status {
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(Ok(arguments), out) }
}

unsafe extern "C" fn panic_unguarded(
    _: *const c_void,
    _: Host,
    _: Place<'_>,
    _: ArrowArray,
    _: *mut ArrowArray,
) -> Status {
    panic!("nobody catches it")
}

/// Nothing is kept between calls.
unsafe extern "C" fn drop_nothing(_: *mut c_void) {}
