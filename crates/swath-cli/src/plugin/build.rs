//! `swath plugin build`: the dynamic library of a crate.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use swath_plugin_host::{PluginFile, PluginFileError};

use super::page;
use crate::{Answer, Error, disk};

/// What `build` can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder of the plugin's crate
    #[arg(long, default_value = ".")]
    path: PathBuf,
    /// Without optimisation: builds sooner, runs slower
    #[arg(long)]
    debug: bool,
    /// What cargo is told besides: `-- --features exact --locked`
    #[arg(last = true)]
    cargo: Vec<OsString>,
}

/// The name of the setting that makes a crate export its plugin: set for the crate that becomes the library and no other, so that
/// plugins can be dependencies of plugins.
const EXPORT: &str = "swath_plugin_export";

/// Builds the library with cargo, whose messages go to standard error, and says what the file says of itself.
pub(crate) fn run(options: &Options) -> Result<Answer, Error> {
    let no_crate = || Error::NoCrate {
        path: options.path.clone(),
    };
    let folder = disk::canonical(&options.path).map_err(|_| no_crate())?;
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(no_crate());
    }
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = arguments(options, &manifest);
    let shown = shown(&arguments);
    let output = Command::new(&program)
        .args(&arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Start {
            program: program.to_string_lossy().into_owned(),
            source,
        })?;
    if !output.status.success() {
        return Err(Error::Build {
            command: shown,
            status: output.status,
        });
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let library = library(&said, &manifest).ok_or(Error::NoLibrary { command: shown })?;
    let file = PluginFile::inspect(library).map_err(|error| match error {
        PluginFileError::NotAPlugin { .. } => Error::NoPluginMacro { path: folder },
        other => other.into(),
    })?;
    Ok(Answer::fine(page::of(&file)))
}

fn arguments(options: &Options, manifest: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = ["rustc", "--lib", "--crate-type", "cdylib"]
        .map(OsString::from)
        .into();
    if !options.debug {
        arguments.push("--release".into());
    }
    arguments.extend(["--manifest-path".into(), manifest.into()]);
    arguments.extend(["--message-format".into(), "json-render-diagnostics".into()]);
    arguments.extend(options.cargo.iter().cloned());
    let checked = format!("cfg({EXPORT})");
    let rustc = ["--", "--cfg", EXPORT, "--check-cfg", &checked];
    arguments.extend(rustc.map(OsString::from));
    if !options.debug {
        // Whoever loads it reads all of it, and messages name lines without symbols.
        arguments.extend(["-C", "strip=symbols"].map(OsString::from));
    }
    arguments
}

/// As one would type it.
fn shown(arguments: &[OsString]) -> String {
    let words = arguments.iter().map(|word| quoted(&word.to_string_lossy()));
    format!("cargo {}", words.collect::<Vec<_>>().join(" "))
}

/// A word as a shell takes it for one.
pub(super) fn quoted(word: &str) -> String {
    if word.contains(|c: char| c.is_whitespace() || "()'\"$*".contains(c)) {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        word.to_owned()
    }
}

/// What cargo says of what it built.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The library that cargo made of the crate of this manifest.
fn library(messages: &str, manifest: &Path) -> Option<PathBuf> {
    let messages = messages.lines().rev().filter_map(|line| {
        // What a build script or a wrapper of the compiler prints is no message.
        serde_json::from_str::<Message>(line).ok()
    });
    messages
        .filter(|message| message.reason == "compiler-artifact")
        .filter(|message| message.manifest_path == manifest)
        .flat_map(|message| message.filenames)
        .find(|file| file.extension().is_some_and(|end| end == "so"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(debug: bool, cargo: &[&str]) -> Options {
        Options {
            path: "geo".into(),
            debug,
            cargo: cargo.iter().map(OsString::from).collect(),
        }
    }

    #[test]
    fn what_cargo_is_told() {
        let of = |options: &Options| shown(&arguments(options, Path::new("/geo/Cargo.toml")));
        insta::assert_snapshot!(of(&options(false, &[])), @"cargo rustc --lib --crate-type cdylib --release --manifest-path /geo/Cargo.toml --message-format json-render-diagnostics -- --cfg swath_plugin_export --check-cfg 'cfg(swath_plugin_export)' -C strip=symbols");
        insta::assert_snapshot!(of(&options(true, &["--features", "exact"])), @"cargo rustc --lib --crate-type cdylib --manifest-path /geo/Cargo.toml --message-format json-render-diagnostics --features exact -- --cfg swath_plugin_export --check-cfg 'cfg(swath_plugin_export)'");
    }

    #[test]
    fn the_library_is_that_of_the_crate() {
        let messages = r#"
            {"reason":"compiler-artifact","manifest_path":"/geo/Cargo.toml","filenames":["/t/libgeo.rlib","/t/libgeo.so"]}
            {"reason":"compiler-artifact","manifest_path":"/other/Cargo.toml","filenames":["/t/libother.so"]}
            no message
            {"reason":"build-finished","success":true}
        "#;
        let of = |manifest: &str| library(messages, Path::new(manifest));
        assert_eq!(of("/geo/Cargo.toml"), Some("/t/libgeo.so".into()));
        assert_eq!(of("/third/Cargo.toml"), None);
    }

    #[test]
    fn a_folder_without_a_crate() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [folder.path().to_owned(), folder.path().join("none")] {
            let error = run(&Options {
                path: path.clone(),
                ..options(false, &[])
            })
            .expect_err("no crate");
            let said = error.report().replace(&*path.to_string_lossy(), "geo");
            assert_eq!(error.exit_code(), 2);
            insta::allow_duplicates! { insta::assert_snapshot!(said, @"there is no `Cargo.toml` in `geo`: name the folder of the plugin's crate with `--path`, or make one with `swath plugin new`"); }
        }
    }
}
