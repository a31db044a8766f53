//! `cargo xtask bench`: the timed suites, swath alone or beside its peers, one process a query.
//!
//! Data are made by the project's own generator and kept under `target/data`. Every engine answers the same command line with
//! the same line of JSON (`tests/bench/README.md`), so that no engine is measured in a way of its own; engines take turns
//! query by query, so that a slow minute of the machine hits them alike; and every peer's answer is compared with swath's.

mod engines;
mod measure;
mod program;
mod suites;
mod table;

use crate::{command::CommandLine, files, say, section, workspace};
use anyhow::{Result, bail};
use engines::Engine;
use measure::{Measured, Outcome};

/// What `bench` can be asked.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Suites to run, separated by commas; `program` measures what a user's program takes to build, alone
    #[arg(long, default_value = "sales,parquet-scan", value_delimiter = ',')]
    suites: Vec<String>,
    /// Queries to run, separated by commas; all of each suite when left out
    #[arg(long, value_delimiter = ',')]
    queries: Vec<String>,
    /// Rows of data, for every suite; each suite's own size when left out
    #[arg(long)]
    rows: Option<String>,
    /// Runs of each query in its process; the fastest counts
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Threads; all of this machine's when left out
    #[arg(long)]
    threads: Option<usize>,
    /// Where rows come from: `file`, or `memory` (loaded before the clock starts)
    #[arg(long, default_value = "file", value_parser = ["file", "memory"])]
    source: String,
    /// Runs the peers too: DuckDB, Polars, DataFusion, Dask
    #[arg(long)]
    peers: bool,
    /// Installs the peers at their pinned versions into target/bench/peers, then runs them
    #[arg(long)]
    install_peers: bool,
    /// Puts the tables into docs/performance.md
    #[arg(long)]
    write: bool,
}

const PAGE: &str = "docs/performance.md";

/// Makes the data, builds what is timed, runs everything, prints the tables and keeps them under `target/bench`.
///
/// # Errors
/// When a suite or query does not exist, a build fails, peers are asked for and not installed, or an answer of swath differs from
/// that of most peers.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.suites == [program::NAME] {
        return publish(options, program::NAME, &program::render()?);
    }
    let suites = suites::chosen(&options.suites, &options.queries)?;
    if options.install_peers {
        engines::install_peers()?;
    }
    let mut engines = vec![Engine::swath()];
    if options.peers || options.install_peers {
        engines.extend(engines::peers()?);
    } else {
        say::line(engines::HOW_TO_ADD_PEERS);
    }
    CommandLine::cargo("build")
        .args([
            "--release",
            "--locked",
            "--package",
            "swath-data",
            "--package",
            "swath-bench",
        ])
        .run()?;
    let threads = match options.threads {
        Some(threads) => threads,
        None => std::thread::available_parallelism()?.get(),
    };
    let mut differing = Vec::new();
    for suite in &suites {
        let rows = options.rows.as_deref().unwrap_or(suite.rows);
        let data = suite.make_data(rows)?;
        let setting = measure::Setting {
            suite: suite.name,
            data,
            threads,
            runs: options.runs,
            source: options.source.clone(),
        };
        let mut measured: Vec<Measured> = Vec::new();
        for query in &suite.queries {
            measured.extend(measure::query(&setting, query, &engines)?);
        }
        differing.extend(
            measured
                .iter()
                .filter(|m| m.outcome == Outcome::Differs)
                .map(|m| format!("{} {} of {}", suite.name, m.query, m.engine)),
        );
        let name = format!("{}-{}", suite.name, options.source);
        publish(options, &name, &table::render(&setting, rows, &measured))?;
    }
    if differing.is_empty() {
        Ok(())
    } else {
        bail!("answers differ from swath's: {}", differing.join(", "))
    }
}

/// Shows a table, keeps it as `name`, and puts it into the page where that was asked for.
fn publish(options: &Options, name: &str, text: &str) -> Result<()> {
    let root = workspace::root()?;
    files::write_if_changed(&root.join(format!("target/bench/{name}.md")), text)?;
    say::line(&format!("\n{text}"));
    if options.write {
        let page = root.join(PAGE);
        let replaced = section::replace(&files::read(&page)?, &format!("bench-{name}"), text)?;
        files::write_if_changed(&page, &replaced)?;
        say::line(&format!("{PAGE}: table written"));
    }
    Ok(())
}
