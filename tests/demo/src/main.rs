//! `swath-demo`: the pipeline of the README on made-up sales, with what it read, kept and gave back.
//!
//! ```text
//!  data ──► 50 Parquet files ──► pipeline: persist, three queries, release, the same from the files, one week
//!       │                └─► plugins: two libraries of functions, loaded and used
//!       └─► 4 CSV files ──► logs: lines by hour, users, share of errors
//!                                   │           │
//!                                 page       counters (what the scans say), interrupt (Ctrl-C)
//! ```
//!
//! It uses what any program can use. What it refuses to be: a benchmark. Its times are of one run, and compare only with each
//! other; `swath-bench` is for figures.

mod counters;
mod data;
mod interrupt;
mod logs;
mod options;
mod page;
mod pipeline;
mod plugins;

use anyhow::Result;
use clap::Parser as _;
use interrupt::Interrupt;
use options::Options;
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// What a shell gives to a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let options = Options::parse();
    let interrupt = Interrupt::default();
    match interrupt
        .listen()
        .and_then(|()| demo(&options, &interrupt, &mut io::stdout().lock()))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if interrupt.came() => {
            complain("interrupted");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            // swath's errors are whole reports; the chain below them would say the same again.
            match error.downcast_ref::<swath::Error>() {
                Some(report) => complain(&report.to_string()),
                None => complain(&format!("error: {error:#}")),
            }
            ExitCode::FAILURE
        }
    }
}

/// Makes the data, runs everything, and writes the page as it goes along.
fn demo(options: &Options, interrupt: &Interrupt, out: &mut dyn Write) -> Result<()> {
    page::title(out, options)?;
    let made = data::make(options)?;
    page::data(out, &made)?;
    pipeline::run(options, &made.pattern, interrupt, out)?;
    let session = pipeline::plain_session(options)?;
    plugins::run(options, &session, &made.pattern, interrupt, out)?;
    logs::run(options, &pipeline::plain_session(options)?, interrupt, out)
}

#[expect(clippy::print_stderr, reason = "problems go beside the page")]
fn complain(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests;
