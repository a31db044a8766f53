//! What a call of a plugin's function ends with, when it is no answer.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use swath_plugin_abi::{PluginError, code};
use swath_plugin_data::DataError;

/// A function of a plugin gave no answer, or none that it promised.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// It said that it has none.
    #[error("`{function}`: {message}")]
    Said {
        /// Plugin and function.
        function: Arc<str>,
        /// What kind of failure.
        failure: Failure,
        /// What it said.
        message: String,
        /// Another attempt may succeed.
        is_retryable: bool,
        /// What the task said that it was stopped by, or was refused memory by: what whoever runs the task acts on.
        #[source]
        cause: Option<Box<dyn Error + Send + Sync>>,
    },
    /// What it returned is not what it promised.
    #[error("`{function}` returned what it did not promise")]
    Returned {
        /// Plugin and function.
        function: Arc<str>,
        /// What is wrong with it.
        #[source]
        source: DataError,
    },
    /// It was to be handed what it was not bound to, or what cannot be handed over.
    #[error("`{function}` cannot be given that")]
    Given {
        /// Plugin and function.
        function: Arc<str>,
        /// What is wrong with it.
        #[source]
        source: DataError,
    },
    /// It is of another kind than it was used as.
    #[error("`{function}` is of the kind `{kind}`, and was used as {used}")]
    Kind {
        /// Plugin and function.
        function: Arc<str>,
        /// Its kind.
        kind: &'static str,
        /// What it was used as.
        used: &'static str,
    },
    /// It takes another number of frames.
    #[error("`{function}` takes {}, and was given {given}", taken(.frames))]
    Frames {
        /// Plugin and function.
        function: Arc<str>,
        /// What it calls its frames; empty for one.
        frames: Vec<String>,
        /// How many it was given.
        given: usize,
    },
    /// It is of a kind that came later.
    #[error("`{function}` is of a kind that this version of swath does not know; a newer one may")]
    Newer {
        /// Plugin and function.
        function: Arc<str>,
    },
    /// It broke the contract in another way.
    #[error("`{function}` {reason}")]
    Broke {
        /// Plugin and function.
        function: Arc<str>,
        /// How.
        reason: String,
    },
}

/// How many frames, and which.
fn taken(frames: &[String]) -> String {
    let named: Vec<String> = frames.iter().map(|name| format!("`{name}`")).collect();
    match named.split_last() {
        None => "one frame".to_owned(),
        Some((last, others)) => {
            format!("{} frames, {} and {last}", named.len(), others.join(", "))
        }
    }
}

/// Kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// An error of the function's own.
    Function,
    /// An error of the function's own, when it was bound: it does not take what it was given.
    Bind,
    /// A panic.
    Panic,
    /// A parameter is unknown, missing, or no value of its type.
    Parameters,
    /// The input does not have the columns or dtypes that it needs.
    Meta,
    /// It returned what it had not declared, and its own side noticed.
    Contract,
    /// It saw that the run was cancelled.
    Cancelled,
    /// A function of this kind has no such call.
    Unsupported,
    /// The memory that it asked for was refused.
    Memory,
    /// The process that it ran in ended.
    Crash,
    /// The process that it ran in ended, or was ended because the run was cancelled, while it made a write seen: which may be seen,
    /// or not.
    CutOff,
}

/// What a call ends with whose process did. No plugin says that: it is no [`code`] of the contract.
pub(crate) const CRASHED: u32 = 1 << 31;
/// What a commit ends with whose process did, or was ended.
pub(crate) const CUT_OFF: u32 = 1 << 30;

impl Failure {
    fn of(number: u32) -> Self {
        match number {
            code::PANIC => Self::Panic,
            code::PARAMETERS => Self::Parameters,
            code::META => Self::Meta,
            code::CONTRACT => Self::Contract,
            code::CANCELLED => Self::Cancelled,
            code::UNSUPPORTED => Self::Unsupported,
            code::MEMORY => Self::Memory,
            CRASHED => Self::Crash,
            CUT_OFF => Self::CutOff,
            _ => Self::Function,
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Function => "error",
            Self::Bind => "refused",
            Self::Panic => "panic",
            Self::Parameters => "parameters",
            Self::Meta => "input",
            Self::Contract => "contract",
            Self::Cancelled => "cancelled",
            Self::Unsupported => "unsupported",
            Self::Memory => "memory",
            Self::Crash => "crash",
            Self::CutOff => "cut off",
        })
    }
}

impl CallError {
    /// Whether a write may be seen although this is what its commit ended with.
    pub fn is_cut_off(&self) -> bool {
        matches!(
            self,
            Self::Said {
                failure: Failure::CutOff,
                ..
            }
        )
    }

    /// What a function said when it was bound.
    pub(super) fn when_bound(mut self) -> Self {
        if let Self::Said { failure, .. } = &mut self
            && *failure == Failure::Function
        {
            *failure = Failure::Bind;
        }
        self
    }

    /// What a function said.
    pub(super) fn said(
        function: &Arc<str>,
        error: PluginError,
        cause: Option<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Said {
            function: Arc::clone(function),
            failure: Failure::of(error.code),
            message: error.message,
            is_retryable: error.is_retryable,
            cause,
        }
    }
}
