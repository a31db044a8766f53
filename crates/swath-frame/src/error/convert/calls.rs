//! Faults of a call: its options, its sessions, what it was given.

use std::error::Error as StdError;
use std::panic::Location;
use std::sync::Arc;

use swath_graph::Origin;
use swath_memory::format_bytes;
use swath_scheduler::BuildError;

use super::{Error, ErrorKind, Report};

impl Error {
    /// The earlier line of a chained call.
    pub(crate) fn also_at(
        mut self,
        call: &'static str,
        location: &'static Location<'static>,
    ) -> Self {
        let here = Origin::from(location);
        if self.0.location.as_ref() != Some(&here) {
            self.0.notes.insert(0, (call, here.to_string()));
        }
        self
    }

    /// Names the call of an error that does not know it.
    pub(crate) fn in_call(self, call: &'static str, location: &'static Location<'static>) -> Self {
        if self.0.location.is_some() {
            self
        } else {
            self.at(call, location)
        }
    }

    /// An option whose text is not valid.
    pub(crate) fn option(
        call: &'static str,
        option: &'static str,
        error: impl StdError + Send + Sync + 'static,
        location: &'static Location<'static>,
    ) -> Self {
        let mut report = Report::new(
            ErrorKind::Option,
            format!("the option `{option}` is not valid: {error}"),
        );
        report.source = Some(Arc::new(error));
        Self::of(report).at(call, location)
    }

    pub(crate) fn unknown_memory(location: &'static Location<'static>) -> Self {
        let mut report = Report::new(
            ErrorKind::Option,
            "the memory of this machine could not be found out",
        );
        report.fix =
            Some("say how much to use: `Session::builder().memory_limit(\"4GiB\")`".to_owned());
        Self::of(report).at("Session::builder", location)
    }

    pub(crate) fn build(error: BuildError, location: &'static Location<'static>) -> Self {
        let mut report = Report::new(ErrorKind::Option, error.to_string());
        if let BuildError::LimitBelowScratch {
            threads,
            scratch_per_thread,
            ..
        } = &error
        {
            let least = format_bytes(2 * *threads as u64 * scratch_per_thread);
            report.fix = Some(format!(
                "give at least {least}, or build the session with fewer threads"
            ));
        }
        report.source = Some(Arc::new(error));
        Self::of(report).at("Session::builder", location)
    }

    pub(crate) fn foreign_backend(location: &'static Location<'static>) -> Self {
        let what = "a session with a backend of its own takes no memory limit, store or observer";
        let mut report = Report::new(ErrorKind::Option, what);
        report.fix = Some("set them on the backend, where it offers them".to_owned());
        Self::of(report).at("Session::builder", location)
    }

    pub(crate) fn sessions(call: &'static str, location: &'static Location<'static>) -> Self {
        let mut report = Report::new(
            ErrorKind::Sessions,
            "frames and scalars of two sessions cannot be used together",
        );
        report.fix = Some(
            "make all of them from one `Session`; a clone of it is the same session".to_owned(),
        );
        Self::of(report).at(call, location)
    }

    pub(crate) fn no_batches(location: &'static Location<'static>) -> Self {
        let mut report = Report::new(
            ErrorKind::Option,
            "a frame needs at least one batch, which says its columns",
        );
        report.fix = Some("pass a batch without rows for an empty frame".to_owned());
        Self::of(report).at("from_batches", location)
    }
}
