//! `cargo xtask plugin`: what `swath plugin` does, with the program built from this checkout.

use crate::command::CommandLine;
use anyhow::Result;
use std::ffi::OsString;

/// What is handed on.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// The arguments of `swath plugin`; paths are seen from the project's top
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Builds the program optimised, since it also measures plugins, and runs it in place of this process.
///
/// # Errors
/// When the build fails, or the program cannot be started.
pub(crate) fn run(options: &Options) -> Result<()> {
    CommandLine::cargo("build")
        .args(["--release", "--locked", "--package", "swath-cli"])
        .run()?;
    CommandLine::built("release", "swath")
        .arg("plugin")
        .args(&options.arguments)
        .run_in_place()
}
