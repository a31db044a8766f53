//! What is known of a plugin from its file, as a page for a terminal.

use std::fmt::Write as _;

use swath_memory::format_bytes;
use swath_plugin_abi::{Example, FunctionEntry, Manifest, Parameter};
use swath_plugin_host::PluginFile;

/// The page of a file.
pub(super) fn of(file: &PluginFile) -> String {
    let facts = Facts {
        path: file.path().display().to_string(),
        size: file.size(),
        hash: file.hash().to_string(),
        glibc: file.glibc().map(|version| version.to_string()),
        libraries: file.libraries().join(", "),
        refused: refused(file),
    };
    write(file.manifest(), &facts)
}

/// Why this program, on this machine, cannot load it.
pub(super) fn refused(file: &PluginFile) -> Option<String> {
    // It was read whole a moment ago: all that it can be is not for this program.
    let error = PluginFile::read(file.path()).err()?;
    Some(error.to_string())
}

/// What a manifest does not say.
struct Facts {
    path: String,
    size: u64,
    hash: String,
    glibc: Option<String>,
    libraries: String,
    refused: Option<String>,
}

/// Writing into a text cannot fail.
fn write(manifest: &Manifest, facts: &Facts) -> String {
    let mut text = format!("{} {}", manifest.name, manifest.version);
    if !manifest.description.is_empty() {
        let _ = write!(text, ": {}", manifest.description);
    }
    text.push('\n');
    // Of a plugin in another language, the language.
    let is_version = manifest.sdk.starts_with(|c: char| c.is_ascii_digit());
    let by = if is_version { "swath-plugin " } else { "" };
    let interface = format!("{}, by {by}{}", manifest.abi, manifest.sdk);
    let glibc = facts.glibc.as_deref();
    for (name, value) in [
        ("file", facts.path.clone()),
        ("size", format_bytes(facts.size).to_string()),
        ("blake3", facts.hash.clone()),
        ("license", manifest.license.clone()),
        ("repository", manifest.repository.clone()),
        ("interface", interface),
        ("target", manifest.target.clone()),
        ("processor", manifest.cpu.join(", ")),
        (
            "glibc",
            glibc.map_or_else(String::new, |version| format!("{version} or newer")),
        ),
        ("libraries", facts.libraries.clone()),
    ] {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<10}  {value}");
        }
    }
    for function in &manifest.functions {
        text.push('\n');
        write_function(&mut text, &manifest.name, function);
    }
    if let Some(reason) = &facts.refused {
        let _ = writeln!(text, "\nthis program cannot load it: {reason}");
    }
    text
}

fn write_function(text: &mut String, plugin: &str, function: &FunctionEntry) {
    let (name, kind) = (&function.name, function.kind.as_str());
    let _ = writeln!(text, "{plugin}.{name}, {kind}");
    if let Some(reason) = &function.deprecated {
        let _ = writeln!(text, "  deprecated: {}", or_nothing(reason, "says not why"));
    }
    for line in function.doc.lines() {
        let _ = writeln!(text, "{}", format!("  {line}").trim_end());
    }
    if !function.frames.is_empty() {
        let _ = writeln!(text, "  frames: {}", function.frames.join(", "));
    }
    if let Some(example) = &function.example {
        let _ = writeln!(text, "  example: {}", self::example(example));
    }
    let heads: Vec<String> = function.params.iter().map(head).collect();
    let width = heads.iter().map(|head| head.chars().count()).max();
    let width = width.unwrap_or(0);
    for (head, param) in heads.iter().zip(&function.params) {
        let first = param.doc.lines().next().unwrap_or_default();
        let _ = writeln!(
            text,
            "{}",
            format!("    {head:<width$}  {first}").trim_end()
        );
        for line in param.doc.lines().skip(1) {
            let _ = writeln!(text, "{}", format!("    {:<width$}  {line}", "").trim_end());
        }
    }
}

/// What a function can be tried with: `{"column":"x"} on x: float64, y: string?`.
pub(super) fn example(example: &Example) -> String {
    let params = match example.params.to_string() {
        none if none == "{}" => String::new(),
        params => params,
    };
    match (params.as_str(), example.input.as_str()) {
        // A source has no input.
        ("", "") => "without parameters".to_owned(),
        (params, "") => params.to_owned(),
        ("", input) => format!("on {input}"),
        (params, input) => format!("{params} on {input}"),
    }
}

/// `gap: duration = "30min", at least 0`.
fn head(param: &Parameter) -> String {
    let mut text = format!("{}: {}", param.name, param.type_name);
    if let Some(default) = &param.default {
        let _ = write!(text, " = {default}");
    }
    if let Some(bounds) = bounds(param) {
        let _ = write!(text, ", {bounds}");
    }
    text
}

/// The values that a parameter takes, in words.
pub(super) fn bounds(param: &Parameter) -> Option<String> {
    match (&param.min, &param.max) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    }
}

/// A text, or what to say where there is none.
pub(super) fn or_nothing<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// A plugin with a bit of everything.
    pub(in crate::plugin) fn geo() -> Manifest {
        serde_json::from_value(json!({
            "abi": "1.0", "sdk": "0.1.0", "target": "x86_64-linux", "panic": "unwind", "cpu": ["avx2"],
            "name": "geo", "version": "2.1.0", "description": "Places on the globe",
            "license": "MIT", "repository": "https://example.org/geo",
            "functions": [
                {"name": "haversine_km", "kind": "scalar",
                 "doc": "Great-circle distance in km.\n\nNull if an argument is null.",
                 "example": {"input": "lat1: float64, lon1: float64, lat2: float64, lon2: float64"}},
                {"name": "visit_starts", "kind": "partition", "doc": "Marks the first event of each visit.",
                 "example": {"params": {"user": "u", "most": 3}, "input": "u: string, at: timestamp[us]?"}, "params": [
                    {"name": "user", "type": "string", "doc": "Who: a column of text."},
                    {"name": "gap", "type": "duration", "default": "30min"},
                    {"name": "share", "type": "float64", "default": 0.5, "min": 0.0, "max": 1.0,
                     "doc": "How many of them,\nby count."},
                    {"name": "most", "type": "uint64", "max": 9},
                ]},
                {"name": "near", "kind": "partitioner", "deprecated": "take `close`"},
                {"name": "far", "kind": "of tomorrow", "deprecated": ""},
            ],
        }))
        .expect("a manifest")
    }

    #[test]
    fn all_that_is_known() {
        let facts = Facts {
            path: "/opt/plugins/libgeo.so".to_owned(),
            size: 1_300_000,
            hash: "af1349b9".repeat(8),
            glibc: Some("2.34".to_owned()),
            libraries: "libc.so.6, libm.so.6".to_owned(),
            refused: Some("it is compiled for other processors".to_owned()),
        };
        insta::assert_snapshot!(write(&geo(), &facts));
    }

    #[test]
    fn what_is_not_known_takes_no_line() {
        let manifest = Manifest {
            abi: "1.0".to_owned(),
            sdk: "0.1.0".to_owned(),
            target: "x86_64-linux".to_owned(),
            name: "geo".to_owned(),
            version: "0.1.0".to_owned(),
            ..Manifest::default()
        };
        let facts = Facts {
            path: "libgeo.so".to_owned(),
            size: 10,
            hash: "af".to_owned(),
            glibc: None,
            libraries: String::new(),
            refused: None,
        };
        insta::assert_snapshot!(write(&manifest, &facts), @r"
        geo 0.1.0
          file        libgeo.so
          size        10 B
          blake3      af
          interface   1.0, by swath-plugin 0.1.0
          target      x86_64-linux
        ");
    }
}
