//! Why rows cannot be exchanged.

use swath_batch::BatchError;
use swath_divisions::DivisionsError;
use swath_graph::DecodeError;
use swath_kernels::KernelError;
use swath_meta::MetaError;
use thiserror::Error;

/// Says why a partition was not split, pieces not gathered, or a partitioner not made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ShuffleError {
    /// A partitioner was made for no target at all.
    #[error("a partitioner needs at least one target")]
    NoTargets,
    /// A partitioner was made without a column.
    #[error("a partitioner needs at least one key column")]
    NoColumns,
    /// A partitioner gave another number of rows a target than there are.
    #[error("partitioner `{kind}` assigned {found} rows of {rows}")]
    Assigned {
        /// The partitioner's kind.
        kind: &'static str,
        /// Rows there are.
        rows: usize,
        /// Rows it gave a target.
        found: usize,
    },
    /// A partitioner gave a row a target that it does not have.
    #[error("partitioner `{kind}` gave row {row} to target {target} of {n_targets}")]
    Target {
        /// The partitioner's kind.
        kind: &'static str,
        /// The row, counted in its partition.
        row: usize,
        /// The target it gave.
        target: u32,
        /// How many targets it has.
        n_targets: usize,
    },
    /// A user's function failed, or said what cannot be.
    #[error("{0}")]
    Function(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There are no pieces to gather from, so nothing says which columns to make.
    #[error("there are no pieces to gather")]
    NoPieces,
    /// A target was gathered that pieces do not have.
    #[error("there is no target {target}: input {input} was split into {n_targets}")]
    NoTarget {
        /// The target asked for, from 0.
        target: usize,
        /// The input whose pieces do not have it.
        input: usize,
        /// How many they have.
        n_targets: usize,
    },
    /// More rows than one scatter can number.
    #[error(
        "a partition of {rows} rows cannot be split at once; repartition it into smaller ones first"
    )]
    TooManyRows {
        /// The partition's rows.
        rows: u64,
    },
    /// A key column is not there.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// A label is outside of the divisions, or the divisions are not known.
    #[error(transparent)]
    Divisions(#[from] DivisionsError),
    /// Rows could not be put together.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// Rows could not be hashed or moved.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// What was decoded is no partitioner known here.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}
