//! Faults of a call: its options, its sessions, what it was given.

use std::error::Error as StdError;
use std::panic::Location;
use std::sync::Arc;

use swath_graph::Origin;
use swath_memory::format_bytes;
use swath_meta::{DType, Field, Meta};
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

    /// Names the frame of the call, where it has a label.
    pub(crate) fn of_frame(mut self, label: Option<&Arc<str>>) -> Self {
        if let Some(label) = label {
            self.0.notes.insert(0, ("frame", format!("`{label}`")));
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

    /// Of one of several writes: which of them are seen nevertheless, of which nobody knows, and which are not.
    pub(crate) fn of_several_writes(
        mut self,
        written: &[String],
        unknown: &[String],
        aborted: &[String],
    ) -> Self {
        if written.len() + unknown.len() + aborted.len() < 2 {
            return self;
        }
        let named = [
            ("written", written),
            ("unknown", unknown),
            ("aborted", aborted),
        ];
        let named = named.into_iter().filter(|(_, names)| !names.is_empty());
        (self.0.notes).extend(named.map(|(label, names)| (label, names.join("\n"))));
        // Of several, in this order: to compute all of them again would write rows twice.
        let steps = [
            (!written.is_empty(), "what is written stays"),
            (
                !unknown.is_empty(),
                "of what is unknown, look at what is there, and complete or remove it",
            ),
            (
                !aborted.is_empty(),
                "compute again only those that were aborted",
            ),
        ];
        if !written.is_empty() || !unknown.is_empty() {
            let steps = steps
                .into_iter()
                .filter_map(|(is_one, step)| is_one.then_some(step));
            let fix = steps.collect::<Vec<_>>().join("; ");
            self.0.fix.get_or_insert(fix);
        }
        self
    }

    /// What to do, unless it is known better.
    pub(crate) fn or_fix(mut self, fix: &str) -> Self {
        self.0.fix.get_or_insert_with(|| fix.to_owned());
        self
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

    pub(crate) fn no_batches(call: &'static str, location: &'static Location<'static>) -> Self {
        let mut report = Report::new(
            ErrorKind::Option,
            "a frame needs at least one batch, which says its columns",
        );
        report.fix = Some("pass a batch without rows for an empty frame".to_owned());
        Self::of(report).at(call, location)
    }

    /// Batches that are to be one frame and have other columns than the first.
    pub(crate) fn batches_differ(
        batch: usize,
        first: &Meta,
        other: &Meta,
        call: &'static str,
        location: &'static Location<'static>,
    ) -> Self {
        let (here, there): (Vec<_>, Vec<_>) = (other.names().collect(), first.names().collect());
        let differing = here.iter().zip(&there).find(|(here, there)| here != there);
        let report = match differing {
            Some((here, there)) => Report::new(
                ErrorKind::Columns,
                format!("batch {batch} has a column `{here}` where batch 0 has `{there}`"),
            ),
            None if here.len() > there.len() => Report::new(
                ErrorKind::Columns,
                format!(
                    "batch {batch} has a column `{}` that batch 0 has not",
                    here[there.len()]
                ),
            ),
            None => Report::new(
                ErrorKind::Columns,
                format!(
                    "batch {batch} has no column `{}`, which batch 0 has",
                    there[here.len()]
                ),
            ),
        };
        let mut report = report;
        report.notes.push(("batch 0", there.join(", ")));
        report.fix = Some("give all batches the same columns in the same order".to_owned());
        Self::of(report).at(call, location)
    }

    /// Batches that are to be one frame and have a column of two dtypes.
    pub(crate) fn batch_dtypes_differ(
        batch: usize,
        first: &Field,
        other: &DType,
        call: &'static str,
        location: &'static Location<'static>,
    ) -> Self {
        let Field { name, dtype, .. } = first;
        let mut report = Report::new(
            ErrorKind::Type,
            format!("column `{name}` is {other} in batch {batch} and {dtype} in batch 0"),
        );
        report.fix = Some(format!(
            "cast it before, in one of them: `Batch::with({name:?}, …)` replaces a column"
        ));
        Self::of(report).at(call, location)
    }
}
