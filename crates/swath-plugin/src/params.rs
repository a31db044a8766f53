//! Parameters of functions: named constants, checked when a function is bound.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use swath_meta::nearest;
use swath_plugin_abi::code;

use crate::{Error, Result, Span};

/// A function of a plugin with its parameters as fields; derived.
///
/// Each field is a parameter of its name, its comment says what it is for. Callers write `.param("gap", "30min")`; a name that is
/// not there, a value of another type, one out of range and one that is missing are errors at the line of the call.
///
/// | on a field | is |
/// |---|---|
/// | `#[param(default = "30min")]` | its value where none is given, as a caller would write it |
/// | `#[param(min = 0.0, max = 1.0)]` | the least and the greatest value that it may have |
/// | `#[param(skip)]` | no parameter: begins as its type's default, for what [`prepare`](crate::PartitionFn::prepare) makes |
///
/// An `Option` that is not given is `None`, and in any range.
pub trait Params: Sized + Send + Sync + 'static {
    /// What the function does, as a JSON text.
    #[doc(hidden)]
    const DOC: &'static str;
    /// Why it should not be used any more: a JSON text or null.
    #[doc(hidden)]
    const DEPRECATED: &'static str;
    /// What its parameters are, as a JSON array.
    #[doc(hidden)]
    const PARAMS: &'static str;

    /// The function with these parameters, a JSON object.
    #[doc(hidden)]
    fn from_json(text: &str) -> Result<Self>;

    /// Its parameters as a JSON object.
    #[doc(hidden)]
    fn to_json(&self) -> Result<String>;
}

/// A Rust type that a parameter may have.
#[diagnostic::on_unimplemented(
    message = "a parameter cannot be a `{Self}`",
    note = "it is a `bool`, an integer, a float, a `String`, a `Span`, or an `Option`, a `Vec` or a `BTreeMap<String, _>` of one; a field that is none has `#[param(skip)]`"
)]
pub trait Param: Serialize + DeserializeOwned {
    /// What it is called in manifests and messages.
    const TYPE: &'static str;
    /// What is in it, of a list or a map.
    const ITEM: &'static str = "";
    /// What it is where it is not given and no default was declared: `null` for an `Option`.
    const ABSENT: Option<&'static str> = None;

    /// Whether every number in it is one: JSON has no word for infinity and NaN, and reads as infinity what a type has no place for.
    #[doc(hidden)]
    fn is_finite(&self) -> bool {
        true
    }
}

/// A Rust type of parameters that have an order: `#[param(min = …, max = …)]` says which values are meant.
pub trait Ranged: Param {
    /// What is compared.
    type Bound: Param + PartialOrd + Display;

    /// The value, if there is one.
    fn bounded(&self) -> Option<&Self::Bound>;
}

macro_rules! ranged {
    ($($type:ty),* $(,)?) => { $(
        impl Ranged for $type {
            type Bound = Self;

            fn bounded(&self) -> Option<&Self> {
                Some(self)
            }
        }
    )* };
}

ranged! { i8, i16, i32, i64, u8, u16, u32, u64, usize, f32, f64, Span }

impl<T: Ranged> Ranged for Option<T> {
    type Bound = T::Bound;

    fn bounded(&self) -> Option<&T::Bound> {
        self.as_ref().and_then(T::bounded)
    }
}

macro_rules! types {
    ($($type:ty: $name:literal),* $(,)?) => { $(
        impl Param for $type {
            const TYPE: &'static str = $name;
        }
    )* };
}

types! {
    bool: "bool", i8: "int8", i16: "int16", i32: "int32", i64: "int64", u8: "uint8", u16: "uint16", u32: "uint32", u64: "uint64",
    usize: "uint64", String: "string", Span: "duration",
}

macro_rules! floats {
    ($($type:ident: $name:literal),*) => { $(
        impl Param for $type {
            const TYPE: &'static str = $name;

            fn is_finite(&self) -> bool {
                $type::is_finite(*self)
            }
        }
    )* };
}

floats! { f32: "float32", f64: "float64" }

impl<T: Param> Param for Option<T> {
    const TYPE: &'static str = T::TYPE;
    const ITEM: &'static str = T::ITEM;
    const ABSENT: Option<&'static str> = Some("null");

    fn is_finite(&self) -> bool {
        self.as_ref().is_none_or(T::is_finite)
    }
}

impl<T: Param> Param for Vec<T> {
    const TYPE: &'static str = "list";
    const ITEM: &'static str = T::TYPE;

