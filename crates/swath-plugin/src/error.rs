//! What a function of a plugin fails with.

use std::any::Any;
use std::fmt::{self, Debug, Display, Formatter};

use swath_batch::{NoRoom, Stopped};
use swath_meta::MetaError;
use swath_plugin_abi::{PluginError, code};

/// Any error, as its words: it crosses to a host that knows none of a plugin's types.
///
/// Made by `?` of every error, with its causes, and of words by [`Error::new`]. It is no `std::error::Error` itself, for that reason.
pub struct Error {
    code: u32,
    message: String,
    is_retryable: bool,
}

/// What functions of a plugin return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of the function's own.
    pub fn new(message: impl Into<String>) -> Self {
        Self::of(code::FUNCTION, message)
    }

    pub(crate) fn of(code: u32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            is_retryable: false,
        }
    }

    /// What a function returned that may return any error: an [`Error`] is what it was.
    pub(crate) fn of_any(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        match error.downcast::<Passed>() {
            Ok(passed) => passed.0,
            Err(other) => Self::new(other.to_string()),
        }
    }

    /// The same error where another attempt may succeed: the host tries again.
    #[must_use]
    pub fn retryable(self) -> Self {
        Self {
            is_retryable: true,
            ..self
        }
    }

    /// The same error with words in front of it.
    #[must_use]
    pub fn context(self, words: impl Display) -> Self {
        Self {
            message: format!("{words}: {}", self.message),
            ..self
        }
    }
}

impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let any: &dyn Any = &error;
        let code = if any.is::<Stopped>() {
            code::CANCELLED
        } else if any.is::<NoRoom>() {
            code::MEMORY
        } else if any.is::<MetaError>() {
            code::META
        } else {
            code::FUNCTION
        };
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        Self::of(code, message)
    }
}

/// An [`Error`] in the hands of code that takes any: it keeps its code, and whether to try again.
#[derive(Debug)]
struct Passed(Error);

impl Display for Passed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Passed {}

impl From<Error> for Box<dyn std::error::Error + Send + Sync> {
    fn from(error: Error) -> Self {
        Box::new(Passed(error))
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Debug for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Error> for PluginError {
    fn from(error: Error) -> Self {
        let Error {
            code,
            message,
            is_retryable,
        } = error;
        Self {
            code,
            is_retryable,
            message,
        }
    }
}
