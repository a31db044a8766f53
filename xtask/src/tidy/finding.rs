//! A check, and what it finds.

use super::Checkout;

/// One rule of the house.
pub(super) struct Check {
    /// The rule, in one line.
    pub(super) rule: &'static str,
    /// Why it is one.
    pub(super) why: &'static str,
    /// Looks for what breaks it; worst first in a report.
    pub(super) run: fn(&Checkout) -> Vec<Finding>,
}

/// One breach of a rule, or one line of a report.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// A file, with its line where one is to blame, or a package.
    pub(super) place: String,
    /// What is there, and what to do about it.
    pub(super) found: String,
}

impl Finding {
    /// A finding about a file or package as a whole.
    pub(super) fn at(place: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            found: found.into(),
        }
    }

    /// A finding on a line of a file, counted from 1.
    pub(super) fn on(path: &str, line: usize, found: impl Into<String>) -> Self {
        Self::at(format!("{path}:{line}"), found)
    }
}
