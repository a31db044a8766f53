//! What a kernel can refuse.

use arrow_schema::{ArrowError, DataType};
use swath_graph::Shown;
use swath_meta::DType;

/// Why a kernel gave no answer.
///
/// Messages say what was asked and what was found, one level only; the operator above adds column,
/// partition and the caller's line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// No aggregate of that name is registered.
    #[error("there is no aggregate `{name}`")]
    UnknownAggregate {
        /// The name asked for.
        name: String,
        /// The registered name that is closest to it, if one is close.
        nearest: Option<String>,
    },
    /// There is no such aggregate of a plugin, it does not fit its inputs, or it failed.
    #[error(transparent)]
    Plugin(Box<dyn std::error::Error + Send + Sync>),
    /// The operation has no meaning for values of this dtype.
    #[error("there is no {operation} of {dtype}")]
    Unsupported {
        /// What was asked: an aggregate's name, `sort`, `nlargest`.
        operation: String,
        /// The dtype it was asked of.
        dtype: DType,
        /// A dtype that it can be cast to, and then has an answer.
        cast: Option<DType>,
    },
    /// The aggregate reads a column and was given none.
    #[error("`{operation}` needs a column")]
    MissingInput {
        /// The aggregate's name.
        operation: String,
    },
    /// The aggregate reads another number of columns than it was given.
    #[error("`{operation}` reads {expected} column{}, and {found} were given", if *.expected == 1 { "" } else { "s" })]
    Inputs {
        /// The aggregate's name.
        operation: String,
        /// Columns it reads.
        expected: usize,
        /// Columns it was given.
        found: usize,
    },
    /// A parameter has a value that is none of it.
    #[error("`{parameter}` of `{operation}` is {expected}, and {found} was given")]
    Parameter {
        /// The aggregate's name.
        operation: &'static str,
        /// The parameter's name.
        parameter: String,
        /// What it can be.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// The aggregate has no such parameter.
    #[error("`{operation}` has no parameter `{parameter}`")]
    UnknownParameter {
        /// The aggregate's name.
        operation: &'static str,
        /// The name that was given.
        parameter: String,
        /// Those it has.
        known: Vec<String>,
    },
    /// More values than one column of lists, or one sort, can hold.
    #[error("more than {limit} values to keep in one task")]
    TooManyValues {
        /// The largest number of values.
        limit: u64,
    },
    /// The exact total does not fit the dtype of the result.
    #[error("the {operation} is {}, which does not fit {dtype}", Shown(total))]
    Overflow {
        /// The aggregate's name.
        operation: &'static str,
        /// The total, in decimal digits.
        total: String,
        /// The dtype of the result.
        dtype: DType,
        /// The first group whose total it is.
        group: usize,
    },
    /// The state of an author's aggregate does not go through serde.
    #[error("the state of `{operation}` cannot be stored: {why}")]
    State {
        /// The aggregate's name.
        operation: &'static str,
        /// What serde says.
        why: String,
    },
    /// More distinct keys than a group id can number.
    #[error("more than {limit} groups in one table")]
    TooManyGroups {
        /// The largest number of groups.
        limit: u64,
    },
    /// A grouping was asked for without a key.
    #[error("grouping needs at least one key column")]
    NoKeys,
    /// A kernel was handed another number of columns than it was made for.
    #[error("`{operation}` expects {expected} columns, found {found}")]
    ColumnCount {
        /// The kernel.
        operation: &'static str,
        /// Columns it was made for.
        expected: usize,
        /// Columns it was handed.
        found: usize,
    },
    /// Columns of one call have different lengths.
    #[error("`{operation}` expects {expected} rows, found a column of {found}")]
    RowCount {
        /// The kernel.
        operation: &'static str,
        /// Rows the call is about.
        expected: usize,
        /// Rows of the offending column.
        found: usize,
    },
    /// A sort key names a column that is not there.
    #[error("sort key {position} is out of range: there are {columns} columns")]
    KeyOutOfRange {
        /// Position the key names.
        position: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A column has an encoding its declared dtype does not admit.
    #[error("`{operation}` expects {expected}, found a column encoded as {found}")]
    Encoding {
        /// The kernel.
        operation: &'static str,
        /// The logical dtype declared for the column.
        expected: DType,
        /// The Arrow type of the column.
        found: DataType,
    },
    /// Arrow refused a step that should be possible.
    #[error("arrow failed while {during}")]
    Arrow {
        /// What was being done, as a participle: `concatenating columns`.
        during: &'static str,
        /// Arrow's reason.
        #[source]
        source: ArrowError,
    },
}

impl KernelError {
    /// Wraps Arrow's refusal with what was being done.
    pub(crate) fn arrow(during: &'static str) -> impl FnOnce(ArrowError) -> Self {
        move |source| Self::Arrow { during, source }
    }

    /// The error for a dtype an operation has no meaning for.
    pub(crate) fn unsupported(operation: &str, dtype: &DType, cast: Option<DType>) -> Self {
        Self::Unsupported {
            operation: operation.to_owned(),
            dtype: dtype.clone(),
            cast,
        }
    }
}

/// Checks that all columns of a call have the height the call is about.
pub(crate) fn check_rows(
    operation: &'static str,
    columns: &[arrow_array::ArrayRef],
    rows: usize,
) -> Result<(), KernelError> {
    match columns.iter().find(|column| column.len() != rows) {
        None => Ok(()),
        Some(column) => Err(KernelError::RowCount {
            operation,
            expected: rows,
            found: column.len(),
        }),
    }
}
