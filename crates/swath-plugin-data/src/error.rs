//! What can be wrong with what arrives.

use arrow_schema::ArrowError;
use swath_meta::MetaError;

/// What arrived from the other side of a plugin's boundary is not what was agreed on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// There is no array or schema: it was released or moved away before it was handed over.
    #[error("{what} was released before it was handed over")]
    Released {
        /// What should have been there.
        what: &'static str,
    },
    /// There are more or fewer columns.
    #[error("{found} columns arrived where {expected} were promised")]
    Count {
        /// How many were promised.
        expected: usize,
        /// How many there are.
        found: i64,
    },
    /// A column is not built as its type is.
    #[error("column `{column}`: {reason}")]
    Column {
        /// Its name, followed by those of the values inside it.
        column: String,
        /// What is wrong.
        reason: String,
    },
    /// A column that was declared without nulls has some.
    #[error("column `{column}` has {nulls} nulls and is declared without")]
    Nulls {
        /// The column.
        column: String,
        /// How many.
        nulls: usize,
    },
    /// Other rows came back than those whose columns stayed on this side.
    #[error("{found} rows came back where the columns that were kept back have {expected}")]
    Rows {
        /// How many rows the columns that stayed here have.
        expected: usize,
        /// How many came back.
        found: usize,
    },
    /// What a function promises or needs does not go with its columns.
    #[error("{reason}")]
    Contract {
        /// Why.
        reason: String,
    },
    /// A schema that has no frame.
    #[error("the schema is that of no frame")]
    Meta(#[from] MetaError),
    /// Arrow has no array or schema of this.
    #[error("{during} failed")]
    Arrow {
        /// What was tried.
        during: &'static str,
        /// What Arrow said.
        #[source]
        source: ArrowError,
    },
}
