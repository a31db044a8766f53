//! `cargo xtask tidy`: what erodes silently, proven. One file a check; this list is all of them.
//!
//! Checks are pure functions of a [`Checkout`], so each is tested on a few lines of text. Gates fail the command; reports are
//! printed and never fail it, because a kernel cut at a line number is worse than a long one.

mod absences;
mod checkout;
mod code;
mod examples;
mod finding;
mod globs;
mod links;
mod lints;
mod map;
mod names;
mod one_table;
mod openings;
mod order;
mod pages;
mod readme;
mod sizes;
mod top_level;
mod traits;
mod trees;
mod unsafe_code;

pub(crate) use absences::ABSENCES;
pub(crate) use trees::ask as packages_below;

use crate::say;
use anyhow::{Result, bail};
use checkout::Checkout;
use finding::{Check, Finding};
use std::time::{Duration, Instant};

/// What fails the command.
const GATES: &[Check] = &[
    order::CHECK,
    map::CHECK,
    readme::CHECK,
    pages::CHECK,
    links::CHECK,
    absences::CHECK,
    trees::GATE,
    unsafe_code::CHECK,
    lints::CHECK,
    one_table::CHECK,
    globs::CHECK,
    openings::CHECK,
    names::CHECK,
    top_level::CHECK,
];

/// What is printed only.
const REPORTS: &[Check] = &[sizes::CHECK, traits::CHECK, examples::CHECK, trees::REPORT];

/// How many lines of a report are shown unless all are asked for.
const REPORT_LINES: usize = 8;

/// What `tidy` can be asked.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Shows every line of the reports, not only the first few of each
    #[arg(long)]
    all: bool,
}

/// Runs the gates and prints the reports.
///
/// # Errors
/// When a gate finds something.
pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::load()?;
    let found = gate(&checkout);
    for report in REPORTS {
        let lines = (report.run)(&checkout);
        say::line(&format!("\n{} ({})", report.rule, report.why));
        let shown = if options.all {
            lines.len()
        } else {
            REPORT_LINES
        };
        for finding in lines.iter().take(shown) {
            say::line(&format!("  {}: {}", finding.place, finding.found));
        }
        if lines.len() > shown {
            say::line(&format!(
                "  and {} more: `cargo xtask tidy --all`",
                lines.len() - shown
            ));
        }
    }
    say::line("");
    found
}

/// Runs the gates only; gives the time they took.
///
/// # Errors
/// When a gate finds something.
pub(crate) fn gates() -> Result<Duration> {
    let start = Instant::now();
    gate(&Checkout::load()?)?;
    Ok(start.elapsed())
}

fn gate(checkout: &Checkout) -> Result<()> {
    let mut count = 0;
    for check in GATES {
        let findings = (check.run)(checkout);
        say::line(&format!(
            "{} {}",
            if findings.is_empty() { "ok  " } else { "FAIL" },
            check.rule
        ));
        for Finding { place, found } in &findings {
            say::line(&format!("     {place}: {found}"));
        }
        if !findings.is_empty() {
            say::line(&format!("     why: {}", check.why));
        }
        count += findings.len();
    }
    if count > 0 {
        bail!(
            "tidy found {count} {}",
            if count == 1 { "breach" } else { "breaches" }
        );
    }
    Ok(())
}
