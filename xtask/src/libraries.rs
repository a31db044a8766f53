//! The plugins as libraries, as their users get them.

use crate::{command::CommandLine, files, workspace};
use anyhow::Result;
use std::{
    env::consts::{DLL_PREFIX, DLL_SUFFIX},
    time::Duration,
};

/// The names of all plugins that are shipped and written in Rust, sorted.
pub(crate) fn names() -> Result<Vec<String>> {
    let folders = files::list(&workspace::root()?.join("plugins"))?;
    let crates = folders
        .iter()
        .filter(|folder| folder.join("Cargo.toml").exists());
    Ok(crates
        .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
        .collect())
}

/// Where they are built.
const TARGET: &str = "target/plugins";

/// Builds some as `swath plugin build` does, with their own lock file and in their own target folder; gives the time it took.
pub(crate) fn build(plugins: &[impl AsRef<str>], profile: &str) -> Result<Duration> {
    let mut took = Duration::ZERO;
    for plugin in plugins {
        took += command(
            CommandLine::cargo("rustc"),
            plugin.as_ref(),
            profile,
            TARGET,
        )
        .run()?;
    }
    Ok(took)
}

/// What builds one by some cargo's `rustc`, in a target folder.
pub(crate) fn command(
    rustc: CommandLine,
    plugin: &str,
    profile: &str,
    target: &str,
) -> CommandLine {
    let mut build = rustc
        .args(["--manifest-path", "plugins/Cargo.toml", "--locked"])
        .args(["--target-dir", target, "--package", plugin])
        .args(["--lib", "--crate-type", "cdylib"]);
    if profile == "release" {
        build = build.arg("--release");
    }
    build.args(["--", "--cfg", "swath_plugin_export"])
}

/// The plugin that is built with another Arrow than the engine.
pub(crate) const OLDER_ARROW: &str = "older_arrow";

/// What sends every type through a library of it, at this path from the project's top.
pub(crate) fn every_type(library: &str) -> CommandLine {
    CommandLine::cargo("test")
        .args(["--workspace", "--locked", "--test", "every_type", "--"])
        .args(["--ignored", "by_an_older_arrow"])
        .env("SWATH_TRIED_LIBRARY", library)
}

/// What uses those that were built for debugging in frames of one session.
pub(crate) fn in_a_session() -> CommandLine {
    CommandLine::cargo("test")
        .args(["--workspace", "--locked", "--test", "shipped", "--"])
        .arg("--ignored")
}

/// Where the library of one is, from the project's top.
pub(crate) fn path(plugin: &str, profile: &str) -> String {
    path_in(TARGET, plugin, profile)
}

/// The same in another target folder.
pub(crate) fn path_in(target: &str, plugin: &str, profile: &str) -> String {
    format!("{target}/{profile}/{DLL_PREFIX}{plugin}{DLL_SUFFIX}")
}
