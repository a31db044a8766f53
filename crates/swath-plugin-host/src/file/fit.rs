//! Whether a plugin is built for this program and this machine.

use super::{PluginFileError, processor};
use std::env::consts::{ARCH, OS};
use std::path::Path;
use swath_plugin_abi::{Manifest, VERSION};

/// Refuses a manifest that names another version of the contract, another target, another way to panic, or features that the
/// processor lacks.
pub(super) fn check(path: &Path, manifest: &Manifest) -> Result<(), PluginFileError> {
    check_contract(path, &manifest.abi)?;
    let path = || path.to_owned();
    let here = format!("{ARCH}-{OS}");
    if manifest.target != here {
        return Err(PluginFileError::Target {
            path: path(),
            built_for: manifest.target.clone(),
            here,
        });
    }
    if manifest.panic != "unwind" {
        return Err(PluginFileError::Panic {
            path: path(),
            found: manifest.panic.clone(),
        });
    }
    let mut lacking = Vec::new();
    for feature in &manifest.cpu {
        match processor::has(feature) {
            Some(true) => {}
            Some(false) => lacking.push(feature.clone()),
            None => {
                return Err(PluginFileError::UnknownProcessorFeature {
                    path: path(),
                    feature: feature.clone(),
                    arch: ARCH,
                });
            }
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    Err(PluginFileError::Processor {
        path: path(),
        lacking,
    })
}

/// Refuses what is built for another major version of the contract: `1.3` is taken by whoever speaks `1.0`.
pub(super) fn check_contract(path: &Path, abi: &str) -> Result<(), PluginFileError> {
    let Some(major) = major(abi) else {
        return Err(PluginFileError::ManifestField {
            path: path.to_owned(),
            field: "abi",
            found: abi.to_owned(),
            expected: "a version such as `1.0`",
        });
    };
    let ours = major_of_ours();
    if major == ours {
        return Ok(());
    }
    Err(PluginFileError::Interface {
        path: path.to_owned(),
        built_for: abi.to_owned(),
        ours,
    })
}

fn major_of_ours() -> u32 {
    major(VERSION).expect("the contract's version is two numbers")
}

fn major(version: &str) -> Option<u32> {
    let (major, minor) = version.split_once('.')?;
    let number = |text: &str| text.parse::<u32>().ok();
    number(minor)?;
    number(major)
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions_are_two_numbers() {
        for (text, expected) in [
            ("1.0", Some(1)),
            ("1.17", Some(1)),
            ("20.3", Some(20)),
            ("1", None),
            ("1.", None),
            (".1", None),
            ("1.0.0", None),
            ("1.x", None),
            ("-1.0", None),
            ("", None),
        ] {
            assert_eq!(major(text), expected, "{text}");
        }
    }
}
