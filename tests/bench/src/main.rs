//! `swath-bench run --suite S --query Q --data DIR …`: one query of one suite, timed in a process of its own.
//!
//! ```text
//!  suites/*  a query: frame ─► answers     source   files, or rows loaded before the clock starts
//!  measure   runs, clock, peak memory      answers  tables and kept partitions, written as Arrow IPC files
//! ```
//!
//! The contract that every engine keeps stands in this package's README. What it refuses to be: a harness. It knows no other
//! engine and no statistics; `cargo xtask bench` starts it, and compares.

mod answers;
mod measure;
mod options;
mod source;
mod suites;

use clap::Parser as _;
use options::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Command::Run(options) = Cli::parse().command;
    match measure::run(&options) {
        Ok(line) => {
            print(&line);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the line is what the program is called for"
)]
fn print(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "the caller reads why there is no line")]
fn complain(error: &anyhow::Error) {
    // swath's errors are whole reports; the chain below them would say the same again.
    match error.downcast_ref::<swath::Error>() {
        Some(report) => eprintln!("{report}"),
        None => eprintln!("error: {error:#}"),
    }
}
