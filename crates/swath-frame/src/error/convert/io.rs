//! Files.

use std::error::Error as _;
use std::path::PathBuf;

use swath_io::IoError;

use super::{ErrorKind, Report};
use super::{meta, why};

pub(super) fn report(error: &IoError) -> Report {
    if let IoError::Meta { source, .. } = error {
        return meta::report(source);
    }
    let kind = match error.path().map(PathBuf::from) {
        _ if error.is_option() => ErrorKind::Option,
        Some(path) if error.is_not_found() => ErrorKind::NotFound { path },
        path => ErrorKind::File { path },
    };
    let mut report = Report::new(kind, error.to_string());
    match error {
        IoError::Corrupt { column, .. } => report.column.clone_from(column),
        IoError::Field { column, .. } => report.column = Some(column.clone()),
        _ => {}
    }
    // The layers below say why: the operating system, the store, the decoder.
    let mut cause = error.source();
    let mut said = String::new();
    while let Some(current) = cause {
        // Some of them repeat what is below them.
        let text = why(current);
        if !said.contains(&text) {
            said.clone_from(&text);
            report.notes.push(("why", text));
        }
        cause = current.source();
    }
    report.fix = error.fix();
    report
}
