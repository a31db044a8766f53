//! `#[scalar]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{FnArg, ItemFn};

use crate::docs;

/// Arguments that a function of a row may have.
const MOST: usize = 6;

pub(crate) fn expand(arguments: &TokenStream, function: &ItemFn) -> syn::Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(syn::Error::new_spanned(
            arguments,
            "`#[scalar]` takes no arguments",
        ));
    }
    let signature = &function.sig;
    let refuse = |what: &dyn quote::ToTokens, why: &str| Err(syn::Error::new_spanned(what, why));
    if let Some(word) = &signature.asyncness {
        return refuse(
            word,
            "functions of a plugin are synchronous: the host has threads for them",
        );
    }
    if !signature.generics.params.is_empty() {
        return refuse(
            &signature.generics,
            "write the types of the values: a host knows the function by its name alone",
        );
    }
    let mut types = Vec::new();
    let mut columns = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Typed(argument) => {
                types.push(static_of(&argument.ty));
                columns.push(column(argument));
            }
            FnArg::Receiver(this) => {
                return refuse(
                    this,
                    "a function of values has no `self`; implement `Scalar` for one with parameters",
                );
            }
        }
    }
    if types.is_empty() || types.len() > MOST {
        return refuse(
            &signature.inputs,
            "a function of a row takes one to six values; implement `Scalar` for another number",
        );
    }
    let syn::ReturnType::Type(_, returned) = &signature.output else {
        return refuse(signature, "a function of a row returns a value");
    };
    let columns: Option<Vec<String>> = columns.into_iter().collect();
    let input = columns.map(|columns| columns.join(", "));
    let example = input.map_or_else(
        || quote!(::core::option::Option::None),
        |input| quote!(::core::option::Option::Some(::swath_plugin::Example { params: "{}", input: #input })),
    );
    let (name, visibility) = (&signature.ident, &function.vis);
    let text = name.unraw().to_string();
    let doc = docs::json(&docs::doc(&function.attrs));
    let deprecated = docs::json_or_null(docs::deprecated(&function.attrs).as_deref());
    let rows = function
        .attrs
        .iter()
        .filter(|one| one.path().is_ident("doc"));
    Ok(quote! {
        #function

        #(#rows)*
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types, reason = "it is named like the function")]
        #visibility struct #name {}

        impl ::swath_plugin::Params for #name {
            const DOC: &'static str = #doc;
            const DEPRECATED: &'static str = #deprecated;
            const PARAMS: &'static str = "[]";

            fn from_json(text: &str) -> ::swath_plugin::Result<Self> {
                ::swath_plugin::made::Given::read(text, &[])?;
                ::core::result::Result::Ok(Self {})
            }

            fn to_json(&self) -> ::swath_plugin::Result<::std::string::String> {
                ::core::result::Result::Ok("{}".to_owned())
            }
        }

        #[allow(deprecated, reason = "what is deprecated still does what it did")]
        impl ::swath_plugin::Scalar for #name {
            const NAME: &'static str = #text;
            const EXAMPLE: ::core::option::Option<::swath_plugin::Example> = #example;

            fn bind(&self, args: &[::swath_plugin::Field]) -> ::swath_plugin::Result<::swath_plugin::Returns> {
                ::swath_plugin::made::bind_rows::<fn(#(#types),*) -> #returned, _>(#name, args)
            }

            fn call(
                &self,
                args: &[::swath_plugin::arrow_array::ArrayRef],
                rows: usize,
                cx: &::swath_plugin::Cx,
            ) -> ::swath_plugin::Result<::swath_plugin::arrow_array::ArrayRef> {
                ::swath_plugin::made::call_rows::<fn(#(#types),*) -> #returned, _>(&#name, args, rows, cx)
            }
        }
    })
}

/// An argument as a column of an example, where its type has a name of its own: `lat: float64`.
fn column(argument: &syn::PatType) -> Option<String> {
    let syn::Pat::Ident(name) = &*argument.pat else {
        return None;
    };
    Some(format!("{}: {}?", name.ident.unraw(), dtype(&argument.ty)?))
}

fn dtype(ty: &syn::Type) -> Option<&'static str> {
    if let syn::Type::Reference(reference) = ty {
        return dtype(&reference.elem);
    }
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let last = path.path.segments.last()?;
    if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments {
        let inner = match arguments.args.first()? {
            syn::GenericArgument::Type(inner) if last.ident == "Option" => inner,
            _ => return None,
        };
        return dtype(inner);
    }
    Some(match last.ident.to_string().as_str() {
        "bool" => "bool",
        "i8" => "int8",
        "i16" => "int16",
        "i32" => "int32",
        "i64" => "int64",
        "u8" => "uint8",
        "u16" => "uint16",
        "u32" => "uint32",
        "u64" => "uint64",
        "f32" => "float32",
        "f64" => "float64",
        "str" | "String" => "string",
        _ => return None,
    })
}

/// The type with `'static` where a lifetime was left out: it only names the signature.
fn static_of(ty: &syn::Type) -> syn::Type {
    let mut ty = ty.clone();
    fill(&mut ty);
    ty
}

fn fill(ty: &mut syn::Type) {
    match ty {
        syn::Type::Reference(reference) => {
            reference.lifetime = Some(syn::Lifetime::new(
                "'static",
                proc_macro2::Span::call_site(),
            ));
        }
        syn::Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        if let syn::GenericArgument::Type(inner) = argument {
                            fill(inner);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}
