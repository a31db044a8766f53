//! Errors of what others report: the system, stores, decoders and encoders.

use arrow_schema::ArrowError;
use std::io;
use swath_graph::Shown;

use super::IoError;

impl IoError {
    /// Names the file of an error in decoding it.
    #[expect(clippy::needless_pass_by_value, reason = "made for `map_err`")]
    pub(crate) fn corrupt(path: &str, reason: impl ToString) -> Self {
        Self::Corrupt {
            path: path.to_owned(),
            row_group: None,
            column: None,
            reason: reason.to_string(),
        }
    }

    /// What the system or a store refused when a file was written; our own error where that is what it carries.
    pub(crate) fn writing(path: &str, source: io::Error) -> Self {
        source
            .downcast::<Self>()
            .unwrap_or_else(|source| Self::File {
                action: "write",
                path: path.to_owned(),
                source,
            })
    }

    /// The account of an encoder of Arrow's, or what the system or a store refused where that is what it carries.
    pub(crate) fn encoding(path: &str, error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, source) => Self::writing(path, source),
            source => Self::Encode {
                path: path.to_owned(),
                source: Box::new(source),
            },
        }
    }

    /// Names the place of an error in decoding it.
    pub(crate) fn at(self, in_row_group: usize, in_column: Option<&str>) -> Self {
        match self {
            Self::Corrupt {
                path,
                row_group,
                column,
                reason,
            } => Self::Corrupt {
                path,
                row_group: row_group.or(Some(in_row_group)),
                column: column.or_else(|| in_column.map(str::to_owned)),
                reason,
            },
            other => other,
        }
    }

    pub(crate) fn arrow(path: &str, source: &ArrowError) -> Self {
        Self::corrupt(path, Shown(source))
    }
}
