//! User functions.

use std::error::Error as StdError;
use std::sync::Arc;

use swath_batch::Stopped;
use swath_divisions::DivisionsError;
use swath_graph::Shown;
use swath_ops::step::ClosureError;
use swath_plan::PlanError;

use super::{Error, ErrorKind, Report, why};

pub(super) fn report(error: &ClosureError) -> Report {
    match error {
        ClosureError::Columns { source, .. } => {
            let mut report = Report::new(ErrorKind::Type, error.to_string());
            report.column = source.columns().first().map(|column| column.column.clone());
            report.notes.push(("why", source.to_string()));
            report.fix = Some(
                "return what is declared, or declare what is returned: `.meta(..)`".to_owned(),
            );
            report
        }
        ClosureError::Divisions { source, .. } => {
            let fix = "leave `keeps_divisions()` out";
            out_of_place(error, source, fix)
        }
        ClosureError::Outside { source, .. } => {
            let fix = "declare the boundaries that partitions have, or leave `.divisions(..)` out";
            out_of_place(error, source, fix)
        }
        ClosureError::Placed { .. } => {
            let mut report = Report::new(ErrorKind::Task, error.to_string());
            report.fix = Some("return the number of a partition for each row".to_owned());
            report
        }
        ClosureError::NoTarget { .. } => {
            let mut report = Report::new(ErrorKind::Partitions, error.to_string());
            report.fix = Some(
                "return numbers below the function's second argument, which says how many there are"
                    .to_owned(),
            );
            report
        }
        ClosureError::Rows { .. } => {
            let mut report = Report::new(ErrorKind::Task, error.to_string());
            report.fix = Some(
                "return one row for each, in their order; or only what belongs to its own rows, which `cx.partition().halo()` tells, and say so: `.trims_itself()`"
                    .to_owned(),
            );
            report
        }
        _ => {
            let mut report = Report::new(ErrorKind::Task, error.to_string());
            report.notes.extend(reasons(error.source()));
            report
        }
    }
}

/// A row that a function returned for another partition than its own.
fn out_of_place(error: &ClosureError, row: &DivisionsError, fix: &str) -> Report {
    let mut report = Report::new(ErrorKind::Partitions, error.to_string());
    report.notes.push(("why", row.to_string()));
    report.fix = Some(fix.to_owned());
    report
}

/// A function that does not fit its frame.
pub(super) fn planned(error: &PlanError) -> Report {
    match error {
        PlanError::Closure(error) => report(error),
        PlanError::Inference {
            why,
            tried,
            declaration,
            ..
        } => {
            let mut report = Report::new(ErrorKind::Task, error.to_string());
            report.notes.push(("why", Shown(why).to_string()));
            report.notes.push(("with", (*tried).to_owned()));
            report.fix = Some(format!("declare what it returns: {declaration}"));
            report
        }
        PlanError::OtherIndex { .. } => {
            let mut report = Report::new(ErrorKind::Columns, error.to_string());
            report.fix = Some(
                "return the index columns first, under their names, or leave `keeps_divisions()` out"
                    .to_owned(),
            );
            report
        }
        _ => Report::new(ErrorKind::Task, error.to_string()),
    }
}

/// What an error says, and those below it.
fn reasons(mut error: Option<&(dyn StdError + 'static)>) -> Vec<(&'static str, String)> {
    let mut reasons = Vec::new();
    while let Some(current) = error {
        reasons.push(("why", why(current)));
        error = current.source();
    }
    reasons
}

/// So that a user's function may pass on with `?` that it should stop.
impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        let mut report = Report::new(ErrorKind::Cancelled, stopped.to_string());
        report.source = Some(Arc::new(stopped));
        Self::of(report)
    }
}
