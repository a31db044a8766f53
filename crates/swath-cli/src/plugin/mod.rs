//! `swath plugin …`: one file a command.

mod build;
mod new;

mod doc;
mod inspect;
mod page;

mod pin;
mod pins;

mod changes;
mod declared;
mod diff;

mod check;

mod bench;

use clap::Subcommand;

use crate::{Answer, Error};

/// What can be done with plugins.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes a crate of a plugin, with a function and a test that passes
    New(new::Options),
    /// Builds the dynamic library of a plugin's crate, and inspects it
    Build(build::Options),
    /// Shows what a plugin's file says of itself; runs none of its code
    Inspect(inspect::Options),
    /// Writes the reference page of a plugin, in Markdown
    Doc(doc::Options),
    /// Adds a plugin to plugins.toml, or brings it up to date: where it is, its version and its hash
    Pin(pin::Options),
    /// Tries what a plugin's functions promise, on rows that are made up; exit code 1 if one is broken, and not for functions that could
    /// not be tried. Runs its code
    Check(check::Options),
    /// Times a function of rows: a scalar, partition function, aggregate or partitioner. Runs its code
    Bench(bench::Options),
    /// Says what changed for the callers of a plugin; exit code 1 if one of them may break
    Diff(diff::Options),
}

pub(crate) fn run(command: &Command) -> Result<Answer, Error> {
    match command {
        Command::New(options) => new::run(options),
        Command::Build(options) => build::run(options),
        Command::Inspect(options) => inspect::run(options),
        Command::Doc(options) => doc::run(options),
        Command::Pin(options) => pin::run(options),
        Command::Diff(options) => diff::run(options),
        Command::Check(options) => check::run(options),
        Command::Bench(options) => bench::run(options),
    }
}
