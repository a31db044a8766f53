//! What the demo can be asked.

use clap::Parser;
use std::path::PathBuf;

/// The pipeline of the README on made-up sales.
#[derive(Parser)]
#[command(name = "swath-demo")]
pub(crate) struct Options {
    /// Rows of sales data to make and to work on: `2e7`, `300000`
    #[arg(long, default_value = "2e7")]
    pub(crate) rows: String,
    /// Parquet files that they are cut into
    #[arg(long, default_value_t = 50)]
    pub(crate) files: u64,
    /// Threads of the session; all of this machine's when left out
    #[arg(long)]
    pub(crate) threads: Option<usize>,
    /// Memory limit of the session
    #[arg(long, default_value = "4GiB")]
    pub(crate) memory_limit: String,
    /// The folder that gets a folder with the data; data that are there already stay
    #[arg(long, default_value = "target/data")]
    pub(crate) data: PathBuf,
    /// The libraries of the plugins `sketch` and `textstats`; without them, that part is left out
    #[arg(long = "plugin")]
    pub(crate) plugins: Vec<PathBuf>,
}
