//! What a plugin says of itself before any of its code runs.

use crate::Kind;
use serde::{Deserialize, Deserializer, Serialize};

/// The symbol of the manifest: bytes of JSON in a section of their own.
pub const MANIFEST_SYMBOL: &str = "swath_plugin_manifest_v1";
/// The section of the manifest in an ELF file.
pub const MANIFEST_SECTION: &str = ".swath_plugin";
/// The symbol of a [`PlainRoot`](crate::PlainRoot), of a plugin without the one below.
pub const PLAIN_ROOT_SYMBOL: &str = "swath_plugin_root_v1";
/// The symbol of the header of the root module, which `abi_stable` names.
pub const ROOT_SYMBOL: &str = "_1as_0lib_1header_0root_bmodule_bloader";

const _: () = {
    let (ours, theirs) = (
        ROOT_SYMBOL.as_bytes(),
        abi_stable::library::ROOT_MODULE_LOADER_NAME.as_bytes(),
    );
    assert!(ours.len() == theirs.len(), "abi_stable names it otherwise");
    let mut at = 0;
    while at < ours.len() {
        assert!(ours[at] == theirs[at], "abi_stable names it otherwise");
        at += 1;
    }
};

/// What a plugin says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// The version of this contract that it was built for, `1.0`.
    pub abi: String,
    /// The version of the crate that it was built with.
    pub sdk: String,
    /// Architecture and system, `x86_64-linux`.
    pub target: String,
    /// What a panic does in it: `unwind`.
    pub panic: String,
    /// Features of the processor that it was compiled for, beyond those of the architecture.
    pub cpu: Vec<String>,
    /// Its name: the first part of the names of its functions.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Under which terms it may be used.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub license: String,
    /// Where it comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub repository: String,
    /// Its functions, by name.
    pub functions: Vec<FunctionEntry>,
}

/// What a manifest says of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionEntry {
    /// Its name within the plugin.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What it does, in its author's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Why it should not be used any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// Its parameters, in the order in which they were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Parameter>,
    /// What it calls the frames that it takes, where it takes several. Since 1.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<String>,
    /// What it can be tried with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
}

/// Parameters and columns that a function can be bound to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// A JSON object of parameters.
    #[serde(default = "no_params", skip_serializing_if = "is_empty")]
    pub params: serde_json::Value,
    /// Columns with their dtypes, `?` after one that may be null: `"lat: float64, name: string?"`; those of several frames with `;` between
    /// them.
    pub input: String,
}

fn no_params() -> serde_json::Value {
    serde_json::Value::Object(serde_json::Map::new())
}

fn is_empty(params: &serde_json::Value) -> bool {
    params.as_object().is_some_and(serde_json::Map::is_empty)
}

/// What is written, also where that is `null`: serde would take it for nothing.
fn there<'a, D: Deserializer<'a>>(written: D) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(written).map(Some)
}

/// What a manifest says of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The type of its values, in words: `string`, `float64`, `duration`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it is for, in its author's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Its value where none is given, which may be `null`; a parameter without one has to be given.
    #[serde(
        default,
        deserialize_with = "there",
        skip_serializing_if = "Option::is_none"
    )]
    pub default: Option<serde_json::Value>,
    /// The least value that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<serde_json::Value>,
    /// The greatest value that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that may be left out without a value in its place is none that has to be given.
    #[test]
    fn a_default_of_null_is_one() {
        let said =
            r#"[{"name":"limit","type":"uint64","default":null},{"name":"by","type":"string"}]"#;
        let read: Vec<Parameter> = serde_json::from_str(said).expect("two parameters");
        assert_eq!(read[0].default, Some(serde_json::Value::Null));
        assert_eq!(read[1].default, None);
        assert_eq!(
            serde_json::to_string(&read).expect("they have a text"),
            said
        );
    }
}
