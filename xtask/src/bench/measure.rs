//! One query on every engine in turn: called, read, compared.

use super::engines::{self, Engine};
use crate::{files, say, workspace};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What is the same for all queries of a suite.
pub(super) struct Setting {
    pub(super) suite: &'static str,
    pub(super) data: String,
    pub(super) threads: usize,
    pub(super) runs: usize,
    pub(super) source: String,
}

/// One engine's time for one query.
pub(super) struct Measured {
    pub(super) engine: &'static str,
    pub(super) query: &'static str,
    pub(super) outcome: Outcome,
    /// Nothing where the engine failed.
    pub(super) report: Option<Report>,
}

/// Whether an engine's answer is right, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The answer others are compared with, or one that is the same.
    Answered,
    /// Another answer than swath's.
    Differs,
    /// No answer.
    Failed,
}

/// The last line an engine prints.
#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) version: String,
    /// Seconds of each run, from building the frame to the answer in memory.
    pub(super) wall: Vec<f64>,
    /// Seconds of each stage of each run, for queries of several.
    #[serde(default)]
    pub(super) stages: Vec<BTreeMap<String, f64>>,
    /// Resident memory at its highest, in MiB.
    pub(super) rss_peak_mb: f64,
}

impl Report {
    /// The fastest run, in seconds.
    pub(super) fn fastest(&self) -> f64 {
        self.wall.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// Runs one query on every engine; a peer that fails is a gap in the table, swath failing is an error.
pub(super) fn query(
    setting: &Setting,
    query: &'static str,
    engines: &[Engine],
) -> Result<Vec<Measured>> {
    let answers = |engine: &str| format!("target/bench/answers/{}/{query}/{engine}", setting.suite);
    let mut measured: Vec<Measured> = Vec::new();
    for engine in engines {
        let folder = answers(engine.name);
        let called = call(setting, query, engine, &folder);
        let is_first = measured.is_empty();
        let (outcome, report) = match called {
            Ok(report) if is_first || engines::same_answers(&answers(engines[0].name), &folder) => {
                (Outcome::Answered, Some(report))
            }
            Ok(report) => (Outcome::Differs, Some(report)),
            Err(error) if is_first => return Err(error),
            Err(error) => {
                say::problem(&format!("{error:#}"));
                (Outcome::Failed, None)
            }
        };
        measured.push(Measured {
            engine: engine.name,
            query,
            outcome,
            report,
        });
        if !is_first {
            files::remove_folder(&workspace::root()?.join(folder))?;
        }
    }
    files::remove_folder(&workspace::root()?.join(answers(engines[0].name)))?;
    Ok(measured)
}

fn call(setting: &Setting, query: &str, engine: &Engine, folder: &str) -> Result<Report> {
    files::make_folder(&workspace::root()?.join(folder))?;
    let command = engine
        .command()
        .args([
            "--suite",
            setting.suite,
            "--query",
            query,
            "--data",
            &setting.data,
        ])
        .args([
            "--threads",
            &setting.threads.to_string(),
            "--runs",
            &setting.runs.to_string(),
        ])
        .args(["--source", &setting.source, "--results", folder]);
    say::step(&command.to_string());
    read(&command.output()?).with_context(|| command.to_string())
}

fn read(output: &str) -> Result<Report> {
    let line = output
        .lines()
        .rev()
        .find(|line| line.starts_with('{'))
        .context("printed no line of JSON")?;
    let report: Report =
        serde_json::from_str(line).with_context(|| format!("cannot read `{line}`"))?;
    anyhow::ensure!(!report.wall.is_empty(), "timed no run");
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_last_line_of_json_counts() {
        let report = read(
            "{\"not\": \"this\"}\nloading\n{\"version\": \"1\", \"wall\": [0.5, 0.25], \"stages\": [{\"persist\": 0.2}], \
             \"rss_base_mb\": 10, \"rss_peak_mb\": 99}\nbye\n",
        )
        .unwrap();
        assert_eq!(
            (
                report.version.as_str(),
                report.fastest(),
                report.rss_peak_mb
            ),
            ("1", 0.25, 99.0)
        );
        assert_eq!(report.stages.len(), 1);
        for output in [
            "",
            "{\"version\": \"1\"}",
            "{\"version\": \"1\", \"wall\": [], \"rss_peak_mb\": 1}",
        ] {
            assert!(read(output).is_err(), "{output}");
        }
    }
}
