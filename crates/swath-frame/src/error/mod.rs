//! The one error a user sees.

mod convert;
mod kind;
mod report;

use std::fmt;

use swath_graph::{Key, Origin, values_are_redacted};

pub use kind::ErrorKind;
pub(crate) use report::Report;

/// The result of every fallible call.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, where, why, and what to do about it.
///
/// Small (one pointer), `Send + Sync`. `Display` is the whole report and its first line stands alone; `Debug`
/// prints the same, because that is what `main` and `unwrap` show. Programs ask [`kind`](Self::kind),
/// [`code`](Self::code), [`location`](Self::location), and [`downcast_ref`](Self::downcast_ref) for a user
/// function's own error.
pub struct Error(pub(crate) Box<Report>);

impl Error {
    /// What kind of fault it is, with the data a program may need.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// A stable code such as `E0101`.
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// The caller's line that the error is about, where known.
    pub fn location(&self) -> Option<&Origin> {
        self.0.location.as_ref()
    }

    /// The column that the error is about, where it is one: one that does not exist, has another dtype than was asked for,
    /// holds what does not decode, or is the only one that a failing expression reads.
    pub fn column(&self) -> Option<&str> {
        match &self.0.kind {
            ErrorKind::Column { name, .. } => Some(name),
            _ => self.0.column.as_deref(),
        }
    }

    /// The partition that a task was working on, by its number in the task's stage.
    ///
    /// It is the frame's partition where every one has a task of its own, and always for [`batches`](crate::DataFrame::batches);
    /// where several small ones are packed into one task, it counts those packs.
    pub fn partition(&self) -> Option<usize> {
        self.0.key.as_ref().map(|key| key.index as usize)
    }

    /// The key of the task that failed.
    pub fn key(&self) -> Option<&Key> {
        self.0.key.as_ref()
    }

    /// The error below, or one below it, if it is an `E`: finds a user function's own error again.
    pub fn downcast_ref<E: std::error::Error + 'static>(&self) -> Option<&E> {
        let mut below = self.below();
        while let Some(error) = below {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            below = error.source();
        }
        None
    }
}

impl Error {
    fn below(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {
    /// None where values are redacted: whoever prints a chain of causes would print what others say in it.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.below().filter(|_| !values_are_redacted())
    }
}
