//! What a program of a user's takes with it: packages, time to build, bytes.

use super::table::machine;
use crate::{command::CommandLine, files, tidy, workspace};
use anyhow::Result;
use std::path::Path;

/// What this is called among the suites.
pub(super) const NAME: &str = "program";

/// The program that is built: that of the README.
const SOURCE: &str = "tests/demo/src/bin/swath-readme.rs";
/// What changes in it, and to what.
const CHANGE: (&str, &str) = ("gt(5000)", "gt(5001)");

const MANIFEST: &str = r#"[package]
name = "program"
version = "0.0.0"
edition = "2024"

[dependencies]
swath = { path = "../../../crates/swath" }

[workspace]
"#;

/// Builds the program in a package of its own, outside the workspace and with nothing built before, at the versions of our lock
/// file. Markdown: a row for each thing that was measured.
pub(super) fn render() -> Result<String> {
    let root = workspace::root()?;
    let folder = root.join("target/bench/program");
    files::remove_folder(&folder)?;
    files::make_folder(&folder.join("src"))?;
    let main = folder.join("src/main.rs");
    let source = files::read(&root.join(SOURCE))?;
    files::write_if_changed(&folder.join("Cargo.toml"), MANIFEST)?;
    files::write_if_changed(
        &folder.join("Cargo.lock"),
        &files::read(&root.join("Cargo.lock"))?,
    )?;
    files::write_if_changed(&main, &source)?;

    let clean = build(&folder).run()?;
    files::write_if_changed(&main, &source.replace(CHANGE.0, CHANGE.1))?;
    let again = build(&folder).run()?;
    let program = folder.join("target/release/program");
    CommandLine::new("strip").arg(&program).run()?;
    let bytes = files::length(&program)?;
    Ok(format!(
        "The program of the README with `swath` as its only dependency, default features, cargo's release profile. {}\n\n\
         `cargo xtask bench --suites program`\n\n\
         | | |\n|---|--:|\n\
         | packages that are compiled, its own left out | {} |\n\
         | clean release build, seconds | {:.0} |\n\
         | again after one line of `main.rs` has changed, seconds | {:.1} |\n\
         | stripped program, MiB | {:.1} |\n",
        machine(),
        1 + tidy::packages_below("swath")?.len(),
        clean.as_secs_f64(),
        again.as_secs_f64(),
        bytes as f64 / f64::from(1 << 20),
    ))
}

fn build(folder: &Path) -> CommandLine {
    CommandLine::cargo("build")
        .args(["--release", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(folder.join("target"))
}
