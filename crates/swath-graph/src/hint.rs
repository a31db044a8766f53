//! What helps to run and explain a stage and is no part of its name.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

/// Advice about the tasks of one stage. It never changes an answer and is outside every fingerprint.
///
/// ```
/// use swath_graph::Hint;
///
/// let hint = Hint::default().label("download").retries(3).estimate(64 << 20);
/// assert_eq!((hint.retries, hint.estimate), (3, Some(64 << 20)));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Hint {
    /// What people call the stage; without one its kind is shown.
    pub label: Option<Arc<str>>,
    /// How often a failed task is tried again: 0 means one attempt.
    pub retries: u32,
    /// Bytes that the result of one task is expected to have, if anyone knows.
    pub estimate: Option<u64>,
}

impl Hint {
    /// Says what people call the stage.
    pub fn label(self, label: impl Into<Arc<str>>) -> Self {
        Self {
            label: Some(label.into()),
            ..self
        }
    }

    /// Says how often a failed task is tried again: 0 means one attempt.
    pub fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// Says how many bytes the result of one task is expected to have.
    pub fn estimate(self, bytes: u64) -> Self {
        Self {
            estimate: Some(bytes),
            ..self
        }
    }
}

/// The line of a program that asked for a stage.
///
/// ```
/// use std::panic::Location;
/// use swath_graph::Origin;
///
/// let here = Origin::from(Location::caller());
/// assert!(here.to_string().contains(':'));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The source file, as the compiler was given it.
    pub file: Cow<'static, str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl From<&'static Location<'static>> for Origin {
    fn from(location: &'static Location<'static>) -> Self {
        Self {
            file: Cow::Borrowed(location.file()),
            line: location.line(),
            column: location.column(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
