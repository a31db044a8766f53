//! `derive(Params)`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Expr, Field, Fields, Ident, Type};

use crate::docs;

/// A field of the struct.
struct Parameter<'a> {
    ident: &'a Ident,
    name: String,
    ty: &'a Type,
    doc: String,
    default: Option<String>,
    min: Option<String>,
    max: Option<String>,
    skip: bool,
}

pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.generics,
            "a function of a plugin has no generics: a host knows it by its name alone",
        ));
    }
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(
            &input.ident,
            "a function of a plugin is a struct: its fields are its parameters",
        ));
    };
    let fields = match &data.fields {
        Fields::Named(fields) => fields
            .named
            .iter()
            .map(parameter)
            .collect::<syn::Result<Vec<_>>>()?,
        Fields::Unit => Vec::new(),
        Fields::Unnamed(fields) => {
            return Err(syn::Error::new_spanned(
                fields,
                "parameters need names: write `struct Scale { factor: f64 }`",
            ));
        }
    };
    Ok(write(input, &fields, matches!(data.fields, Fields::Unit)))
}

fn parameter(field: &Field) -> syn::Result<Parameter<'_>> {
    let ident = field.ident.as_ref().expect("named fields have names");
    let mut parameter = Parameter {
        ident,
        name: ident.unraw().to_string(),
        ty: &field.ty,
        doc: docs::doc(&field.attrs),
        default: None,
        min: None,
        max: None,
        skip: false,
    };
    for attribute in field
        .attrs
        .iter()
        .filter(|one| one.path().is_ident("param"))
    {
        attribute.parse_nested_meta(|inner| {
            if inner.path.is_ident("skip") {
                parameter.skip = true;
            } else if inner.path.is_ident("default") {
                let value: Expr = inner.value()?.parse()?;
                parameter.default = Some(docs::json_literal(&value)?);
            } else if inner.path.is_ident("min") {
                let value: Expr = inner.value()?.parse()?;
                parameter.min = Some(docs::json_literal(&value)?);
            } else if inner.path.is_ident("max") {
                let value: Expr = inner.value()?.parse()?;
                parameter.max = Some(docs::json_literal(&value)?);
            } else {
                let found = docs::written(&inner.path);
                return Err(inner.error(format!(
                    "`{found}` says nothing about a parameter; there are `default`, `min`, `max` and `skip`"
                )));
            }
            Ok(())
        })?;
        if parameter.skip
            && (parameter.default.is_some() || parameter.min.is_some() || parameter.max.is_some())
        {
            return Err(syn::Error::new_spanned(
                attribute,
                "a field that is skipped is no parameter: it has no default and no range",
            ));
        }
    }
    Ok(parameter)
}

fn write(input: &DeriveInput, fields: &[Parameter<'_>], is_unit: bool) -> TokenStream {
    let ident = &input.ident;
    let doc = docs::json(&docs::doc(&input.attrs));
    let deprecated = docs::json_or_null(docs::deprecated(&input.attrs).as_deref());
    let real: Vec<&Parameter<'_>> = fields.iter().filter(|field| !field.skip).collect();
    let names: Vec<&str> = real.iter().map(|field| field.name.as_str()).collect();
    let described = described(&real);

    let takes = fields.iter().map(|field| {
        let (ident, name) = (field.ident, &field.name);
        if field.skip {
            return quote!(#ident: ::core::default::Default::default(),);
        }
        let default = option(field.default.as_ref().map(|default| quote!(#default)));
        quote!(#ident: given.take(#name, #default)?,)
    });
    let made = if is_unit {
        quote!(Self)
    } else {
        quote!(Self { #(#takes)* })
    };
    let ranges = real
        .iter()
        .filter(|field| field.min.is_some() || field.max.is_some())
        .map(|field| {
            let (ident, name) = (field.ident, &field.name);
            let bound = |bound: &Option<String>| option(bound.as_ref().map(|value| quote!(#value)));
            let (min, max) = (bound(&field.min), bound(&field.max));
            quote!(::swath_plugin::made::in_range(#name, &made.#ident, #min, #max)?;)
        });
    let writes = real.iter().map(|field| {
        let (ident, name) = (field.ident, &field.name);
        quote!(.with(#name, &self.#ident)?)
    });
    let given = if real.is_empty() {
        format_ident!("_given")
    } else {
        format_ident!("given")
    };
    quote! {
        impl ::swath_plugin::Params for #ident {
            const DOC: &'static str = #doc;
            const DEPRECATED: &'static str = #deprecated;
            const PARAMS: &'static str = #described;

            fn from_json(text: &str) -> ::swath_plugin::Result<Self> {
                #[allow(unused_mut, reason = "a function without parameters takes none out")]
                let mut #given = ::swath_plugin::made::Given::read(text, &[#(#names),*])?;
                let made = #made;
                #(#ranges)*
                ::core::result::Result::Ok(made)
            }

            fn to_json(&self) -> ::swath_plugin::Result<::std::string::String> {
                let written = ::swath_plugin::made::Written::default() #(#writes)*;
                ::core::result::Result::Ok(written.finish())
            }
        }
    }
}

/// An `Option` of what was written, as code.
fn option(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

/// The parameters as a JSON array, as code: what types are called, and whether one may be left out, only they know.
fn described(fields: &[&Parameter<'_>]) -> TokenStream {
    let entries = fields.iter().enumerate().map(|(at, field)| {
        let (name, ty) = (docs::json(&field.name), field.ty);
        let comma = if at == 0 { "" } else { "," };
        let begin = format!("{comma}{{\"name\":{name},\"type\":\"");
        let doc = (!field.doc.is_empty()).then(|| docs::json(&field.doc));
        let words = [
            ("doc", &doc),
            ("min", &field.min),
            ("max", &field.max),
            ("default", &field.default),
        ];
        let words = words.into_iter().filter_map(|(key, json)| {
            let json = json.as_ref()?;
            Some(format!(",\"{key}\":{json}"))
        });
        let end = format!("\"{}", words.collect::<String>());
        let default = if field.default.is_some() {
            quote!("")
        } else {
            quote!(::swath_plugin::made::absent::<#ty>())
        };
        quote!(&[#begin], &::swath_plugin::made::type_name::<#ty>(), &[#end, #default, "}"])
    });
    quote! {{
        const PARTS: &[&[&str]] = &[&["["], #(#entries,)* &["]"]];
        const LENGTH: usize = ::swath_plugin::export::length(PARTS);
        const BYTES: [u8; LENGTH] = ::swath_plugin::export::join::<LENGTH>(PARTS);
        ::swath_plugin::export::text(&BYTES)
    }}
}
