//! What authors of plugins write in front of functions and types. Use them from `swath-plugin`, which documents them.
//!
//! This crate refuses to know more than tokens: what it writes are paths into `swath-plugin`.

mod docs;
mod params;
mod plugin;
mod scalar;

use proc_macro::TokenStream;

/// Makes a struct a function's parameters: see the trait of the same name.
#[proc_macro_derive(Params, attributes(param))]
pub fn derive_params(item: TokenStream) -> TokenStream {
    params::derive(&syn::parse_macro_input!(item))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes a Rust function of one to six values a function that expressions can call: one result a row.
///
/// Arguments are `bool`, integers, floats, `&str`, `String`, or an `Option` of one; the result is one of them but `&str`, an
/// `Option` where `None` is null, or a `Result` of either. An argument that is no `Option` never sees a null: in a row where it
/// would, the result is null and the function is not called. The function itself stays as it is; beside it there is a type of the
/// same name, for [`plugin!`](macro@plugin).
#[proc_macro_attribute]
pub fn scalar(arguments: TokenStream, item: TokenStream) -> TokenStream {
    scalar::expand(&arguments.into(), &syn::parse_macro_input!(item))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes a crate a plugin: `plugin! { functions: [haversine_km, VisitStarts] }`, once, in the root of the crate.
///
/// Its name is that of the crate with `_` for `-`, unless `name: "geo",` says otherwise; version, description, licence and
/// repository are those of `Cargo.toml`. It writes a function `plugin()`, for programs that link the crate, and, where
/// `swath plugin build` builds it, what makes the library a plugin.
#[proc_macro]
pub fn plugin(list: TokenStream) -> TokenStream {
    plugin::expand(syn::parse_macro_input!(list)).into()
}
