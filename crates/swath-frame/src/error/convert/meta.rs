//! Columns and dtypes.

use std::sync::Arc;

use swath_meta::MetaError;

use super::{Error, ErrorKind, Report};

impl From<MetaError> for Error {
    fn from(error: MetaError) -> Self {
        let mut report = report(&error);
        report.source = Some(Arc::new(error));
        Self::of(report)
    }
}
pub(super) fn report(error: &MetaError) -> Report {
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
        MetaError::DuplicateColumn { name } | MetaError::IndexColumn { name } => {
            let mut report = Report::new(ErrorKind::Columns, error.to_string());
            report.column = Some(name.clone());
            report
        }
        MetaError::IndexTooLong { .. } => Report::new(ErrorKind::Columns, error.to_string()),
        _ => {
            let mut report = Report::new(ErrorKind::Type, error.to_string());
            report.column = match error {
                MetaError::IndexDType { name, .. } => Some(name.clone()),
                MetaError::UnsupportedArrow { column, .. } => column.clone(),
                _ => None,
            };
            report
        }
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
