//! `cargo xtask model`: the scheduler's threads, put through thousands of interleavings.
//!
//! The model checker stands in for threads and locks, so everything below the test is built once more, in a target folder of its
//! own: switching a `cfg` on and off in one folder would build the whole workspace each time.

use crate::{command::CommandLine, say};
use anyhow::Result;
use std::time::Duration;

/// Builds and runs the model checks, and says how long that took.
pub(crate) fn run() -> Result<()> {
    let time = check()?;
    say::line(&format!(
        "model checks: passed in {:.0} s",
        time.as_secs_f64()
    ));
    Ok(())
}

/// Builds and runs the model checks; gives the time it took.
pub(crate) fn check() -> Result<Duration> {
    CommandLine::cargo("test")
        .args(["--locked", "--release", "--package", "swath-scheduler"])
        .args(["--test", "model", "--target-dir", "target/model"])
        .env("RUSTFLAGS", "--cfg shuttle")
        .run()
}
