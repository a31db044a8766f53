//! A call that does not fit its frame.

use std::panic::Location;
use std::sync::Arc;

use swath_plan::PlanError;

#[cfg(feature = "plugins")]
use super::plugin;
use super::{Error, ErrorKind, Report};
use super::{closure, expression, io, kernel, meta};

impl Error {
    /// A call that does not fit its frame.
    pub(crate) fn planning(
        error: PlanError,
        call: &'static str,
        location: &'static Location<'static>,
    ) -> Self {
        let mut report = report(&error);
        // An expression may have been written elsewhere than where it is used.
        if let Some(written) = expression_line(&error).filter(|written| {
            (written.file(), written.line()) != (location.file(), location.line())
        }) {
            report.notes.push(("written", written.to_string()));
        }
        report.source = Some(Arc::new(error));
        Self::of(report).at(call, location)
    }

    /// A fault of the planner itself, between rounds.
    pub(crate) fn lowering(error: PlanError) -> Self {
        let mut report = report(&error);
        report.source = Some(Arc::new(error));
        Self::of(report)
    }
}

/// The line that wrote the expression at fault.
fn expression_line(error: &PlanError) -> Option<&'static Location<'static>> {
    match error {
        PlanError::Expr(error) => error.location(),
        PlanError::Unordered { location, .. } | PlanError::NeighbouringRows { location, .. } => {
            *location
        }
        _ => None,
    }
}

/// An error about columns, and what to do.
fn columns(error: &PlanError, fix: impl Into<String>) -> Report {
    let mut report = Report::new(ErrorKind::Columns, error.to_string());
    report.fix = Some(fix.into());
    report
}

fn report(error: &PlanError) -> Report {
    match error {
        PlanError::Meta(error) => meta::report(error),
        PlanError::Expr(error) => expression::report(error),
        PlanError::Aggregate { agg, source } => kernel::planned(agg, source),
        PlanError::Io(error) => io::report(error),
        PlanError::DropIndex { .. } | PlanError::ChangesIndex { .. } => columns(
            error,
            "call `reset_index()` first, which makes it an ordinary column",
        ),
        PlanError::DuplicateColumn { column } => columns(
            error,
            format!("give one of them another name: `.alias(\"{column}_2\")`, or `rename` before"),
        ),
        PlanError::Unnamed { .. } => columns(error, "name it with `.alias(\"…\")`"),
        PlanError::NotAColumn { .. } => columns(error, "give it a name with `assign` first"),
        PlanError::IndexNotFirst { column, .. } => {
            let mut report = columns(error, "return the index columns first, in their order");
            report.column = Some(column.clone());
            report
        }
        PlanError::DivisionsOfNothing => {
            let mut report = Report::new(ErrorKind::Partitions, error.to_string());
            report.fix = Some(
                "say which column they bound: `.index(\"…\")`, or a meta with an index".to_owned(),
            );
            report
        }
        PlanError::DivisionsOfOthers { .. } => {
            let mut report = Report::new(ErrorKind::Partitions, error.to_string());
            report.fix = Some(
                "give the lower boundary of each partition, and the upper one of the last"
                    .to_owned(),
            );
            report
        }
        PlanError::NotAligned { unknown, .. } => {
            let mut report = Report::new(ErrorKind::Partitions, error.to_string());
            // The first is the one whose partitions there are calls for.
            let whole = match unknown {
                0 => "all of the frames beside the first, say so by `.whole(..)`".to_owned(),
                _ => format!("all of it, say `.whole({unknown})`"),
            };
            report.fix = Some(format!(
                "give frame {unknown} an index with known divisions, `shuffle` all of them by their keys into as many partitions, or, if each call of a closure needs {whole}"
            ));
            report
        }
        PlanError::Unpaired { .. }
        | PlanError::Divisions(_)
        | PlanError::Partitions { .. }
        | PlanError::NoPartition { .. } => Report::new(ErrorKind::Partitions, error.to_string()),
        PlanError::NeighbouringRows { .. } | PlanError::Unordered { .. } => order(error),
        PlanError::SortedSplitOut { .. }
        | PlanError::RowsNotGroups { .. }
        | PlanError::GivenTwice { .. }
        | PlanError::TooSmall { .. }
        | PlanError::TooLarge { .. }
        | PlanError::Negative { .. }
        | PlanError::NoKeys
        | PlanError::NoShare { .. }
        | PlanError::NotBeside { .. }
        | PlanError::NoDistance { .. }
        | PlanError::NothingToMeasure
        | PlanError::MeasuredAndReplaced { .. }
        | PlanError::SharesDoNotFit { .. }
        | PlanError::NoColumns { .. } => option(error),
        PlanError::WritesWhatItReads { file, folder } => {
            let kind = ErrorKind::ReadAndWritten { path: file.into() };
            let mut report = Report::new(kind, error.to_string());
            report.notes.push(("writes", format!("into `{folder}`")));
            report.fix = Some(
                "write to another folder, or `persist()` first, so that the file is read no more"
                    .to_owned(),
            );
            report
        }
        PlanError::WrittenTwice { folder, first } => {
            let kind = ErrorKind::WrittenTwice {
                path: folder.into(),
            };
            let mut report = Report::new(kind, error.to_string());
            if folder != first {
                report.notes.push(("other", format!("into `{first}`")));
            }
            report.fix = Some(
                "write to two folders, neither in the other, or compute one after the other"
                    .to_owned(),
            );
            report
        }
        PlanError::NotDescribed { .. }
        | PlanError::NotAList { .. }
        | PlanError::NotATime { .. }
        | PlanError::NotComparable { .. }
        | PlanError::NothingInCommon { .. } => dtype(error),
        PlanError::Closure(_) | PlanError::Inference { .. } | PlanError::OtherIndex { .. } => {
            closure::planned(error)
        }
        PlanError::Released { .. } => Report::new(ErrorKind::Released, error.to_string()),
        _ => other(error),
    }
}

