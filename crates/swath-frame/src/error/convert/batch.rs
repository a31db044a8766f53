//! Rows in memory.

use std::error::Error as _;
use std::sync::Arc;

use swath_batch::BatchError;

use super::{Error, ErrorKind, Report};
use super::{meta, why};

impl From<BatchError> for Error {
    fn from(error: BatchError) -> Self {
        let mut report = report(&error);
        report.source = Some(Arc::new(error));
        Self::of(report)
    }
}
pub(super) fn report(error: &BatchError) -> Report {
    if let BatchError::Meta(error) = error {
        return meta::report(error);
    }
    let mut report = Report::new(ErrorKind::Value, error.to_string());
    report.column = match error {
        BatchError::Encoding { column, .. }
        | BatchError::Nulls { column, .. }
        | BatchError::Rows { column, .. }
        | BatchError::ColumnType { column, .. }
        | BatchError::RowNull { column, .. }
        | BatchError::RowType { column, .. }
        | BatchError::RowValue { column, .. } => Some(column.clone()),
        _ => None,
    };
    let why = error.source().map(|cause| ("why", why(cause)));
    report.notes.extend(why);
    report.fix = error.fix();
    report
}
