//! Why a step, source or sink could not do its work.

use swath_batch::BatchError;
use swath_divisions::DivisionsError;
use swath_expr::ExprError;
use swath_graph::{DecodeError, EncodeError};
use swath_io::IoError;
use swath_kernels::KernelError;
use swath_memory::{Cancelled, OverBudget};
use swath_meta::MetaError;
use swath_scheduler::TaskError;
use swath_shuffle::ShuffleError;

use crate::step::{AggregateError, ClosureError, OrderError};

/// An error of a pipeline; the layer that found it is the source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// An expression could not be bound or evaluated.
    #[error(transparent)]
    Expr(#[from] ExprError),
    /// A kernel refused its input.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// An aggregate has no result.
    #[error(transparent)]
    Aggregate(Box<AggregateError>),
    /// A user's function failed, or returned something else than was declared.
    #[error(transparent)]
    Closure(Box<ClosureError>),
    /// Rows are not in the order that how far they are from each other is told by.
    #[error(transparent)]
    Order(Box<OrderError>),
    /// A function of a plugin is not there, or gave no answer.
    #[cfg(feature = "plugins")]
    #[error(transparent)]
    Plugin(Box<crate::plugin::PluginError>),
    /// Rows could not be put together.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A file could not be read or written.
    #[error(transparent)]
    Io(IoError),
    /// The input has not the columns that the step was made for.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// Rows could not be split or gathered.
    #[error(transparent)]
    Shuffle(ShuffleError),
    /// A task cannot be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Rows cannot be cut along their index.
    #[error(transparent)]
    Divisions(#[from] DivisionsError),
    /// An encoded step is not readable.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The run was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The memory limit was reached.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    /// The scheduler could not hand over an input, or part of the task that ran on another thread failed.
    #[error("{0}")]
    Input(TaskError),
    /// A task was given a value of another kind than its step reads.
    #[error("a task expected {expected} as input {input} and found {found}")]
    ValueKind {
        /// Position among the task's inputs.
        input: usize,
        /// What the step reads.
        expected: &'static str,
        /// What the input holds.
        found: &'static str,
    },
}

// Boxed, so that every result of a step stays small.
impl From<AggregateError> for OpError {
    fn from(error: AggregateError) -> Self {
        Self::Aggregate(Box::new(error))
    }
}

impl From<ClosureError> for OpError {
    fn from(error: ClosureError) -> Self {
        Self::Closure(Box::new(error))
    }
}

impl From<ShuffleError> for OpError {
    fn from(error: ShuffleError) -> Self {
        let ShuffleError::Function(error) = error else {
            return Self::Shuffle(error);
        };
        let error = match error.downcast::<ClosureError>() {
            Ok(error) => return Self::Closure(error),
            Err(error) => error,
        };
        #[cfg(feature = "plugins")]
        let error = match error.downcast::<crate::plugin::PluginError>() {
            Ok(error) => return Self::Plugin(error),
            Err(error) => error,
        };
        Self::Shuffle(ShuffleError::Function(error))
    }
}

impl From<IoError> for OpError {
    fn from(error: IoError) -> Self {
        let IoError::Function(error) = error else {
            return Self::Io(error);
        };
        #[cfg(feature = "plugins")]
        let error = match error.downcast::<crate::plugin::PluginError>() {
            Ok(error) => return Self::Plugin(error),
            Err(error) => error,
        };
        Self::Io(IoError::Function(error))
    }
}

impl From<OrderError> for OpError {
    fn from(error: OrderError) -> Self {
        Self::Order(Box::new(error))
    }
}

#[cfg(feature = "plugins")]
impl From<crate::plugin::PluginError> for OpError {
    fn from(error: crate::plugin::PluginError) -> Self {
        Self::Plugin(Box::new(error))
    }
}

#[cfg(feature = "plugins")]
impl From<swath_plugin_host::CallError> for OpError {
    fn from(error: swath_plugin_host::CallError) -> Self {
        crate::plugin::PluginError::from(error).into()
    }
}

impl OpError {
    /// Turns the error into the scheduler's, keeping what it acts on: cancellation and the memory limit.
    pub fn into_task_error(self) -> TaskError {
        match self {
            // A transparent error hides the one it shows: what is acted on is taken out of it.
            Self::Cancelled(cancelled) | Self::Io(IoError::Cancelled(cancelled)) => {
                TaskError::from(cancelled)
            }
            Self::OverBudget(over) | Self::Io(IoError::OverBudget(over)) => TaskError::from(over),
            Self::Input(error) => error,
            Self::Expr(error) => TaskError::from(error),
            Self::Kernel(error) => TaskError::from(error),
            Self::Aggregate(error) => TaskError::from(*error),
            Self::Closure(error) => TaskError::from(*error),
            Self::Order(error) => TaskError::from(*error),
            #[cfg(feature = "plugins")]
            Self::Plugin(error) => TaskError::from(*error),
            Self::Batch(error) => TaskError::from(error),
            Self::Io(error) => TaskError::from(error),
            other => TaskError::from(other),
        }
    }
}
