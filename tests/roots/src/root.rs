//! The root, whole and not, and what is said of it in the file.

#![expect(clippy::panic, reason = "roots that panic are what is tried")]

use std::panic::catch_unwind;

use abi_stable::library::{__call_root_module_loader, RootModuleResult};
use abi_stable::prefix_type::WithMetadata;
use abi_stable::std_types::{RSlice, RStr};
use swath_plugin_abi::{Host, PluginError, Status, code};

use crate::functions::{SAME, STRAY};
use crate::later::{FunctionRef, Plugin, PluginRef};

const MANIFEST: &str = concat!(
    r#"{"abi":"1.7","sdk":"none","panic":"unwind","target":""#,
    env!("SWATH_ROOTS_TARGET"),
    r#"","name":"roots","version":"1.0.0","leaves":"in peace","#,
    r#""functions":[{"name":"same","kind":"scalar","cost":1},{"name":"stray","kind":"scalar","cost":1}]}"#
);

/// What the file says.
// SAFETY: no other symbol of the program has this name.
#[unsafe(no_mangle)]
// SAFETY: it is a section of bytes.
#[cfg_attr(target_os = "linux", unsafe(link_section = ".swath_plugin"))]
#[cfg_attr(
    target_vendor = "apple",
    unsafe(link_section = "__DATA,__swath_plugin")
)]
pub static swath_plugin_manifest_v1: [u8; MANIFEST.len()] =
    *MANIFEST.as_bytes().first_chunk().expect("all of it");

static FUNCTIONS: [FunctionRef; 2] = [
    FunctionRef(SAME.static_as_prefix()),
    FunctionRef(STRAY.static_as_prefix()),
];

/// A plugin that is made ready so.
const fn plugin(init: unsafe extern "C" fn(Host) -> Status) -> Plugin {
    Plugin {
        manifest: RStr::from_str(MANIFEST),
        init,
        functions: RSlice::from_slice(&FUNCTIONS),
        leave,
    }
}

static WHOLE: WithMetadata<Plugin> = WithMetadata::new(plugin(init));
static INIT_THAT_PANICS: WithMetadata<Plugin> = WithMetadata::new(plugin(panicking_init));
static INIT_THAT_EXITS: WithMetadata<Plugin> = WithMetadata::new(plugin(exiting_init));
static UNGUARDED_INIT: WithMetadata<Plugin> = WithMetadata::new(plugin(unguarded_init));

unsafe extern "C" fn init(_: Host) -> Status {
    Status::ok()
}

/// As an SDK has it: the panic is an error.
unsafe extern "C" fn panicking_init(_: Host) -> Status {
    match catch_unwind(|| panic!("not today")) {
        Ok(()) => Status::ok(),
        Err(_) => PluginError::new(code::PANIC, "panicked: not today").into(),
    }
}

unsafe extern "C" fn unguarded_init(_: Host) -> Status {
    panic!("nobody catches it")
}

unsafe extern "C" fn exiting_init(_: Host) -> Status {
    std::process::exit(0)
}

unsafe extern "C" fn leave() -> Status {
    Status::ok()
}

pub(crate) extern "C" fn whole() -> RootModuleResult {
    __call_root_module_loader(|| PluginRef(WHOLE.static_as_prefix()))
}

pub(crate) extern "C" fn of_init_that_panics() -> RootModuleResult {
    __call_root_module_loader(|| PluginRef(INIT_THAT_PANICS.static_as_prefix()))
}

pub(crate) extern "C" fn of_init_that_exits() -> RootModuleResult {
    __call_root_module_loader(|| PluginRef(INIT_THAT_EXITS.static_as_prefix()))
}

pub(crate) extern "C" fn of_unguarded_init() -> RootModuleResult {
    __call_root_module_loader(|| PluginRef(UNGUARDED_INIT.static_as_prefix()))
}

pub(crate) extern "C" fn panics() -> RootModuleResult {
    __call_root_module_loader::<PluginRef>(|| panic!("no root"))
}

pub(crate) extern "C" fn unguarded() -> RootModuleResult {
    panic!("nobody catches it")
}
