//! Every chore of the project, one file a command: `cargo xtask <command>`.
//!
//! ```text
//!  setup   what this machine lacks, and how to get it          docs    generated pages, rustdoc without warnings, the book
//!  demo    the whole pipeline on data made on the spot         bench   timed suites, with or without the peers
//!  test    every test, with or without cargo-nextest           tidy    the rules of the house, proven
//!  model   the scheduler's threads, model-checked       ci      what must pass before a change is accepted
//!  plugin  what `swath plugin` does, built from here           skew    plugins of another compiler, tried in this host
//! ```
//!
//! What it refuses to be: a build system, or a place for code that touches data. It starts cargo and the project's own
//! programs, and reads manifests and sources; whatever needs Arrow is a package under `tests/`.

mod bench;
mod ci;
mod command;
mod crate_map;
mod demo;
mod docs;
mod files;
mod libraries;
mod metadata;
mod model;
mod plugin;
mod say;
mod section;
mod setup;
mod skew;
mod test;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The chores of the swath project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says what this machine lacks for which command, and how to get it
    Setup,
    /// Makes sales data, runs the pipeline on it and prints the answers
    Demo(demo::Options),
    /// Runs every test: unit, integration, documentation, the packages under tests/compose, and the plugins
    Test,
    /// Runs the model checks of the scheduler's threads
    Model,
    /// Runs what a change must pass: fmt, tidy, clippy, docs, packages, test, model, a small demo
    Ci,
    /// Proves the rules of the house; prints reports that never fail
    Tidy(tidy::Options),
    /// Times swath, and its peers where they are installed, and writes a table
    Bench(bench::Options),
    /// Builds the program `swath` and runs `swath plugin`: makes, builds and looks at plugins
    Plugin(plugin::Options),
    /// Builds a plugin with the nightly compiler, where there is one, and tries it in this host
    Skew,
    /// Rewrites what is generated in docs/, builds the API docs with warnings denied, and the guide as a book
    Docs,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Setup => setup::run(),
        Command::Demo(options) => demo::run(&options),
        Command::Test => test::run(),
        Command::Model => model::run(),
        Command::Ci => ci::run(),
        Command::Tidy(options) => tidy::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Plugin(options) => plugin::run(&options),
        Command::Skew => skew::run(),
        Command::Docs => docs::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::problem(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
