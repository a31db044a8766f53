//! What a frame's description can be wrong about.

use thiserror::Error;

use crate::MetaMismatch;

/// How many column names a message lists.
const LISTED: usize = 20;

/// Says what is wrong with a column, dtype or meta, with the nearest name or the way out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MetaError {
    /// A column is named that the frame does not have.
    #[error("no column `{name}`;{} {}", suggestion(nearest.as_deref()), list(available))]
    Column {
        /// The name asked for.
        name: String,
        /// The most similar name there is.
        nearest: Option<String>,
        /// All names, index columns first.
        available: Vec<String>,
    },
    /// A column has another dtype than whoever reads it needs.
    #[error("column `{column}` is {found}, and must be {expected}")]
    Required {
        /// The column.
        column: String,
        /// A dtype, or a family of dtypes.
        expected: String,
        /// Its dtype.
        found: String,
    },
    /// Two columns would have one name.
    #[error(
        "column `{name}` would appear twice; rename one of them first, for example to `{name}_2`"
    )]
    DuplicateColumn {
        /// The name both have.
        name: String,
    },
    /// An index column was to be dropped.
    #[error(
        "`{name}` is an index column and cannot be dropped; `reset_index` makes it an ordinary one first"
    )]
    IndexColumn {
        /// The index column.
        name: String,
    },
    /// An index has more columns than the frame.
    #[error("an index of {index} columns does not fit a frame of {columns}")]
    IndexTooLong {
        /// Columns the index would have.
        index: usize,
        /// Columns there are.
        columns: usize,
    },
    /// A column that has no order was made the index.
    #[error("column `{name}` is {dtype}, which has no order, so it cannot be an index")]
    IndexDType {
        /// The column.
        name: String,
        /// Its dtype's name.
        dtype: String,
    },
    /// The name of a dtype is not one.
    #[error("unknown dtype `{text}`{}", did_you_mean(nearest.as_deref()))]
    UnknownDType {
        /// The text given.
        text: String,
        /// The most similar name of a dtype.
        nearest: Option<String>,
    },
    /// The name of a dtype is incomplete, ambiguous or contradicts itself.
    #[error("`{text}` is no dtype: {reason}")]
    InvalidDType {
        /// The text given.
        text: String,
        /// What is wrong with it, and what to write.
        reason: String,
    },
    /// An Arrow type has no logical dtype here.
    #[error("the Arrow type {arrow}{} is not supported; cast it before it enters", of_column(column.as_deref()))]
    UnsupportedArrow {
        /// The Arrow type.
        arrow: String,
        /// The column that has it, with dots down to a nested field.
        column: Option<String>,
    },
    /// Running a function on sample data to learn its output's meta failed.
    #[error(
        "metadata inference failed in `{function}`: {reason}; declare its output instead, as in `{declare}`"
    )]
    Inference {
        /// The function, by the name the user gave it or its type's.
        function: String,
        /// Its error, or its panic's message with place.
        reason: String,
        /// The line to paste; see [`Meta::declaration`](crate::Meta::declaration).
        declare: String,
    },
    /// Columns are not what was declared.
    #[error(transparent)]
    Mismatch(#[from] MetaMismatch),
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|nearest| format!("; did you mean `{nearest}`?"))
        .unwrap_or_default()
}

/// The same between two other parts of a message.
fn suggestion(nearest: Option<&str>) -> String {
    nearest
        .map(|nearest| format!(" did you mean `{nearest}`?"))
        .unwrap_or_default()
}

fn of_column(column: Option<&str>) -> String {
    column
        .map(|column| format!(" of column `{column}`"))
        .unwrap_or_default()
}

fn list(available: &[String]) -> String {
    if available.is_empty() {
        return "the frame has no columns".to_owned();
    }
    let mut listed = available
        .iter()
        .take(LISTED)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if available.len() > LISTED {
        listed = format!("{listed} and {} more", available.len() - LISTED);
    }
    format!("columns are {listed}")
}
