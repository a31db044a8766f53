//! The contract as a later version may have it: each table that a plugin hands over has one entry more, at its end.

#![expect(dead_code, reason = "a plugin makes tables, and the host reads them")]

use std::ffi::c_void;

use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RSlice, RStr};
use swath_plugin_abi::{
    AggregateRun, ArrowArray, ArrowSchema, BindRequest, Host, Listed, Place, Run, Status, Text,
};

/// As it is now, and how it is left.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginRef)))]
#[sabi(missing_field(option))]
pub(crate) struct Plugin {
    pub(crate) manifest: RStr<'static>,
    pub(crate) init: unsafe extern "C" fn(Host) -> Status,
    #[sabi(last_prefix_field)]
    pub(crate) functions: RSlice<'static, FunctionRef>,
    pub(crate) leave: unsafe extern "C" fn() -> Status,
}

impl RootModule for PluginRef {
    abi_stable::declare_root_module_statics! {PluginRef}
    const BASE_NAME: &'static str = "swath_plugin";
    const NAME: &'static str = "swath_plugin";
    const VERSION_STRINGS: VersionStrings = abi_stable::package_version_strings!();
}

/// As it is now, and what it costs.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = FunctionRef)))]
#[sabi(missing_field(option))]
pub(crate) struct Function {
    pub(crate) name: RStr<'static>,
    pub(crate) kind: u32,
    #[sabi(last_prefix_field)]
    pub(crate) bind: unsafe extern "C" fn(Host, BindRequest<'_>, *mut Bound) -> Status,
    pub(crate) cost: u64,
}

/// As it is now.
#[repr(C)]
#[derive(StableAbi)]
pub(crate) struct Bound {
    pub(crate) instance: *mut c_void,
    pub(crate) table: BoundTableRef,
    pub(crate) outputs: ArrowSchema,
    pub(crate) contract: Text,
}

/// As it is now, and what warms it up.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = BoundTableRef)))]
#[sabi(missing_field(option))]
pub(crate) struct BoundTable {
    pub(crate) drop: unsafe extern "C" fn(*mut c_void),
    pub(crate) call:
        unsafe extern "C" fn(*const c_void, Host, Place<'_>, ArrowArray, *mut ArrowArray) -> Status,
    pub(crate) open:
        unsafe extern "C" fn(*const c_void, Host, Place<'_>, ArrowArray, *mut Run) -> Status,
    #[sabi(last_prefix_field)]
    pub(crate) open_aggregate:
        unsafe extern "C" fn(*const c_void, Host, Place<'_>, *mut AggregateRun) -> Status,
    pub(crate) list: Option<unsafe extern "C" fn(*const c_void, Host, *mut Listed) -> Status>,
    pub(crate) open_read: Option<
        unsafe extern "C" fn(
            *const c_void,
            Host,
            Place<'_>,
            RStr<'_>,
            RStr<'_>,
            *mut Run,
        ) -> Status,
    >,
    pub(crate) open_write:
        Option<unsafe extern "C" fn(*const c_void, Host, Place<'_>, RStr<'_>, *mut Run) -> Status>,
    pub(crate) commit:
        Option<unsafe extern "C" fn(*const c_void, Host, RStr<'_>, RStr<'_>) -> Status>,
    pub(crate) abort: Option<unsafe extern "C" fn(*const c_void, Host, RStr<'_>) -> Status>,
    pub(crate) warm: Option<unsafe extern "C" fn(*const c_void, Host) -> Status>,
}
