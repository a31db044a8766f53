//! Contracts that are no version of this one: the table of a function is another.

/// A contract whose table of a function has these entries.
macro_rules! contract {
    ($name:ident, { $($field:ident: $type:ty),* $(,)? }, $last:ident: $last_type:ty) => {
        #[expect(dead_code, reason = "only its layout is looked at")]
        pub(crate) mod $name {
            use abi_stable::StableAbi;
            use abi_stable::library::RootModule;
            use abi_stable::sabi_types::VersionStrings;
            use abi_stable::std_types::{RSlice, RStr};
            use swath_plugin_abi::{BindRequest, Bound, Host, Status};

            #[repr(C)]
            #[derive(StableAbi)]
            #[sabi(kind(Prefix(prefix_ref = PluginRef)))]
            #[sabi(missing_field(option))]
            pub(crate) struct Plugin {
                pub(crate) manifest: RStr<'static>,
                pub(crate) init: unsafe extern "C" fn(Host) -> Status,
                #[sabi(last_prefix_field)]
                pub(crate) functions: RSlice<'static, FunctionRef>,
            }

            impl RootModule for PluginRef {
                abi_stable::declare_root_module_statics! {PluginRef}
                const BASE_NAME: &'static str = "swath_plugin";
                const NAME: &'static str = "swath_plugin";
                const VERSION_STRINGS: VersionStrings =
                    abi_stable::package_version_strings!();
            }

            #[repr(C)]
            #[derive(StableAbi)]
            #[sabi(kind(Prefix(prefix_ref = FunctionRef)))]
            #[sabi(missing_field(option))]
            pub(crate) struct Function {
                $(pub(crate) $field: $type,)*
                #[sabi(last_prefix_field)]
                pub(crate) $last: $last_type,
            }
        }
    };
}

contract!(retyped, { name: RStr<'static>, kind: u64 },
    bind: unsafe extern "C" fn(Host, BindRequest<'_>, *mut Bound) -> Status);
contract!(renamed, { name: RStr<'static>, kind: u32 },
    ready: unsafe extern "C" fn(Host, BindRequest<'_>, *mut Bound) -> Status);
contract!(reordered, { kind: u32, name: RStr<'static> },
    bind: unsafe extern "C" fn(Host, BindRequest<'_>, *mut Bound) -> Status);
