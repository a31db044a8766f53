//! What can be wrong with rows.

use arrow_schema::{ArrowError, DataType};
use swath_graph::Shown;
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
    #[error("column `{column}` is {}, and {expected} was expected", logical(found))]
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
    #[error("expected {expected}, found {found} `{}`", Shown(value))]
    Value {
        /// The dtype or Rust type asked for.
        expected: String,
        /// The value's dtype.
        found: DType,
        /// The value, as text.
        value: String,
    },
    /// Text that is not a table.
    #[error("line {line}: {}", Shown(reason))]
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
    /// A column with nulls is read as a Rust type that has no place for them.
    #[error("column `{column}` has a null{}", no_place(*rust_type))]
    RowNull {
        /// The column.
        column: String,
        /// The Rust type, where it is a plain one.
        rust_type: Option<&'static str>,
    },
    /// A column is read as a Rust type that its dtype does not convert to.
    #[error("column `{column}` is {dtype}, which does not convert to {rust_type}")]
    RowType {
        /// The column.
        column: String,
        /// Its dtype.
        dtype: DType,
        /// The Rust type.
        rust_type: &'static str,
    },
    /// A column has a value that its Rust type has no room for.
    #[error(
        "column `{column}` has {}, which does not fit {rust_type}",
        Shown(value)
    )]
    RowValue {
        /// The column.
        column: String,
        /// The first such value.
        value: String,
        /// The Rust type.
        rust_type: &'static str,
    },
    /// Encoded rows that do not decode.
    #[error("encoded rows are damaged: {reason}")]
    Damaged {
        /// What does not fit.
        reason: String,
    },
    /// Values that the border encoding of their column's dtype has no place for.
    #[error("column `{column}` cannot be cast to {to}")]
    Cast {
        /// The column.
        column: String,
        /// The border encoding.
        to: DataType,
        /// Arrow's own account.
        #[source]
        source: ArrowError,
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

impl BatchError {
    /// What to do about it, where there is something to say.
    pub fn fix(&self) -> Option<String> {
        match self {
            Self::RowNull { rust_type, .. } => Some(match rust_type {
                Some(rust_type) => format!("ask for `Option<{rust_type}>`"),
                None => "ask for an `Option`".to_owned(),
            }),
            Self::RowType { column, dtype, .. } => {
                let rust_type = rust_type_of(dtype)?;
                Some(format!(
                    "ask for `{rust_type}`, or cast `col({column:?})` before"
                ))
            }
            Self::RowValue { column, .. } => Some(format!(
                "ask for a wider type, or filter `col({column:?})` before"
            )),
            _ => None,
        }
    }
}

/// The Rust type that holds every value of a dtype, where there is a plain one.
fn rust_type_of(dtype: &DType) -> Option<&'static str> {
    Some(match dtype {
        DType::Bool => "bool",
        DType::Int8 => "i8",
        DType::Int16 => "i16",
        DType::Int32 => "i32",
        DType::Int64 => "i64",
        DType::UInt8 => "u8",
        DType::UInt16 => "u16",
        DType::UInt32 => "u32",
        DType::UInt64 => "u64",
        DType::Float32 => "f32",
        DType::Float64 => "f64",
        DType::String | DType::Category => "String",
        _ => return None,
    })
}

fn no_place(rust_type: Option<&str>) -> String {
    rust_type.map_or_else(String::new, |rust_type| {
        format!(", which {rust_type} has no place for")
    })
}

/// The dtype that an Arrow type stands for, as text; Arrow's own name where there is none.
fn logical(found: &DataType) -> String {
    DType::from_arrow(found).map_or_else(|_| found.to_string(), |dtype| dtype.to_string())
}
