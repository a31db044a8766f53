//! Where the errors of the crates below become reports.

use std::error::Error as StdError;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::Arc;

use swath_batch::BatchError;
use swath_expr::{ExprError, ExprErrorKind};
use swath_graph::{Name, Origin};
use swath_io::IoError;
use swath_kernels::KernelError;
use swath_memory::format_bytes;
use swath_meta::MetaError;
use swath_ops::OpError;
use swath_plan::PlanError;
use swath_scheduler::{BuildError, RunError, TaskErrorKind};

use super::{Error, ErrorKind, Report};

/// A fault at the line of a user's call.
impl Error {
    fn of(report: Report) -> Self {
        Self(Box::new(report))
    }

    fn at(mut self, call: &'static str, location: &'static Location<'static>) -> Self {
        self.0.location = Some(Origin::from(location));
        self.0.call = Some(call);
        self
    }

    /// A call that does not fit its frame.
    pub(crate) fn planning(
        error: PlanError,
        call: &'static str,
        location: &'static Location<'static>,
    ) -> Self {
        let mut report = plan(&error);
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
        let mut report = plan(&error);
        report.source = Some(Arc::new(error));
        Self::of(report)
    }

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

    pub(crate) fn released(name: &Name) -> Self {
        let what = format!(
            "the held rows of {} were released while they were being read",
            name.kind()
        );
        let mut report = Report::new(ErrorKind::Released, what);
        report.fix = Some("compute again: the rows are computed from the frame's plan".to_owned());
        Self::of(report)
    }

    pub(crate) fn not_rows(kind: &'static str) -> Self {
        Self::of(Report::new(
            ErrorKind::Backend,
            format!("the backend returned {kind} where rows were expected"),
        ))
    }

    pub(crate) fn no_batches(location: &'static Location<'static>) -> Self {
        let mut report = Report::new(
            ErrorKind::Option,
            "a frame needs at least one batch, which says its columns",
        );
        report.fix = Some("pass a batch without rows for an empty frame".to_owned());
        Self::of(report).at("from_batches", location)
    }

    /// Tells which partition a computation of one partition alone was about.
    pub(crate) fn in_partition(mut self, partition: usize) -> Self {
        if let Some(key) = &mut self.0.key {
            key.index = partition as u32;
        }
        self
    }

    /// A value that is null where a Rust type without null was asked for.
    pub(crate) fn null_value(rust_type: &'static str) -> Self {
        let mut report = Report::new(
            ErrorKind::Value,
            format!("the value is null, which {rust_type} has no place for"),
        );
        report.fix = Some(format!("ask for `Option<{rust_type}>`"));
        Self::of(report)
    }

    pub(crate) fn row_out_of_range(row: usize, rows: usize) -> Self {
        Self::of(Report::new(
            ErrorKind::Value,
            format!("row {row} was asked for, and the table has {rows} rows"),
        ))
    }

