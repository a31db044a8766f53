//! The manifest of a plugin, from its bytes.

use super::PluginFileError;
use serde::Deserialize;
use std::collections::HashSet;
use std::path::Path;
use swath_plugin_abi::Manifest;

/// The one field that a manifest of every version has.
#[derive(Deserialize)]
struct Version {
    abi: String,
}

/// Reads a manifest and checks what the rest relies on: that nothing is missing which every plugin has, and that each function
/// has a name of its own.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Manifest, PluginFileError> {
    // In C a text ends with a zero.
    let end = bytes.iter().rposition(|byte| *byte != 0);
    let text = &bytes[..end.map_or(0, |last| last + 1)];
    let manifest: Manifest = match serde_json::from_slice(text) {
        Ok(manifest) => manifest,
        Err(source) => {
            // Of another version it may look different, and that is the better reason.
            if let Ok(Version { abi }) = serde_json::from_slice(text) {
                super::fit::check_contract(path, &abi)?;
            }
            return Err(PluginFileError::Manifest {
                path: path.to_owned(),
                source,
            });
        }
    };
    check(path, &manifest)?;
    Ok(manifest)
}

/// Checks what the rest relies on, whoever says it: a file, or a plugin that is part of the program, whose name is its path.
pub(crate) fn check(path: &Path, manifest: &Manifest) -> Result<(), PluginFileError> {
    for (field, value) in [
        ("abi", &manifest.abi),
        ("target", &manifest.target),
        ("panic", &manifest.panic),
        ("name", &manifest.name),
        ("version", &manifest.version),
    ] {
        if value.is_empty() {
            return Err(PluginFileError::ManifestLacks {
                path: path.to_owned(),
                field,
            });
        }
    }
    check_name(path, "name", &manifest.name)?;
    let mut seen = HashSet::new();
    for function in &manifest.functions {
        check_name(path, "functions.name", &function.name)?;
        if !seen.insert(&function.name) {
            return Err(PluginFileError::DuplicateFunction {
                path: path.to_owned(),
                plugin: manifest.name.clone(),
                function: function.name.clone(),
            });
        }
    }
    Ok(())
}

/// Names stand in `plugin.function` and `plugin@version`, and in keys.
fn check_name(path: &Path, field: &'static str, name: &str) -> Result<(), PluginFileError> {
    if name.is_empty() {
        return Err(PluginFileError::ManifestLacks {
            path: path.to_owned(),
            field,
        });
    }
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.chars().all(is_letter) {
        return Ok(());
    }
    Err(PluginFileError::ManifestField {
        path: path.to_owned(),
        field,
        found: name.to_owned(),
        expected: "letters of ASCII, digits, `_` and `-`",
    })
}
