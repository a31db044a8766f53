//! Comments and deprecations, as they stand in manifests.

use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment, without the space before each line.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => text_of(&pair.value),
            _ => None,
        });
    let lines: Vec<String> = lines
        .map(|line| {
            line.strip_prefix(' ')
                .unwrap_or(&line)
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

/// Why it is deprecated, if it is.
pub(crate) fn deprecated(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes
        .iter()
        .find(|one| one.path().is_ident("deprecated"))?;
    let mut note = None;
    match &attribute.meta {
        Meta::NameValue(pair) => note = text_of(&pair.value),
        Meta::List(_) => {
            // `rustc` says what is wrong with it, if anything is.
            let _ = attribute.parse_nested_meta(|inner| {
                let value: Lit = inner.value()?.parse()?;
                if inner.path.is_ident("note")
                    && let Lit::Str(text) = value
                {
                    note = Some(text.value());
                }
                Ok(())
            });
        }
        Meta::Path(_) => {}
    }
    Some(note.unwrap_or_else(|| "it is deprecated".to_owned()))
}

/// A JSON text, as a Rust literal of it.
pub(crate) fn json(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// [`deprecated`] as JSON.
pub(crate) fn json_or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), json)
}

fn text_of(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// A literal as a caller would write it: JSON.
pub(crate) fn json_literal(value: &Expr) -> syn::Result<String> {
    let refuse = || {
        syn::Error::new_spanned(
            value,
            "write a literal: a number, a text, `true` or `false`",
        )
    };
    let (negative, literal) = match value {
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => (true, &*unary.expr),
        other => (false, other),
    };
    let Expr::Lit(ExprLit { lit, .. }) = literal else {
        return Err(refuse());
    };
    let sign = if negative { "-" } else { "" };
    match lit {
        Lit::Int(number) => Ok(format!("{sign}{}", number.base10_digits())),
        Lit::Float(number) => {
            let digits = number.base10_digits();
            // `1.` is a number in Rust and none in JSON.
            let end = if digits.ends_with('.') { "0" } else { "" };
            Ok(format!("{sign}{digits}{end}"))
        }
        Lit::Str(text) if !negative => Ok(json(&text.value())),
        Lit::Bool(truth) if !negative => Ok(truth.value.to_string()),
        _ => Err(refuse()),
    }
}

/// As it was written, for messages.
pub(crate) fn written(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}