    fn is_finite(&self) -> bool {
        self.iter().all(T::is_finite)
    }
}

impl<T: Param> Param for BTreeMap<String, T> {
    const TYPE: &'static str = "map";
    const ITEM: &'static str = T::TYPE;

    fn is_finite(&self) -> bool {
        self.values().all(T::is_finite)
    }
}

/// The parameters that a caller gave.
#[doc(hidden)]
pub struct Given(Map<String, Json>);

fn wrong(words: impl Into<String>) -> Error {
    Error::of(code::PARAMETERS, words)
}

impl Given {
    /// Reads them; none may have another name than these.
    pub fn read(text: &str, known: &[&str]) -> Result<Self> {
        let given: Map<String, Json> = serde_json::from_str(text)
            .map_err(|error| wrong(format!("parameters are no JSON object: {error}")))?;
        if let Some(name) = given.keys().find(|name| !known.contains(&name.as_str())) {
            let meant = nearest(name, known.iter().copied())
                .map(|near| format!(" did you mean `{near}`?"))
                .unwrap_or_default();
            let there = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("parameters are `{}`", known.join("`, `"))
            };
            return Err(wrong(format!("no parameter `{name}`;{meant} {there}")));
        }
        Ok(Self(given))
    }

    /// The value of a parameter, or its default: a JSON text.
    pub fn take<T: Param>(&mut self, name: &str, default: Option<&str>) -> Result<T> {
        let value = match (self.0.remove(name), default.or(T::ABSENT)) {
            (Some(value), _) => value,
            (None, Some(default)) => serde_json::from_str(default)
                .map_err(|error| wrong(format!("the default of parameter `{name}`: {error}")))?,
            (None, None) => {
                return Err(wrong(format!(
                    "parameter `{name}` is missing: a {} that has no default",
                    T::TYPE
                )));
            }
        };
        let written = value.to_string();
        let must_be = format!("parameter `{name}` must be a {}, not {written}", T::TYPE);
        match serde_json::from_value::<T>(value) {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => Err(wrong(must_be)),
            Err(error) => Err(wrong(format!("{must_be}: {error}"))),
        }
    }
}

/// What a manifest says of the default of a parameter that has none of its own.
#[doc(hidden)]
pub const fn absent<T: Param>() -> &'static str {
    match T::ABSENT {
        // `null`: there is no other.
        Some(_) => r#","default":null"#,
        None => "",
    }
}

/// A type as manifests write it, in pieces: `list<float64>`.
#[doc(hidden)]
pub const fn type_name<T: Param>() -> [&'static str; 4] {
    if T::ITEM.is_empty() {
        [T::TYPE, "", "", ""]
    } else {
        [T::TYPE, "<", T::ITEM, ">"]
    }
}

/// Refuses a value outside its range; bounds are JSON texts.
#[doc(hidden)]
pub fn in_range<T: Ranged>(
    name: &str,
    value: &T,
    min: Option<&str>,
    max: Option<&str>,
) -> Result<()> {
    let Some(value) = value.bounded() else {
        return Ok(());
    };
    let bound = |text: &str| -> Result<T::Bound> {
        let bound = serde_json::from_str(text);
        bound.map_err(|error| wrong(format!("the range of parameter `{name}`: {error}")))
    };
    let refuse = |side: &str, bound: &T::Bound| {
        Err(wrong(format!(
            "parameter `{name}` must be at {side} {bound}, not {value}"
        )))
    };
    // NaN is in no range.
    if let Some(min) = min.map(bound).transpose()?
        && !value.partial_cmp(&min).is_some_and(Ordering::is_ge)
    {
        return refuse("least", &min);
    }
    if let Some(max) = max.map(bound).transpose()?
        && !value.partial_cmp(&max).is_some_and(Ordering::is_le)
    {
        return refuse("most", &max);
    }
    Ok(())
}

/// Writes parameters as callers would give them.
#[doc(hidden)]
#[derive(Default)]
pub struct Written(Map<String, Json>);

impl Written {
    /// With one more.
    pub fn with<T: Param>(mut self, name: &str, value: &T) -> Result<Self> {
        if !value.is_finite() {
            return Err(wrong(format!("parameter `{name}` is infinite or NaN")));
        }
        self.0.insert(name.to_owned(), serde_json::to_value(value)?);
        Ok(self)
    }

    /// As a JSON object.
    pub fn finish(self) -> String {
        Json::Object(self.0).to_string()
    }
}
