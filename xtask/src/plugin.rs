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
    handed_on(options).run_in_place()
}

fn handed_on(options: &Options) -> CommandLine {
    CommandLine::built("release", "swath")
        .arg("plugin")
        .args(&options.arguments)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        options: Options,
    }

    /// Whatever is typed is for the program, options and a question for help too.
    #[test]
    fn everything_is_handed_on() {
        for typed in [
            &[][..],
            &["--help"],
            &["check", "libgeo.so", "--cases", "4"],
            &["build", "--debug", "--", "--offline", "-v"],
            &["inspect", "--in", "x: float64?, name: string"],
        ] {
            let options = Typed::parse_from(["plugin"].iter().chain(typed)).options;
            let expected = CommandLine::built("release", "swath").arg("plugin");
            let expected = expected.args(typed.iter().copied());
            assert_eq!(handed_on(&options).to_string(), expected.to_string());
        }
    }
}
