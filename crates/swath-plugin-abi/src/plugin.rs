//! The root of a plugin.

use crate::{FunctionRef, Host, Status};
use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RSlice, RStr};

/// What a plugin exports.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginRef)))]
#[sabi(missing_field(option))]
pub struct Plugin {
    /// The [`Manifest`](crate::Manifest) as JSON, the same that stands in the file.
    pub manifest: RStr<'static>,
    /// Called once after loading, before anything else: the plugin takes over its own panics and logs. The host is valid until the
    /// process ends.
    pub init: unsafe extern "C" fn(Host) -> Status,
    /// Its functions.
    #[sabi(last_prefix_field)]
    pub functions: RSlice<'static, FunctionRef>,
}

impl RootModule for PluginRef {
    abi_stable::declare_root_module_statics! {PluginRef}
    const BASE_NAME: &'static str = "swath_plugin";
    const NAME: &'static str = "swath_plugin";
    const VERSION_STRINGS: VersionStrings = abi_stable::package_version_strings!();
}

/// What a plugin exports that was not written in Rust, as the symbol [`PLAIN_ROOT_SYMBOL`](crate::PLAIN_ROOT_SYMBOL): nothing
/// compares its layout, so it has to be compiled with the header of this contract.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct PlainRoot {
    /// The version of this contract that it was built for: 1. Another one is refused.
    pub major: u32,
    /// What was added to that: any.
    pub minor: u32,
    /// The plugin.
    pub plugin: PluginRef,
}
