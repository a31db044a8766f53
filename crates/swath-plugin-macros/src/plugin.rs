//! `plugin!`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Path, Token, bracketed};

use crate::docs;

/// `name: "geo", functions: [haversine_km, VisitStarts]`.
pub(crate) struct List {
    name: Option<LitStr>,
    functions: Vec<Path>,
}

impl Parse for List {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (mut name, mut functions) = (None, None);
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            input.parse::<Token![:]>()?;
            if key == "name" {
                let text: LitStr = input.parse()?;
                let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                if text.value().is_empty() || !text.value().chars().all(is_word) {
                    return Err(syn::Error::new(
                        text.span(),
                        "the name of a plugin may have letters, digits and `_`",
                    ));
                }
                name = Some(text);
            } else if key == "functions" {
                let content;
                bracketed!(content in input);
                let paths = Punctuated::<Path, Token![,]>::parse_terminated(&content)?;
                functions = Some(paths.into_iter().collect());
            } else {
                return Err(syn::Error::new(
                    key.span(),
                    "a plugin has a `name` and `functions`: `plugin! { functions: [haversine_km, VisitStarts] }`",
                ));
            }
            if input.is_empty() {
                break;
            }
            input.parse::<Token![,]>()?;
        }
        let functions: Vec<Path> = functions.unwrap_or_default();
        if functions.is_empty() {
            return Err(syn::Error::new(
                proc_macro2::Span::call_site(),
                "a plugin without functions: `plugin! { functions: [haversine_km] }`",
            ));
        }
        Ok(Self { name, functions })
    }
}

/// A path as it goes from a module below the one that it was written in.
fn from_inside(mut path: Path) -> Path {
    let Some(first) = path.segments.first_mut() else {
        return path;
    };
    let up = Ident::new("super", first.ident.span());
    if first.ident == "self" {
        first.ident = up;
    } else if first.ident == "super" {
        path.segments.insert(0, up.into());
    }
    path
}

pub(crate) fn expand(list: List) -> TokenStream {
    let List { name, functions } = list;
    let of_crate = |key: &str| std::env::var(format!("CARGO_PKG_{key}")).unwrap_or_default();
    let name = name.map_or_else(|| of_crate("NAME").replace('-', "_"), |name| name.value());
    let words = [
        ("name", name),
        ("version", of_crate("VERSION")),
        ("description", of_crate("DESCRIPTION")),
        ("license", of_crate("LICENSE")),
        ("repository", of_crate("REPOSITORY")),
    ];
    let words = words.map(|(key, value)| format!("\"{key}\":{}", docs::json(&value)));
    let own = format!("],{},\"functions\":[", words.join(","));
    let functions: Vec<Path> = functions.into_iter().map(from_inside).collect();
    let count = functions.len();
    let entries = functions.iter().enumerate().map(|(at, function)| {
        let comma = if at == 0 { "" } else { "," };
        quote!(&[#comma], &__export::entry::<_, #function>())
    });
    quote! {
        #[cfg(panic = "abort")]
        ::core::compile_error!("a plugin must be built with panic = \"unwind\": a panic in it is an error of the query, not the end of the host");

        /// The plugin, for programs that link it: `Session::builder().plugin(…)`.
        pub fn plugin() -> ::swath_plugin::export::RootRef {
            static ROOT: ::swath_plugin::export::Static<::swath_plugin::export::Root> =
                ::swath_plugin::export::linked(__swath_plugin::__MANIFEST, &__swath_plugin::__FUNCTIONS);
            ::swath_plugin::export::RootRef(ROOT.static_as_prefix())
        }

        #[doc(hidden)]
        #[allow(unexpected_cfgs, reason = "one is set by `swath plugin build`, for the crate that becomes the library")]
        mod __swath_plugin {
            use super::*;
            use ::swath_plugin::export as __export;

            const __PARTS: &[&[&str]] = &[&__export::HEAD, &::swath_plugin::__compiled_for!(), &[#own], #(#entries,)* &["]}"]];
            const __LENGTH: usize = __export::length(__PARTS);
            const __BYTES: [u8; __LENGTH] = __export::join::<__LENGTH>(__PARTS);
            pub(super) const __MANIFEST: &str = __export::text(&__BYTES);

            pub(super) static __FUNCTIONS: [__export::FunctionTable; #count] = [#(__export::table::<_, #functions>()),*];

            #[cfg(swath_plugin_export)]
            #[allow(unsafe_code, reason = "these are the two symbols that make a library a plugin")]
            mod exported {
                use super::__export;

                #[unsafe(no_mangle)]
                #[cfg_attr(any(target_os = "linux", target_os = "android", target_os = "freebsd"), unsafe(link_section = ".swath_plugin"))]
                #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__swath_plugin"))]
                pub static swath_plugin_manifest_v1: [u8; super::__LENGTH] = super::__BYTES;

                static ROOT: __export::Static<__export::Root> = __export::exported(super::__MANIFEST, &super::__FUNCTIONS);

                fn root() -> __export::RootRef {
                    // What the linker must not drop is used.
                    ::core::hint::black_box(&swath_plugin_manifest_v1);
                    __export::RootRef(ROOT.static_as_prefix())
                }

                extern "C" fn erased() -> __export::RootResult {
                    __export::root_of(root)
                }

                #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
                // SAFETY: `erased` answers with a `RootRef`.
                pub static HEADER: __export::Header = unsafe { __export::header(erased) };
            }
        }
    }
}
