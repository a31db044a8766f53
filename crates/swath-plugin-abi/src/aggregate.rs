//! The states of all groups of one task.

use crate::{ArrowArray, Handed, Status};
use abi_stable::StableAbi;
use std::ffi::c_void;

/// An aggregate at work: the states of its groups. Driven by one thread at a time, not always the same. Dropping it drops them.
#[repr(C)]
#[derive(StableAbi)]
pub struct AggregateRun {
    instance: *mut c_void,
    table: AggregateTableRef,
}

impl AggregateRun {
    /// States, with what can be done with them.
    ///
    /// # Safety
    /// The functions of the table may be called with the instance, by one thread at a time, until `drop` was.
    pub const unsafe fn new(instance: *mut c_void, table: AggregateTableRef) -> Self {
        Self { instance, table }
    }

    /// What the functions of the table are called with.
    pub const fn instance(&self) -> *mut c_void {
        self.instance
    }

    /// What can be done with it.
    pub const fn table(&self) -> AggregateTableRef {
        self.table
    }
}

// SAFETY: it may move between threads; it is used by one at a time, because all but `size` need it mutably.
unsafe impl Send for AggregateRun {}

// SAFETY: the table is where it is.
unsafe impl Handed for AggregateRun {
    const TABLE: Option<(usize, u32)> = Some((std::mem::offset_of!(Self, table), 6));
}

impl Drop for AggregateRun {
    fn drop(&mut self) {
        // SAFETY: the instance is the one that came with this table, and this is the last use of it.
        unsafe { (self.table.drop())(self.instance) }
    }
}

/// What can be done with an [`AggregateRun`].
///
/// Groups are numbered from 0; `groups` is a pointer to as many numbers as there are rows, each less than the number of groups,
/// which never shrinks, or null where all rows are of group 0. There are that many states afterwards, also of groups without a row.
/// After `state` or `finish`, and after a failure, nothing but `drop` may follow. The host that it was opened with is valid until
/// then.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
#[sabi(kind(Prefix(prefix_ref = AggregateTableRef)))]
#[sabi(missing_field(option))]
pub struct AggregateTable {
    /// Drops the states. Never fails.
    pub drop: unsafe extern "C" fn(*mut c_void),
    /// Adds rows: arguments, the group of each, number of groups.
    pub update: unsafe extern "C" fn(*mut c_void, ArrowArray, *const u32, u64) -> Status,
    /// Adds states that came out of [`state`](Self::state) of another run: states, the group of each, number of groups.
    pub merge: unsafe extern "C" fn(*mut c_void, ArrowArray, *const u32, u64) -> Status,
    /// Takes the states out, one row a group.
    pub state: unsafe extern "C" fn(*mut c_void, *mut ArrowArray) -> Status,
    /// Takes the results out, one row a group.
    pub finish: unsafe extern "C" fn(*mut c_void, *mut ArrowArray) -> Status,
    /// Bytes that the states take, about.
    #[sabi(last_prefix_field)]
    pub size: unsafe extern "C" fn(*const c_void) -> u64,
}
