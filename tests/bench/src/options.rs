//! The command line that every engine takes alike.

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use swath::Session;

/// Timed queries.
#[derive(Parser)]
#[command(name = "swath-bench")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Runs one query and prints a line of JSON: version, seconds of each run, memory
    Run(Options),
}

/// One query, and how to run it.
#[derive(Args)]
pub(crate) struct Options {
    /// `sales` or `parquet-scan`
    #[arg(long)]
    pub(crate) suite: String,
    /// A query of the suite
    #[arg(long)]
    pub(crate) query: String,
    /// The folder with the suite's data, as `swath-data` makes them
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Threads of the session
    #[arg(long)]
    pub(crate) threads: usize,
    /// Runs in this process
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// Where rows come from
    #[arg(long)]
    pub(crate) source: From,
    /// The folder that gets the last run's answers, one Arrow IPC file each
    #[arg(long)]
    pub(crate) results: PathBuf,
    /// A setting of the session: `memory-limit=8GiB`; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
}

/// Where a suite's rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    /// The files, in every run
    File,
    /// The session, which has loaded them before the first run
    Memory,
}

impl Options {
    /// The session that the options describe.
    ///
    /// # Errors
    /// A setting that there is none of, and whatever the session says to its value.
    pub(crate) fn session(&self) -> Result<Session> {
        let mut builder = Session::builder().threads(self.threads);
        for setting in &self.set {
            match setting.split_once('=') {
                Some(("memory-limit", limit)) => builder = builder.memory_limit(limit),
                _ => bail!("there is no setting `{setting}`: there is memory-limit=SIZE"),
            }
        }
        Ok(builder.build()?)
    }
}
