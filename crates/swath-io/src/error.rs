//! What can be wrong with files.

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;
use swath_batch::BatchError;
use swath_expr::ExprError;
use swath_memory::Cancelled;
use swath_meta::MetaError;

/// A file that cannot be read or written, or that is not what it was said to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoError {
    /// A glob, folder or list that names no file.
    #[error("no file matches `{pattern}`{}", nearest_folder(found.as_deref()))]
    NoMatch {
        /// What was asked for.
        pattern: String,
        /// The longest part of the path that exists, and how many files it has.
        found: Option<String>,
    },
    /// A pattern that is no glob.
    #[error("`{pattern}` is not a pattern for file names: {reason}")]
    Pattern {
        /// What was asked for.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A path of a kind that this build cannot read.
    #[error(
        "`{url}` needs a store for `{scheme}://`, and none is registered; `Stores::register` adds one"
    )]
    NoStore {
        /// What was asked for, without its query.
        url: String,
        /// The part before `://`.
        scheme: String,
    },
    /// The operating system or an object store refused.
    #[error("cannot {action} `{path}`")]
    File {
        /// What was tried: `read`, `write`, `list`, …
        action: &'static str,
        /// The file or folder.
        path: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A file has changed since its footer was read.
    #[error(
        "`{path}` changed while it was being read ({change}); read it again to plan with what it is now"
    )]
    Changed {
        /// The file.
        path: String,
        /// What is different.
        change: String,
    },
    /// A file without bytes.
    #[error("`{path}` is empty (0 bytes), not a {format} file")]
    Empty {
        /// The file.
        path: String,
        /// The format that was expected.
        format: &'static str,
    },
    /// A file that is no file of the format, or is cut off.
    #[error("`{path}` is not a {format} file, or is cut off: {reason}")]
    NotFormat {
        /// The file.
        path: String,
        /// The format that was expected.
        format: &'static str,
        /// What does not fit.
        reason: String,
    },
    /// A file whose contents contradict themselves or do not decode.
    #[error("`{path}` is damaged: {reason}{}", place(*row_group, column.as_deref()))]
    Corrupt {
        /// The file.
        path: String,
        /// The row group, from 0.
        row_group: Option<usize>,
        /// The column.
        column: Option<String>,
        /// What does not fit.
        reason: String,
    },
    /// Two files of one data set have different columns.
    #[error("files have different columns: {difference} (`{first}` and `{second}`)")]
    Schemas {
        /// The file that the data set takes its columns from.
        first: String,
        /// The file that differs.
        second: String,
        /// The column and what differs about it.
        difference: String,
    },
    /// An option that does not exist.
    #[error("no option `{name}`{}", did_you_mean(nearest.as_deref()))]
    UnknownOption {
        /// What was asked for.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// An option's text that does not parse.
    #[error("option `{name}` is `{value}`; expected {expected}")]
    OptionValue {
        /// The option.
        name: String,
        /// What was given.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A format that is not registered.
    #[error("no format `{name}`{}", did_you_mean(nearest.as_deref()))]
    UnknownFormat {
        /// What was asked for.
        name: String,
        /// The nearest that is registered.
        nearest: Option<String>,
    },
    /// The target of a write has files already.
    #[error("`{path}` has {files} files already; `.overwrite()` replaces them")]
    Exists {
        /// The folder.
        path: String,
        /// How many files it has.
        files: usize,
    },
    /// The columns of a file that this engine has no dtype for, or an index that is not there.
    #[error("cannot use the columns of `{path}`")]
    Meta {
        /// The file.
        path: String,
        /// What is wrong with the columns.
        #[source]
        source: MetaError,
    },
    /// A predicate that does not fit the columns, or fails on rows.
    #[error("the predicate of the scan failed")]
    Predicate(#[from] ExprError),
    /// Rows that cannot be put together.
    #[error("rows cannot be put together")]
    Batch(#[from] BatchError),
    /// A file cannot be encoded.
    #[error("cannot encode `{path}`")]
    Encode {
        /// The file.
        path: String,
        /// What the encoder says.
        #[source]
        source: ParquetError,
    },
    /// Reading was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl IoError {
    /// The file, folder or pattern that the error is about.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::NoMatch { pattern: path, .. }
            | Self::Pattern { pattern: path, .. }
            | Self::NoStore { url: path, .. }
            | Self::File { path, .. }
            | Self::Changed { path, .. }
            | Self::Empty { path, .. }
            | Self::NotFormat { path, .. }
            | Self::Corrupt { path, .. }
            | Self::Schemas { second: path, .. }
            | Self::Exists { path, .. }
            | Self::Meta { path, .. }
            | Self::Encode { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Whether what was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::NoMatch { .. } => true,
            Self::File { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
            _ => false,
        }
    }

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
        Self::corrupt(path, source)
    }
}

fn nearest_folder(found: Option<&str>) -> String {
    found.map_or(String::new(), |found| format!("; {found}"))
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |nearest| {
        format!("; did you mean `{nearest}`?")
    })
}

fn place(row_group: Option<usize>, column: Option<&str>) -> String {
    match (row_group, column) {
        (Some(row_group), Some(column)) => format!(" (row group {row_group}, column `{column}`)"),
        (Some(row_group), None) => format!(" (row group {row_group})"),
        (None, Some(column)) => format!(" (column `{column}`)"),
        (None, None) => String::new(),
    }
}
