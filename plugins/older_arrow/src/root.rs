//! The two symbols that make a library a plugin.

use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::{RSlice, RStr};
use swath_plugin_abi::{FunctionRef, Host, Plugin, PluginRef, Status};

use crate::echo::ECHO;

macro_rules! manifest {
    ($target:literal) => {
        concat!(
            r#"{"abi":"1.1","sdk":"none","panic":"unwind","target":""#,
            $target,
            r#"","name":""#,
            env!("CARGO_PKG_NAME"),
            r#"","version":""#,
            env!("CARGO_PKG_VERSION"),
            r#"","description":""#,
            env!("CARGO_PKG_DESCRIPTION"),
            r#"","license":""#,
            env!("CARGO_PKG_LICENSE"),
            r#"","functions":[{"name":"echo","kind":"partition","doc":"Gives back the rows that it gets, through an Arrow of another time.","#,
            r#""params":[{"name":"how","type":"string","doc":"`rewrite`: each value is written anew; `move`: the very buffers go back.","default":"rewrite"}],"#,
            r#""example":{"input":"n: int64?, x: float64, s: string?, c: category?"}}]}"#
        )
    };
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
const MANIFEST: &str = manifest!("x86_64-linux");
#[cfg(all(target_arch = "aarch64", target_os = "linux"))]
const MANIFEST: &str = manifest!("aarch64-linux");
#[cfg(all(target_arch = "x86_64", target_os = "macos"))]
const MANIFEST: &str = manifest!("x86_64-macos");
#[cfg(all(target_arch = "aarch64", target_os = "macos"))]
const MANIFEST: &str = manifest!("aarch64-macos");

static FUNCTIONS: [FunctionRef; 1] = [FunctionRef(ECHO.static_as_prefix())];

static PLUGIN: WithMetadata<Plugin> = WithMetadata::new(Plugin {
    manifest: RStr::from_str(MANIFEST),
    init,
    functions: RSlice::from_slice(&FUNCTIONS),
});

/// Nothing has to be made ready.
unsafe extern "C" fn init(_: Host) -> Status {
    Status::ok()
}

/// The plugin, for programs that link it.
pub fn plugin() -> PluginRef {
    PluginRef(PLUGIN.static_as_prefix())
}

#[cfg(swath_plugin_export)]
mod exported {
    use super::{MANIFEST, PluginRef, plugin};
    use swath_plugin_abi::abi_stable::library::{
        __call_root_module_loader, CheckTypeLayout, LibHeader, RootModuleResult,
    };

    #[unsafe(no_mangle)]
    #[cfg_attr(target_os = "linux", unsafe(link_section = ".swath_plugin"))]
    #[cfg_attr(
        target_vendor = "apple",
        unsafe(link_section = "__DATA,__swath_plugin")
    )]
    pub static swath_plugin_manifest_v1: [u8; MANIFEST.len()] =
        *MANIFEST.as_bytes().first_chunk().expect("all of it");

    extern "C" fn root() -> RootModuleResult {
        // What the linker must not drop is used.
        std::hint::black_box(&swath_plugin_manifest_v1);
        __call_root_module_loader(plugin)
    }

    // SAFETY: `root` answers with a `PluginRef`.
    #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
    pub static HEADER: LibHeader =
        unsafe { LibHeader::from_constructor::<PluginRef>(root, CheckTypeLayout::Yes) };
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_manifest_says_what_there_is() {
        let manifest: swath_plugin_abi::Manifest =
            serde_json::from_str(super::MANIFEST).expect("it is JSON");
        assert_eq!(manifest.name, "older_arrow");
        assert_eq!(manifest.abi, swath_plugin_abi::VERSION);
        assert_eq!(manifest.functions[0].name, "echo");
    }
}
