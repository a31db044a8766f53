//! What a function of a plugin fails with.

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
            Err(other) => Self::caused(&*other),
        }
    }

    /// An error with its causes: what kind it is says the first of them whose kind is known.
    fn caused(error: &(dyn std::error::Error + 'static)) -> Self {
        let chain = || std::iter::successors(Some(error), |error| error.source());
        let words: Vec<String> = chain().map(ToString::to_string).collect();
        let code = chain().find_map(known).unwrap_or(code::FUNCTION);
        Self::of(code, words.join(": "))
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

/// What kind an error of the SDK's own types is.
fn known(error: &(dyn std::error::Error + 'static)) -> Option<u32> {
    if error.is::<Stopped>() {
        Some(code::CANCELLED)
    } else if error.is::<NoRoom>() {
        Some(code::MEMORY)
    } else if error.is::<MetaError>() {
        Some(code::META)
    } else {
        None
    }
}

impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self::caused(&error)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use swath_batch::{Cx, Host};

    use super::*;

    /// A task that was cancelled.
    struct Cancelled;

    impl Host for Cancelled {
        fn check(&self) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
            Err("cancelled".into())
        }

        fn partition(&self) -> (usize, usize) {
            (0, 1)
        }
    }

    /// An author's error around one of the SDK's.
    #[derive(Debug)]
    struct Failed(Stopped);

    impl Display for Failed {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("the map is half drawn")
        }
    }

    impl std::error::Error for Failed {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn what_kind_an_error_is_its_causes_say() {
        let stopped = || Failed(Cx::new(Arc::new(Cancelled)).check().expect_err("it was"));
        let error = Error::from(stopped());
        assert_eq!(error.code, code::CANCELLED);
        assert_eq!(Error::of_any(Box::new(stopped())).code, code::CANCELLED);
        let words = error.to_string();
        assert!(words.starts_with("the map is half drawn: "), "{words}");
        assert_eq!(Error::from(fmt::Error).code, code::FUNCTION);
    }
}
