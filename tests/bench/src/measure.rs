//! One query, several times: the clock, the memory, the line that says both.

use crate::{answers::Answers, options::Options, source::Source, suites};
use anyhow::Result;
use serde::Serialize;
use std::{collections::BTreeMap, time::Instant};

/// What is printed.
#[derive(Serialize)]
struct Report {
    version: &'static str,
    /// Seconds of each run.
    wall: Vec<f64>,
    /// Seconds of each stage of each run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stages: Vec<BTreeMap<&'static str, f64>>,
    /// MiB in memory before the first run, and the most up to the end of the last.
    rss_base_mb: f64,
    rss_peak_mb: f64,
}

/// Runs the query as often as asked, writes the last run's answers, and gives the line to print.
///
/// # Errors
/// A suite, query or setting that there is none of; whatever the query meets; a folder that cannot be written.
pub(crate) fn run(options: &Options) -> Result<String> {
    let suite = suites::find(&options.suite)?;
    let query = suite.query(&options.query)?;
    let files = options.data.join(suite.files);
    let source = Source::open(options.session()?, files, suite.read, options.source)?;
    swath_process::purge();
    swath_process::reset_peak();
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        wall: Vec::new(),
        stages: Vec::new(),
        rss_base_mb: mebibytes(swath_process::resident()),
        rss_peak_mb: 0.0,
    };
    let mut answers = Answers::default();
    for _ in 0..options.runs {
        // Neither the memory of the last answer nor the time to free it belongs to this run.
        drop(std::mem::take(&mut answers));
        let start = Instant::now();
        answers = query(&source)?;
        report.wall.push(start.elapsed().as_secs_f64());
        let stages = answers.stages().iter();
        let stages: BTreeMap<_, _> = stages
            .map(|(name, time)| (*name, time.as_secs_f64()))
            .collect();
        if !stages.is_empty() {
            report.stages.push(stages);
        }
    }
    report.rss_peak_mb = mebibytes(swath_process::peak());
    answers.write(&options.results)?;
    Ok(serde_json::to_string(&report)?)
}

/// Bytes in MiB with one decimal; 0 where the system does not say.
fn mebibytes(bytes: Option<u64>) -> f64 {
    let tenths = bytes.unwrap_or(0) * 10 / (1 << 20);
    tenths as f64 / 10.0
}
