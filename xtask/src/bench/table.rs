//! The tables a run leaves: seconds and memory, with everything needed to repeat it.

use super::measure::{Measured, Outcome, Setting};
use crate::command::CommandLine;
use std::fmt::Write as _;

/// Markdown: where and how it was measured, a table of seconds, one of stages where a query has several, one of memory.
pub(super) fn render(setting: &Setting, rows: &str, measured: &[Measured]) -> String {
    let source = if setting.source == "file" {
        String::new()
    } else {
        format!(" --source {}", setting.source)
    };
    let peers = if measured.iter().any(|m| m.engine != "swath") {
        " --peers"
    } else {
        ""
    };
    let mut text = format!(
        "Suite `{}`, {rows} rows from {}, {} threads, fastest of {} runs in one process, page cache warm. {}\n\n\
         `cargo xtask bench --suites {} --rows {rows} --threads {} --runs {}{source}{peers}`\n\n",
        setting.suite,
        if setting.source == "file" {
            "files"
        } else {
            "memory"
        },
        setting.threads,
        setting.runs,
        machine(),
        setting.suite,
        setting.threads,
        setting.runs,
    );
    text.push_str(&body(measured));
    text
}

fn body(measured: &[Measured]) -> String {
    let mut text = grid("seconds", measured, |report| {
        format!("{:.3}", report.fastest())
    });
    for query in in_order(measured, |m| m.query) {
        let stages = stages(measured, query);
        if !stages.is_empty() {
            let _ = write!(
                text,
                "\nStages of `{query}` (each stage's fastest, seconds): {}.\n",
                stages.join("; ")
            );
        }
    }
    text.push('\n');
    text.push_str(&grid("peak memory, MiB", measured, |report| {
        format!("{:.0}", report.rss_peak_mb)
    }));
    if measured.iter().any(|m| m.outcome == Outcome::Differs) {
        text.push_str("\n≠ the answer differs from swath's.\n");
    }
    text
}

fn grid(
    what: &str,
    measured: &[Measured],
    cell: impl Fn(&super::measure::Report) -> String,
) -> String {
    let engines = in_order(measured, |m| m.engine);
    let mut text = format!("| {what} |");
    for engine in &engines {
        let version = measured
            .iter()
            .filter(|m| m.engine == *engine)
            .find_map(|m| m.report.as_ref())
            .map_or("", |report| &report.version);
        let _ = write!(text, " {engine} {version} |");
    }
    let _ = write!(text, "\n|---|{}\n", "--:|".repeat(engines.len()));
    for query in in_order(measured, |m| m.query) {
        let _ = write!(text, "| {query} |");
        for engine in &engines {
            let one = measured
                .iter()
                .find(|m| m.engine == *engine && m.query == query);
            let shown =
                match one.and_then(|m| m.report.as_ref().map(|report| (m.outcome, cell(report)))) {
                    Some((Outcome::Differs, value)) => format!("{value} ≠"),
                    Some((_, value)) => value,
                    None => "failed".to_owned(),
                };
            let _ = write!(text, " {shown} |");
        }
        text.push('\n');
    }
    text
}

/// For each engine that reports stages of a query: its name, and each stage with its least time.
fn stages(measured: &[Measured], query: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for one in measured.iter().filter(|m| m.query == query) {
        let Some(report) = one
            .report
            .as_ref()
            .filter(|report| !report.stages.is_empty())
        else {
            continue;
        };
        let names = report.stages[0].keys();
        let least = |name: &str| {
            let times = report
                .stages
                .iter()
                .filter_map(|stage| stage.get(name).copied());
            times.fold(f64::INFINITY, f64::min)
        };
        let parts: Vec<String> = names
            .map(|name| format!("{name} {:.3}", least(name)))
            .collect();
        lines.push(format!("{} {}", one.engine, parts.join(", ")));
    }
    lines
}

fn in_order(measured: &[Measured], of: impl Fn(&Measured) -> &'static str) -> Vec<&'static str> {
    let mut seen = Vec::new();
    for name in measured.iter().map(of) {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// Processor, toolchain and commit, as far as this machine tells.
pub(super) fn machine() -> String {
    let processor = crate::files::read("/proc/cpuinfo".as_ref())
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            line.split_once(':').map(|(_, name)| name.trim().to_owned())
        });
    let memory = crate::files::read("/proc/meminfo".as_ref())
        .ok()
        .and_then(|text| {
            let kib: u64 = text
                .lines()
                .next()?
                .split_whitespace()
                .nth(1)?
                .parse()
                .ok()?;
            Some(format!("{} GiB", kib >> 20))
        });
    let facts = [
        processor,
        memory,
        CommandLine::new("rustc").arg("--version").probe(),
        CommandLine::new("git")
            .args(["log", "-1", "--format=commit %h of %cs"])
            .probe(),
    ];
    let known: Vec<String> = facts.into_iter().flatten().collect();
    format!("Machine: {}.", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Measured, Outcome, body};
    use crate::bench::measure::Report;
    use std::collections::BTreeMap;

    fn measured(
        engine: &'static str,
        query: &'static str,
        outcome: Outcome,
        wall: &[f64],
    ) -> Measured {
        let report = Report {
            version: "1.0".to_owned(),
            wall: wall.to_vec(),
            stages: wall
                .iter()
                .map(|s| BTreeMap::from([("persist".to_owned(), s / 2.0)]))
                .collect(),
            rss_peak_mb: 99.6,
        };
        Measured {
            engine,
            query,
            outcome,
            report: (outcome != Outcome::Failed).then_some(report),
        }
    }

    #[test]
    fn the_fastest_run_is_shown_and_what_went_wrong() {
        let text = body(&[
            measured("swath", "region", Outcome::Answered, &[0.5, 0.25]),
            measured("other", "region", Outcome::Differs, &[1.0]),
            measured("swath", "top", Outcome::Answered, &[2.0]),
            measured("other", "top", Outcome::Failed, &[]),
        ]);
        assert_eq!(
            text,
            "| seconds | swath 1.0 | other 1.0 |\n|---|--:|--:|\n| region | 0.250 | 1.000 ≠ |\n| top | 2.000 | failed |\n\
             \nStages of `region` (each stage's fastest, seconds): swath persist 0.125; other persist 0.500.\n\
             \nStages of `top` (each stage's fastest, seconds): swath persist 1.000.\n\
             \n| peak memory, MiB | swath 1.0 | other 1.0 |\n|---|--:|--:|\n| region | 100 | 100 ≠ |\n| top | 100 | failed |\n\
             \n≠ the answer differs from swath's.\n"
        );
    }
}
