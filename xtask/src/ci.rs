//! `cargo xtask ci`: what a change must pass, cheapest first, with the time each step took.

use crate::{command::CommandLine, demo, docs, model, say, test, tidy};
use anyhow::Result;
use std::time::Duration;

/// Runs every step, stopping at the first that fails.
pub(crate) fn run() -> Result<()> {
    let mut times = vec![
        ("fmt".to_owned(), format()?),
        ("tidy".to_owned(), tidy::gates()?),
    ];
    times.push(("clippy".to_owned(), clippy()?));
    times.push(("docs".to_owned(), docs::rustdoc()?));
    times.push(("packages".to_owned(), packages()?));
    times.extend(test::parts()?);
    times.push(("a small demo".to_owned(), demo::small()?));
    times.push(("model checks".to_owned(), model::check()?));
    say::line("");
    for (step, time) in &times {
        say::line(&format!("{:>6.0} s  {step}", time.as_secs_f64()));
    }
    let total: Duration = times.iter().map(|(_, time)| *time).sum();
    say::line(&format!("{:>6.0} s  in all", total.as_secs_f64()));
    Ok(())
}

fn format() -> Result<Duration> {
    let project = CommandLine::cargo("fmt").args(["--all", "--check"]).run()?;
    let plugins = CommandLine::cargo("fmt")
        .args(["--manifest-path", "plugins/Cargo.toml"])
        .args(["--all", "--check"])
        .run()?;
    Ok(project + plugins)
}

fn clippy() -> Result<Duration> {
    CommandLine::cargo("clippy")
        .args([
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ])
        .run()
}

/// Packs every member as it would be published. Building each of them once more from its package would take as long as all the
/// other steps: that is for a release, by `cargo package --workspace`.
fn packages() -> Result<Duration> {
    CommandLine::cargo("package")
        .args(["--workspace", "--locked", "--no-verify", "--quiet"])
        .arg("--allow-dirty")
        .run()
}
