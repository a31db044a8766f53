//! What a host does for a function while it runs.

use abi_stable::StableAbi;
use abi_stable::std_types::RStr;
use std::ffi::c_void;

/// The host's side of one run: its functions, and what they need to be called with. Valid until the run is dropped.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct Host {
    /// Handed to each function of the table, and nothing to a plugin.
    pub context: *const c_void,
    /// The functions.
    pub table: HostTableRef,
}

// SAFETY: a host's functions may be called from any thread, several at once: `HostTable` says so.
unsafe impl Send for Host {}
// SAFETY: see above.
unsafe impl Sync for Host {}

/// The functions of a host. Each may be called from any thread, by several at once, as long as the [`Host`] is valid.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
#[sabi(kind(Prefix(prefix_ref = HostTableRef)))]
#[sabi(missing_field(option))]
pub struct HostTable {
    /// Says something of a [`level`](crate::level): the place in the code, and the words. What is above the highest level that is
    /// listened to need not be said.
    pub log: unsafe extern "C" fn(*const c_void, u32, RStr<'_>, RStr<'_>),
    /// The highest [`level`](crate::level) that anybody listens to, or 0.
    pub max_level: unsafe extern "C" fn(*const c_void) -> u32,
    /// Whether the run should stop. Costs some nanoseconds.
    pub is_cancelled: unsafe extern "C" fn(*const c_void) -> bool,
    /// How much is done, of how much.
    pub progress: unsafe extern "C" fn(*const c_void, u64, u64),
    /// Asks for this many bytes, or gives them back if negative; `false` where there is no room.
    #[sabi(last_prefix_field)]
    pub reserve: unsafe extern "C" fn(*const c_void, i64) -> bool,
}

/// Levels of what is logged, as those of the crate `log`.
pub mod level {
    /// Something failed.
    pub const ERROR: u32 = 1;
    /// Something is odd.
    pub const WARN: u32 = 2;
    /// Something happened.
    pub const INFO: u32 = 3;
    /// For whoever looks for a fault.
    pub const DEBUG: u32 = 4;
    /// All of it.
    pub const TRACE: u32 = 5;
}
