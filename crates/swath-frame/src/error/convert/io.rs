//! Files.

use std::error::Error as _;
use std::path::PathBuf;

use swath_io::IoError;

use super::meta;
use super::{ErrorKind, Report};

pub(super) fn report(error: &IoError) -> Report {
    match error {
        IoError::Meta { source, .. } => return meta::report(source),
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