    /// A run that gave no result.
    pub(crate) fn run(error: RunError) -> Self {
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
            RunError::MemoryLimit {
                what,
                needed,
                limit,
                held,
                origin,
                ..
            } => {
                let held: Vec<_> = held
                    .iter()
                    .map(|holder| (holder.what.to_string(), holder.bytes))
                    .collect();
                let in_use: u64 = held.iter().map(|(_, bytes)| bytes).sum();
                let what = format!(
                    "a task needs {} for {what}, and {} of the {} that tasks and results may use are held",
                    format_bytes(*needed),
                    format_bytes(in_use),
                    format_bytes(*limit)
                );
                let kind = ErrorKind::MemoryLimit {
                    needed: *needed,
                    limit: *limit,
                    held: held.clone(),
                };
                let mut report = Report::new(kind, what);
                if !held.is_empty() {
                    let held: Vec<_> = held
                        .iter()
                        .map(|(what, bytes)| format!("{} {what}", format_bytes(*bytes)))
                        .collect();
                    report.notes.push(("held", held.join(", ")));
                }
                report.fix = Some("release persisted frames, raise memory_limit, or select fewer columns or smaller partitions".to_owned());
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

/// The line that wrote the expression at fault.
fn expression_line(error: &PlanError) -> Option<&'static Location<'static>> {
    match error {
        PlanError::Expr(error) => error.location(),
        _ => None,
    }
}

/// The report of the first error below that belongs to a layer whose words a user understands.
fn below(mut error: Option<&(dyn StdError + 'static)>) -> Option<Report> {
    while let Some(current) = error {
        if let Some(error) = current.downcast_ref::<ExprError>() {
            return Some(expression(error));
        }
        if let Some(error) = current.downcast_ref::<IoError>() {
            return Some(io(error));
        }
        if let Some(error) = current.downcast_ref::<KernelError>() {
            return Some(kernel(error));
        }
        if let Some(error) = current.downcast_ref::<BatchError>() {
            return Some(batch(error));
        }
        if let Some(error) = current.downcast_ref::<OpError>() {
            return Some(Report::new(ErrorKind::Task, error.to_string()));
        }
        if current.source().is_none() {
            return Some(Report::new(ErrorKind::Task, current.to_string()));
        }
        error = current.source();
    }
    None
}

fn plan(error: &PlanError) -> Report {
    match error {
        PlanError::Meta(error) => meta(error),
        PlanError::Expr(error) => expression(error),
        PlanError::Aggregate { of, source } => {
            let mut report = kernel(source);
            report.notes.push(("in", of.clone()));
            report
        }
        PlanError::Io(error) => io(error),
        PlanError::DropIndex { .. } => {
            let mut report = Report::new(ErrorKind::Columns, error.to_string());
            report.fix =
                Some("call `reset_index()` first, which makes it an ordinary column".to_owned());
            report
        }
        PlanError::DuplicateColumn { column } => {
            let mut report = Report::new(ErrorKind::Columns, error.to_string());
            report.fix = Some(format!(
                "give one of them another name: `.alias(\"{column}_2\")`, or `rename` before"
            ));
            report
        }
        PlanError::Unnamed { .. } => {
            let mut report = Report::new(ErrorKind::Columns, error.to_string());
            report.fix = Some("name it with `.alias(\"…\")`".to_owned());
            report
        }
        PlanError::NotAColumn { .. } => {
            let mut report = Report::new(ErrorKind::Columns, error.to_string());
            report.fix = Some("give it a name with `assign` first".to_owned());
            report
        }
        PlanError::Divisions(_) | PlanError::Partitions { .. } => {
            Report::new(ErrorKind::Partitions, error.to_string())
        }
        PlanError::TooSmall { .. }
        | PlanError::Negative { .. }
        | PlanError::NoKeys
        | PlanError::NoColumns { .. } => Report::new(ErrorKind::Option, error.to_string()),
        PlanError::Released { .. } => Report::new(ErrorKind::Released, error.to_string()),
        _ => Report::new(ErrorKind::Backend, error.to_string()),
    }
}

fn meta(error: &MetaError) -> Report {
    match error {
        MetaError::Column {
            name,
            nearest,
            available,
        } => {
            let kind = ErrorKind::Column {
                name: name.clone(),
                nearest: nearest.clone(),
            };
            let mut report = Report::new(kind, format!("there is no column `{name}`"));
            report.notes.push(("columns", listed(available)));
            report.fix = nearest
                .as_ref()
                .map(|nearest| format!("did you mean `{nearest}`?"));
            report
        }
        MetaError::DuplicateColumn { .. }
        | MetaError::IndexColumn { .. }
        | MetaError::IndexTooLong { .. } => Report::new(ErrorKind::Columns, error.to_string()),
        _ => Report::new(ErrorKind::Type, error.to_string()),
    }
}

/// Names, the first of many.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 20;
    if names.is_empty() {
        return "(none)".to_owned();
    }
    let mut text = names
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        text = format!("{text} and {} more", names.len() - SHOWN);
    }
    text
}

fn expression(error: &ExprError) -> Report {
    let kind = error.kind();
    let mut report = match kind {
        ExprErrorKind::Meta(error) => meta(error),
        ExprErrorKind::Overflow { .. }
        | ExprErrorKind::NegOverflow { .. }
        | ExprErrorKind::DivideByZero { .. }
        | ExprErrorKind::CastValue { .. }
        | ExprErrorKind::Function { .. } => Report::new(ErrorKind::Task, kind.to_string()),
        _ => Report::new(ErrorKind::Type, kind.to_string()),
    };
    let mut why = kind.source();
    while let Some(cause) = why {
        report.notes.push(("why", cause.to_string()));
        why = cause.source();
    }
    // A column alone is named by the first line already.
    let inside = error
        .expression()
        .filter(|text| error.column() != Some(*text));
    report
        .notes
        .extend(inside.map(|text| ("in", text.to_owned())));
    report
}

fn kernel(error: &KernelError) -> Report {
    match error {
        KernelError::UnknownAggregate { .. }
        | KernelError::Unsupported { .. }
        | KernelError::MissingInput { .. } => Report::new(ErrorKind::Aggregate, error.to_string()),
        _ => Report::new(ErrorKind::Task, error.to_string()),
    }
}

fn io(error: &IoError) -> Report {
    match error {
        IoError::Meta { source, .. } => return meta(source),
        IoError::UnknownOption { .. } | IoError::OptionValue { .. } | IoError::Pattern { .. } => {
            return Report::new(ErrorKind::Option, error.to_string());
        }
        _ => {}
    }
    let path = error.path().map(PathBuf::from);
    let kind = match path {
        Some(path) if error.is_not_found() => ErrorKind::NotFound { path },
        path => ErrorKind::File { path },
    };
    let mut report = Report::new(kind, error.to_string());
    // The layers below say why: the operating system, the decoder.
    let mut why = error.source();
    while let Some(cause) = why {
        report.notes.push(("why", cause.to_string()));
        why = cause.source();
    }
    report.fix = fix_of(error);
    report
}

/// What to do about an error of a file.
fn fix_of(error: &IoError) -> Option<String> {
    let fix = match error {
        IoError::NoMatch { .. } => {
            "check the path; patterns know `*`, `?`, `[…]`, `{a,b}` and `**`"
        }
        IoError::Changed { .. } => {
            "read it again with `read_parquet`: the frame was planned with what the file was"
        }
        IoError::Exists { .. } => {
            "write to another folder, or say `ToParquet::new(..).overwrite()`"
        }
        IoError::Empty { .. } | IoError::NotFormat { .. } | IoError::Corrupt { .. } => {
            "write the file again, or leave it out of the pattern"
        }
        _ => return None,
    };
    Some(fix.to_owned())
}

fn batch(error: &BatchError) -> Report {
    if let BatchError::Meta(error) = error {
        return meta(error);
    }
    let mut report = Report::new(ErrorKind::Value, error.to_string());
    let why = error.source().map(|why| ("why", why.to_string()));
    report.notes.extend(why);
    report
}

impl From<MetaError> for Error {
    fn from(error: MetaError) -> Self {
        let mut report = meta(&error);
        report.source = Some(Arc::new(error));
        Self::of(report)
    }
}

impl From<BatchError> for Error {
    fn from(error: BatchError) -> Self {
        let mut report = batch(&error);
        report.source = Some(Arc::new(error));
        Self::of(report)
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
