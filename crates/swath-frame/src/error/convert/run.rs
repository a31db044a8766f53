//! A run that gave no result.

use std::error::Error as StdError;
use std::sync::Arc;

use swath_batch::BatchError;
use swath_expr::ExprError;
use swath_graph::Shown;
use swath_io::IoError;
use swath_kernels::KernelError;
use swath_ops::OpError;
use swath_ops::step::{AggregateError, ClosureError, OrderError};
use swath_scheduler::{RunError, TaskErrorKind};

use super::{Error, ErrorKind, Report};
use super::{batch, closure, expression, io, kernel, memory, plugin, why};
use crate::Session;

impl Error {
    /// Whether a run met a guess of where records begin that was wrong.
    pub(crate) fn is_misread(error: &RunError) -> bool {
        let mut cause = error.source();
        while let Some(error) = cause {
            if let Some(IoError::Misread { .. }) = error.downcast_ref() {
                return true;
            }
            cause = error.source();
        }
        false
    }

    /// A run of a session that gave no result; no session for a run of nothing.
    pub(crate) fn run<'a>(error: RunError, session: impl Into<Option<&'a Session>>) -> Self {
        let session = session.into();
        let key = error.key().cloned();
        let mut report = match &error {
            RunError::Task {
                label,
                origin,
                error: task,
                chain,
                ..
            } => {
                let mut report = match task.kind() {
                    TaskErrorKind::Panicked { message, location } => {
                        let message = Shown(message).to_string();
                        let kind = ErrorKind::Panic {
                            message: message.clone(),
                        };
                        let mut report = Report::new(kind, format!("a task panicked: {message}"));
                        report
                            .notes
                            .extend(location.iter().map(|location| ("panic", location.clone())));
                        report
                    }
                    _ => below(error.source())
                        .unwrap_or_else(|| Report::new(ErrorKind::Task, task.to_string())),
                };
                report.notes.push(("stage", label.to_string()));
                if chain.len() > 1 {
                    let names: Vec<_> =
                        chain.iter().map(|key| key.name.kind().to_owned()).collect();
                    report.notes.push(("for", names[1..].join(" → ")));
                }
                report.location = origin.as_deref().cloned();
                report
            }
            RunError::MemoryLimit { origin, .. } => {
                let mut report = memory::report(&error, session);
                report.location = origin.as_deref().cloned();
                report
            }
            RunError::Cancelled => {
                Report::new(ErrorKind::Cancelled, "the computation was cancelled")
            }
            RunError::DeadlineExceeded => Report::new(
                ErrorKind::Cancelled,
                "the computation was not done by its deadline",
            ),
            RunError::NotHeld { .. } | RunError::Lost { .. } => {
                let mut report = Report::new(ErrorKind::Released, error.to_string());
                report.fix =
                    Some("compute again: the rows are computed from the frame's plan".to_owned());
                report
            }
            _ => Report::new(ErrorKind::Backend, error.to_string()),
        };
        report.key = key;
        report.source = Some(Arc::new(error));
        Self::of(report)
    }
}

/// Rows that are not in the order of their times.
fn unordered(error: &OrderError) -> Report {
    let mut report = Report::new(ErrorKind::Order, error.to_string());
    report.fix = match error {
        OrderError::Null { .. } => Some("drop or fill them before: `dropna`, `fillna`".to_owned()),
        _ => Some(
            "a span of time needs rows in the order of their times; a number of rows does not"
                .to_owned(),
        ),
    };
    report
}

/// The report of the first error below that belongs to a layer whose words a user understands.
fn below(mut error: Option<&(dyn StdError + 'static)>) -> Option<Report> {
    while let Some(current) = error {
        if let Some(error) = current.downcast_ref::<ExprError>() {
            return Some(expression::report(error));
        }
        if let Some(error) = current.downcast_ref::<IoError>() {
            return Some(io::report(error));
        }
        if let Some(error) = current.downcast_ref::<ClosureError>() {
            return Some(closure::report(error));
        }
        if let Some(error) = current.downcast_ref::<OrderError>() {
            return Some(unordered(error));
        }
        if let Some(error) = current.downcast_ref::<AggregateError>() {
            return Some(kernel::computed(error));
        }
        if let Some(error) = current.downcast_ref::<KernelError>() {
            return Some(kernel::report(error));
        }
        if let Some(error) = current.downcast_ref::<BatchError>() {
            return Some(batch::report(error));
        }
        if let Some(error) = current.downcast_ref::<OpError>() {
            return Some(Report::new(ErrorKind::Task, error.to_string()));
        }
        if let Some(report) = plugin::of(current) {
            return Some(report);
        }
        if current.source().is_none() {
            return Some(Report::new(ErrorKind::Task, why(current)));
        }
        error = current.source();
    }
    None
}
