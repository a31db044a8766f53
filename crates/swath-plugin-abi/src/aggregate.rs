//! The states of all groups of one task.

use crate::{ArrowArray, PluginResult};
use abi_stable::StableAbi;
use std::ffi::c_void;

/// An aggregate at work: the states of its groups. Driven by one thread at a time, not always the same. Dropping it drops them.
#[repr(C)]
#[derive(StableAbi)]
pub struct AggregateRun {
    /// The plugin's own.
    pub instance: *mut c_void,
    /// What can be done with it.
    pub table: AggregateTableRef,
}

// SAFETY: it may move between threads; it is used by one at a time, because all but `size` need it mutably.
unsafe impl Send for AggregateRun {}

impl Drop for AggregateRun {
    fn drop(&mut self) {
        // SAFETY: the instance is the one that came with this table, and this is the last use of it.
        unsafe { (self.table.drop())(self.instance) }
    }
}

/// What can be done with an [`AggregateRun`].
///
/// Groups are numbered from 0; `groups` is a pointer to as many numbers as there are rows, each less than the number of groups,
/// which never shrinks. There are that many states afterwards, also of groups without a row.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
#[sabi(kind(Prefix(prefix_ref = AggregateTableRef)))]
#[sabi(missing_field(option))]
pub struct AggregateTable {
    /// Drops the states. Never fails.
    pub drop: unsafe extern "C" fn(*mut c_void),
    /// Adds rows: arguments, the group of each, number of groups.
    pub update: unsafe extern "C" fn(*mut c_void, ArrowArray, *const u32, u64) -> PluginResult<()>,
    /// Adds states that came out of [`state`](Self::state) of another run: states, the group of each, number of groups.
    pub merge: unsafe extern "C" fn(*mut c_void, ArrowArray, *const u32, u64) -> PluginResult<()>,
    /// Takes the states out, one row a group, and leaves no group.
    pub state: unsafe extern "C" fn(*mut c_void) -> PluginResult<ArrowArray>,
    /// Takes the results out, one row a group, and leaves no group.
    pub finish: unsafe extern "C" fn(*mut c_void) -> PluginResult<ArrowArray>,
    /// Bytes that the states take, about.
    #[sabi(last_prefix_field)]
    pub size: unsafe extern "C" fn(*const c_void) -> u64,
}
