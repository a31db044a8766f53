//! What is timed: swath's own program, and the peers through one Python script in an environment of their own.

use crate::{command::CommandLine, say, workspace};
use anyhow::{Context, Result, bail};

/// One program that answers a query when called.
pub(super) struct Engine {
    pub(super) name: &'static str,
    program: fn() -> CommandLine,
    arguments: &'static [&'static str],
}

/// What is said when only swath is timed.
pub(super) const HOW_TO_ADD_PEERS: &str = "Timing swath alone. `cargo xtask bench --install-peers` puts DuckDB, Polars, DataFusion and Dask \
     at the versions of tests/bench/peers/requirements.txt into target/bench/peers (needs python3 and PyPI) and times them \
     beside it; later `cargo xtask bench --peers` is enough.";

const FOLDER: &str = "target/bench/peers";
const PYTHON: &str = if cfg!(windows) {
    "target/bench/peers/Scripts/python.exe"
} else {
    "target/bench/peers/bin/python"
};
const SCRIPT: &str = "tests/bench/peers/run.py";

impl Engine {
    /// The project's own bench program, as built for release.
    pub(super) fn swath() -> Self {
        Self {
            name: "swath",
            program: || CommandLine::built("release", "swath-bench"),
            arguments: &["run"],
        }
    }

    const fn peer(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self {
            name,
            program: || CommandLine::new(PYTHON),
            arguments,
        }
    }

    /// The command up to the arguments that every engine takes alike.
    pub(super) fn command(&self) -> CommandLine {
        (self.program)().args(self.arguments)
    }
}

/// The peers.
///
/// # Errors
/// When they are not installed.
pub(super) fn peers() -> Result<Vec<Engine>> {
    if !workspace::root()?.join(PYTHON).exists() {
        bail!("the peers are not installed: `cargo xtask bench --install-peers`");
    }
    Ok(vec![
        Engine::peer("duckdb", &[SCRIPT, "--engine", "duckdb"]),
        Engine::peer("polars", &[SCRIPT, "--engine", "polars"]),
        Engine::peer(
            "polars-streaming",
            &[SCRIPT, "--engine", "polars-streaming"],
        ),
        Engine::peer("datafusion", &[SCRIPT, "--engine", "datafusion"]),
        Engine::peer("dask", &[SCRIPT, "--engine", "dask"]),
    ])
}

/// Makes the Python environment, if need be, and installs the pinned versions into it.
pub(super) fn install_peers() -> Result<()> {
    CommandLine::new("python3")
        .args(["-m", "venv", FOLDER])
        .run()
        .context("the peers need python3 with its venv module")?;
    CommandLine::new(PYTHON)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--requirement",
            "tests/bench/peers/requirements.txt",
        ])
        .run()?;
    Ok(())
}

/// Whether two folders of answers hold the same ones; says where they differ.
pub(super) fn same_answers(ours: &str, theirs: &str) -> bool {
    match CommandLine::new(PYTHON)
        .args(["tests/bench/peers/answers.py", ours, theirs])
        .output()
    {
        Ok(_) => true,
        Err(error) => {
            say::problem(&format!("{error:#}"));
            false
        }
    }
}
