//! What can be wrong with rows.

use arrow_schema::{ArrowError, DataType};
use swath_meta::{DType, MetaError, MetaMismatch};

/// Rows that are not what they were said to be, or that cannot become what they are asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// A batch has another number of columns than its meta.
    #[error("{found} columns where the meta has {expected}")]
    ColumnCount {
        /// Columns of the meta.
        expected: usize,
        /// Columns of the batch.
        found: usize,
    },
    /// A column of a batch stands where the meta has another.
    #[error("column {position} is `{found}` where the meta has `{expected}`")]
    ColumnName {
        /// Position of the column, from 0.
        position: usize,
        /// Name in the meta.
        expected: String,
        /// Name in the batch.
        found: String,
    },
    /// A column's encoding does not stand for its dtype.
    #[error("column `{column}` is {found}, which is no encoding of {expected}")]
    Encoding {
        /// The column.
        column: String,
        /// Its dtype in the meta.
        expected: DType,
        /// Its Arrow type in the batch.
        found: DataType,
    },
    /// A column that was declared without nulls has some.
    #[error("column `{column}` has {nulls} nulls but is declared without")]
    Nulls {
        /// The column.
        column: String,
        /// How many rows are null.
        nulls: usize,
    },
    /// A column has another number of rows than the batch.
    #[error("column `{column}` has {found} rows where the batch has {expected}")]
    Rows {
        /// The column.
        column: String,
        /// Rows of the batch.
        expected: usize,
        /// Rows of the column.
        found: usize,
    },
    /// Partitions that are to become one have different metas.
    #[error("partitions differ in their columns")]
    Metas(#[source] Box<MetaMismatch>),
    /// Pieces whose offsets do not cut their rows.
    #[error("offsets do not cut {rows} rows: {reason}")]
    Offsets {
        /// Rows to be cut.
        rows: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// A name, a dtype or an index is wrong.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// A column is read as a type that it does not have.
    #[error("column `{column}` is {found}; it cannot be read as {asked}")]
    ColumnType {
        /// The column.
        column: String,
        /// What was asked for.
        asked: &'static str,
        /// The column's dtype.
        found: DType,
    },
    /// A value is not what was asked for, or does not fit it exactly.
    #[error("expected {expected}, found {found} `{value}`")]
    Value {
        /// The dtype or Rust type asked for.
        expected: String,
        /// The value's dtype.
        found: DType,
        /// The value, as text.
        value: String,
    },
    /// Text that is not a table.
    #[error("line {line}: {reason}")]
    Text {
        /// Line of the text, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Columns do not match the fields of a Rust type.
    #[error("{reason}")]
    RowShape {
        /// Which columns and fields do not match.
        reason: String,
    },
    /// Rows do not convert to or from a Rust type.
    #[error("rows do not convert {direction} `{type_name}`")]
    RowValues {
        /// `to` or `from`.
        direction: &'static str,
        /// The Rust type.
        type_name: &'static str,
        /// What does not convert, with the column.
        #[source]
        source: Box<serde_arrow::Error>,
    },
    /// Encoded rows that do not decode.
    #[error("encoded rows are damaged: {reason}")]
    Damaged {
        /// What does not fit.
        reason: String,
    },
    /// An operation of Arrow failed.
    #[error("{during} failed")]
    Arrow {
        /// What was being done.
        during: &'static str,
        /// Arrow's own account.
        #[source]
        source: ArrowError,
    },
}
