//! `derive(Params)`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Expr, Field, Fields, Ident, Type};

use crate::docs;

/// A field of the struct.
struct Parameter<'a> {
    ident: &'a Ident,
    name: String,
    ty: &'a Type,
    doc: String,
    default: Option<String>,
    min: Option<Expr>,
    max: Option<Expr>,
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
        name: ident.to_string().trim_start_matches("r#").to_owned(),
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
                docs::json_literal(&value)?;
                parameter.min = Some(value);
            } else if inner.path.is_ident("max") {
                let value: Expr = inner.value()?.parse()?;
                docs::json_literal(&value)?;
                parameter.max = Some(value);
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
            let bound = |bound: &Option<Expr>| option(bound.as_ref().map(|value| quote!(&#value)));
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

/// The parameters as a JSON array. Names of types are those of Rust: what a value must be is said by the message about it.
fn described(fields: &[&Parameter<'_>]) -> String {
    let entries = fields.iter().map(|field| {
        let mut entry = serde_json::Map::new();
        entry.insert("name".to_owned(), field.name.clone().into());
        entry.insert("type".to_owned(), type_name(field.ty).into());
        if !field.doc.is_empty() {
            entry.insert("doc".to_owned(), field.doc.clone().into());
        }
        let mut literal = |key: &str, text: Option<String>| {
            if let Some(value) = text.and_then(|text| serde_json::from_str(&text).ok()) {
                entry.insert(key.to_owned(), value);
            }
        };
        let bound = |bound: &Option<Expr>| {
            bound
                .as_ref()
                .and_then(|value| docs::json_literal(value).ok())
        };
        let absent = is_option(field.ty).then(|| "null".to_owned());
        literal("default", field.default.clone().or(absent));
        literal("min", bound(&field.min));
        literal("max", bound(&field.max));
        serde_json::Value::Object(entry)
    });
    serde_json::Value::Array(entries.collect()).to_string()
}

/// The last word of a type's path, and what is in its brackets.
fn type_name(ty: &Type) -> String {
    let Type::Path(path) = ty else {
        return docs::written(ty).replace(' ', "");
    };
    let Some(last) = path.path.segments.last() else {
        return docs::written(ty);
    };
    let words = match last.ident.to_string().as_str() {
        "String" => "string",
        "f64" => "float64",
        "f32" => "float32",
        "i64" => "int64",
        "i32" => "int32",
        "i16" => "int16",
        "i8" => "int8",
        "u64" | "usize" => "uint64",
        "u32" => "uint32",
        "u16" => "uint16",
        "u8" => "uint8",
        "Span" => "duration",
        _ => "",
    };
    if words.is_empty() {
        docs::written(last).replace(' ', "")
    } else {
        words.to_owned()
    }
}

fn is_option(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}
