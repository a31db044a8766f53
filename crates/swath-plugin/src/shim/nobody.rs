//! A host for tests.

use std::ffi::c_void;

use swath_plugin_abi as abi;
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;

/// A host that never stops anything, refuses nothing and says nothing: what a function is run with in tests.
pub(crate) fn nobody() -> abi::Host {
    unsafe extern "C" fn log(_: *const c_void, _: u32, _: RStr<'_>, _: RStr<'_>) {}
    unsafe extern "C" fn max_level(_: *const c_void) -> u32 {
        0
    }
    unsafe extern "C" fn is_cancelled(_: *const c_void) -> bool {
        false
    }
    unsafe extern "C" fn progress(_: *const c_void, _: u64, _: u64) {}
    unsafe extern "C" fn reserve(_: *const c_void, _: i64) -> bool {
        true
    }
    const TABLE: &WithMetadata<abi::HostTable> = &WithMetadata::new(abi::HostTable {
        log,
        max_level,
        is_cancelled,
        progress,
        reserve,
    });
    abi::Host {
        context: std::ptr::null(),
        table: abi::HostTableRef(TABLE.static_as_prefix()),
    }
}
