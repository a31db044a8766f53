//! Plugins, and functions of theirs.

use std::error::Error as StdError;

#[cfg(feature = "plugins")]
use std::{panic::Location, sync::Arc};

#[cfg(feature = "plugins")]
use swath_graph::Shown;
#[cfg(feature = "plugins")]
use swath_ops::plugin::PluginError;
#[cfg(feature = "plugins")]
use swath_plugin_host::{CallError, Failure, LoadError, PolicyError};

use super::Report;
#[cfg(feature = "plugins")]
use super::{Error, ErrorKind, why};

/// The report of an error that may be one of a plugin.
pub(super) fn of(error: &(dyn StdError + 'static)) -> Option<Report> {
    #[cfg(feature = "plugins")]
    return error.downcast_ref::<PluginError>().map(report);
    #[cfg(not(feature = "plugins"))]
    {
        let _ = error;
        None
    }
}

#[cfg(feature = "plugins")]
pub(super) fn report(error: &PluginError) -> Report {
    let mut report = match error {
        PluginError::Call(error) | PluginError::Part { source: error, .. } => called(error),
        PluginError::Params { .. } => Report::new(ErrorKind::Option, error.to_string()),
        PluginError::Boundaries { source, .. } | PluginError::Outside { source, .. } => {
            let mut report = Report::new(ErrorKind::Partitions, error.to_string());
            report.notes.push(("why", source.to_string()));
            report
        }
        _ => Report::new(ErrorKind::Plugin, error.to_string()),
    };
    report.notes.extend(error.notes());
    report.fix = error.fix();
    report
}

/// A function that gave no answer, or did not take what it was given.
#[cfg(feature = "plugins")]
fn called(error: &CallError) -> Report {
    let mut report = match error {
        // Words of swath's own.
        CallError::Said {
            failure: Failure::CutOff,
            cause: Some(_),
            ..
        } => Report::new(ErrorKind::Cancelled, error.to_string()),
        CallError::Said {
            failure: Failure::Crash | Failure::CutOff,
            ..
        } => Report::new(ErrorKind::Task, error.to_string()),
        CallError::Said {
            function,
            failure,
            message,
            ..
        } => {
            // In its author's words, which may be about values.
            let message = Shown(message).to_string();
            let what = format!("`{function}`: {message}");
            let kind = match failure {
                Failure::Panic => ErrorKind::Panic { message },
                Failure::Parameters => ErrorKind::Option,
                Failure::Meta => ErrorKind::Type,
                Failure::Bind => ErrorKind::Plugin,
                Failure::Cancelled => ErrorKind::Cancelled,
                _ => ErrorKind::Task,
            };
            Report::new(kind, what)
        }
        CallError::Frames { .. } | CallError::Kind { .. } | CallError::Newer { .. } => {
            Report::new(ErrorKind::Plugin, error.to_string())
        }
        other => Report::new(ErrorKind::Task, other.to_string()),
    };
    // What the task said that it was stopped by is no reason of the function's.
    let mut cause = match error {
        CallError::Said { .. } => None,
        other => other.source(),
    };
    while let Some(current) = cause {
        report.notes.push(("why", why(current)));
        cause = current.source();
    }
    report
}

#[cfg(feature = "plugins")]
impl Error {
    /// A plugin that cannot be used.
    pub(crate) fn plugin(
        error: LoadError,
        call: &'static str,
        location: &'static Location<'static>,
    ) -> Self {
        let mut report = Report::new(ErrorKind::Plugin, error.to_string());
        let mut cause = error.source();
        while let Some(current) = cause {
            report.notes.push(("why", current.to_string()));
            cause = current.source();
        }
        if let LoadError::Policy(PolicyError::Unreadable { .. }) = &error {
            report.fix = Some(
                "a relative path is seen from the folder that the program runs in; `swath plugin pin libname.so` writes such a list"
                    .to_owned(),
            );
        }
        report.source = Some(Arc::new(error));
        Self::of(report).at(call, location)
    }
}
