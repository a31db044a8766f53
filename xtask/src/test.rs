//! `cargo xtask test`: every test there is, with a Rust toolchain and the C compiler that it links with.
//!
//! Unit and integration tests go through cargo-nextest where it is installed (one process a test, timeouts from
//! `.config/nextest.toml`), else through `cargo test`. Documentation examples, crates of plugins that are made from nothing, and the
//! packages under `tests/compose`, which build against single crates from outside the workspace as an engine builder would, always
//! run through `cargo test`; so do the plugins, which are a workspace of their own, and are built as libraries and loaded as well.

use crate::{command::CommandLine, files, libraries, say, workspace};
use anyhow::{Result, bail};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Runs everything and says how long each part took.
pub(crate) fn run() -> Result<()> {
    for (part, time) in parts()? {
        say::line(&format!("{part}: passed in {:.0} s", time.as_secs_f64()));
    }
    Ok(())
}

/// Runs everything, stopping at the first part that fails; gives the parts with their times.
pub(crate) fn parts() -> Result<Vec<(String, Duration)>> {
    let mut parts = vec![("unit and integration tests".to_owned(), tests()?)];
    parts.push(("documentation examples".to_owned(), doc_tests()?));
    parts.push(("plugins from nothing".to_owned(), new_plugins()?));
    for package in outside_packages()? {
        parts.push((package.display().to_string(), outside(&package)?));
    }
    parts.push(("plugins".to_owned(), plugins()?));
    parts.push(("plugins as libraries".to_owned(), plugin_libraries()?));
    Ok(parts)
}

fn tests() -> Result<Duration> {
    if CommandLine::cargo("nextest")
        .arg("--version")
        .probe()
        .is_some()
    {
        // No test at all would be an error of its own, in every package that has none.
        CommandLine::cargo("nextest")
            .args(["run", "--workspace", "--locked", "--no-tests=pass"])
            .run()
    } else {
        CommandLine::cargo("test")
            .args(["--workspace", "--locked", "--no-fail-fast"])
            .args(["--lib", "--bins", "--tests", "--examples"])
            .run()
    }
}

fn doc_tests() -> Result<Duration> {
    CommandLine::cargo("test")
        .args(["--workspace", "--locked", "--doc"])
        .run()
}

/// Tests the plugins with the lock file that they have for themselves: what they are built with is not what the engine is built
/// with, as it is for everybody's plugins.
fn plugins() -> Result<Duration> {
    CommandLine::cargo("test")
        .args(["--manifest-path", "plugins/Cargo.toml"])
        .args(["--workspace", "--locked", "--target-dir", "target/plugins"])
        .run()
}

/// Builds the plugins as libraries and tries what they promise, in few cases each: their own tests have many. The program is the one
/// that the other tests have built. That of another Arrow gets every type, and the others are used in frames. A call that lasts comes
/// last.
fn plugin_libraries() -> Result<Duration> {
    let names = libraries::names()?;
    let mut took = libraries::build(&names, "debug")?;
    for name in names {
        took += CommandLine::built("debug", "swath")
            .args(["plugin", "check", "--cases", "12"])
            .arg(libraries::path(&name, "debug"))
            .run()?;
    }
    took += libraries::every_type(&libraries::path(libraries::OLDER_ARROW, "debug")).run()?;
    took += libraries::in_a_session().run()?;
    took += watched_call().run()?;
    Ok(took)
}

/// What calls a function of a library for as long as it takes until something is said of it.
fn watched_call() -> CommandLine {
    CommandLine::cargo("test")
        .args(["--workspace", "--locked", "--test", "loaded", "--"])
        .args(["--ignored", "a_call_without_an_answer_is_named"])
}

/// Crates of plugins made, built, tested and checked outside the workspace, as their authors do. All of the workspace is named, so
/// that it is built with the features that the other tests have, and not once more.
fn new_plugins() -> Result<Duration> {
    CommandLine::cargo("test")
        .args(["--workspace", "--locked", "--test", "commands", "--"])
        .args(["--ignored", "authors_begin_with_nothing"])
        .run()
}

/// The packages under `tests/compose`, from the project's top, sorted.
fn outside_packages() -> Result<Vec<PathBuf>> {
    let root = workspace::root()?;
    Ok(files::list(&root.join("tests/compose"))?
        .iter()
        .filter(|folder| folder.join("Cargo.toml").exists())
        .filter_map(|folder| folder.strip_prefix(&root).ok())
        .map(Path::to_owned)
        .collect())
}

/// Tests one package that is no member of the workspace: it must bring its own `[workspace]` table. It gets the project's lock
/// file, so that it is tested with the same versions, and a target folder shared with its neighbours.
fn outside(package: &Path) -> Result<Duration> {
    let root = workspace::root()?;
    let manifest = package.join("Cargo.toml");
    if !files::read(&root.join(&manifest))?.contains("[workspace]") {
        bail!(
            "{} needs an empty `[workspace]` table: it stands outside the project's",
            manifest.display()
        );
    }
    files::write_if_changed(
        &root.join(package).join("Cargo.lock"),
        &files::read(&root.join("Cargo.lock"))?,
    )?;
    CommandLine::cargo("test")
        .arg("--manifest-path")
        .arg(&manifest)
        .args(["--target-dir", "target/compose"])
        .run()
}