/// What a plugin says, or a fault of the planner.
fn other(error: &PlanError) -> Report {
    match error {
        #[cfg(feature = "plugins")]
        PlanError::Plugin(error) => plugin::report(error),
        _ => Report::new(ErrorKind::Backend, error.to_string()),
    }
}

/// Settings of a call that say nothing, or contradict each other.
fn option(error: &PlanError) -> Report {
    let mut report = Report::new(ErrorKind::Option, error.to_string());
    report.fix = match error {
        PlanError::SortedSplitOut { .. } => Some(
            "leave one of them out: sorted groups come in one partition, which `repartition` cuts in order"
                .to_owned(),
        ),
        PlanError::RowsNotGroups { option, .. } => Some(format!(
            "leave out `.{option}`: rows stay in the order of the frame"
        )),
        PlanError::NothingToMeasure => Some(
            "name the column of times that rows are sorted by, `.along(\"…\")`, or give a number of rows"
                .to_owned(),
        ),
        PlanError::MeasuredAndReplaced { column } => Some(format!(
            "give what `.reads(..)` computes another name than `{column}`"
        )),
        PlanError::NoDistance { .. } => {
            Some("write it as `\"30min\"`, `\"2h\"` or `\"7d\"`, or give a number of rows".to_owned())
        }
        PlanError::GivenTwice { .. } => Some("say once what becomes of each column".to_owned()),
        _ => None,
    };
    report
}

/// Columns of a dtype that a call has no use for.
fn dtype(error: &PlanError) -> Report {
    let mut report = Report::new(ErrorKind::Type, error.to_string());
    match error {
        PlanError::NotDescribed {
            column,
            dtype,
            text,
        } => {
            report.column = Some(column.clone());
            report.fix = (!text && dtype.is_string())
                .then(|| format!("write `Describe::new({column:?}).text()`"));
        }
        PlanError::NotAList { column, .. } | PlanError::NotComparable { column, .. } => {
            report.column = Some(column.clone());
        }
        PlanError::NotATime { column, .. } => {
            report.column = Some(column.clone());
            report.fix = Some(
                "name a column of timestamps, dates or durations with `.along(\"…\")`, or give a number of rows"
                    .to_owned(),
            );
        }
        PlanError::NothingInCommon { left, right, .. } => {
            let out = if left == right {
                format!("`{left}`")
            } else {
                format!("`{left}` or `{right}`")
            };
            report.fix = Some(format!(
                "cast one of them before: `.astype([({right:?}, \"…\")])`, or leave {out} out"
            ));
        }
        _ => {}
    }
    report
}

/// Rows that cannot be read in their order.
fn order(error: &PlanError) -> Report {
    let mut report = Report::new(ErrorKind::Order, error.to_string());
    let fix = match error {
        PlanError::Unordered {
            by: "drop-duplicates",
            ..
        } => "call `repartition(1)` before it: in one partition rows stay where they are",
        PlanError::Unordered { by: "shuffle", .. } => {
            "do it before `shuffle(..)`, where rows have their order"
        }
        PlanError::Unordered {
            by: "map-partitions",
            ..
        } => {
            "compute it before `map_partitions`, or call a function there that promises to keep the order"
        }
        PlanError::Unordered {
            by: "map-overlap", ..
        } => {
            "compute it before `map_overlap`, or call a function there that promises to keep the order"
        }
        PlanError::Unordered { .. } => "write `.sort(true)` behind `groupby(..)`",
        _ => "call `repartition(1)` before: one partition then has all rows, in their order",
    };
    report.fix = Some(fix.to_owned());
    report
}
