//! Faults of what came back: rows that are gone, values of another type.

use swath_batch::rust_name;
use swath_graph::Name;

use super::{Error, ErrorKind, Report};

impl Error {
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

    /// The value of a delayed call that is of another type than its call returns.
    pub(crate) fn other_value(expected: &str, found: &str) -> Self {
        let expected = rust_name(expected);
        Self::of(Report::new(
            ErrorKind::Backend,
            format!("the backend returned {found} where {expected} was expected"),
        ))
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
        let rust_type = rust_name(rust_type);
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
            format!("there is no row {row}; the table has {rows}, numbered from 0"),
        ))
    }
}
