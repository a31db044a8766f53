//! `cargo xtask demo`: the program of the README on data made on the spot.

use crate::{command::CommandLine, libraries};
use anyhow::Result;
use std::time::Duration;

/// The plugins that the demo loads.
const PLUGINS: [&str; 2] = ["sketch", "textstats"];

/// What the demo can be asked.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Rows of sales data to make and to work on: `2e7`, `300000`
    #[arg(long, default_value = "2e7")]
    rows: String,
    /// Threads of the session; all of this machine's when left out
    #[arg(long)]
    threads: Option<usize>,
    /// Memory limit of the session
    #[arg(long, default_value = "4GiB")]
    memory_limit: String,
}

/// Builds the demo optimised and runs it in place of this process, so that Ctrl-C reaches it alone.
///
/// # Errors
/// When the build fails, or the demo does.
pub(crate) fn run(options: &Options) -> Result<()> {
    CommandLine::cargo("build")
        .args(["--release", "--locked", "--package", "swath-demo"])
        .run()?;
    libraries::build(&PLUGINS, "release")?;
    let mut demo = CommandLine::built("release", "swath-demo")
        .args([
            "--rows",
            &options.rows,
            "--memory-limit",
            &options.memory_limit,
        ])
        .args(["--data", "target/data"])
        .args(plugins("release"));
    if let Some(threads) = options.threads {
        demo = demo.args(["--threads", &threads.to_string()]);
    }
    demo.run_in_place()
}

/// Runs the demo on few rows, as the tests have built it; gives the time it took. Building the one package again would choose
/// features for it alone, and compile half of the workspace a second time.
pub(crate) fn small() -> Result<Duration> {
    let built = libraries::build(&PLUGINS, "debug")?;
    let ran = CommandLine::built("debug", "swath-demo")
        .args(["--rows", "2e5", "--data", "target/data-small"])
        .args(plugins("debug"))
        .run()?;
    Ok(built + ran)
}

/// The libraries, as options of the demo.
fn plugins(profile: &str) -> Vec<String> {
    let options = PLUGINS.map(|plugin| ["--plugin".to_owned(), libraries::path(plugin, profile)]);
    options.concat()
}
