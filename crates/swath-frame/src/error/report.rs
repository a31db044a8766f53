//! The text of an error.

use std::error::Error as StdError;
use std::fmt;

use std::sync::Arc;

use swath_graph::{Key, Origin};

use super::ErrorKind;

/// Everything an error says, line by line.
pub(crate) struct Report {
    pub(crate) kind: ErrorKind,
    /// The first line: what went wrong, complete in itself.
    pub(crate) what: String,
    pub(crate) location: Option<Origin>,
    /// The column it is about, where the kind does not say.
    pub(crate) column: Option<String>,
    /// The call at that line.
    pub(crate) call: Option<&'static str>,
    pub(crate) key: Option<Key>,
    /// Labelled lines: `why`, `held`, `expression`.
    pub(crate) notes: Vec<(&'static str, String)>,
    pub(crate) fix: Option<String>,
    pub(crate) source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Report {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            location: None,
            column: None,
            call: None,
            key: None,
            notes: Vec::new(),
            fix: None,
            source: None,
        }
    }
}

/// Column at which the text of a line begins.
const INDENT: usize = 10;

fn line(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    let mut lines = text.lines();
    write!(
        f,
        "\n  {label:width$}{}",
        lines.next().unwrap_or_default(),
        width = INDENT - 2
    )?;
    lines.try_for_each(|more| write!(f, "\n{:INDENT$}{more}", ""))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut what = self.what.lines();
        write!(
            f,
            "error[{}]: {}",
            self.kind.code(),
            what.next().unwrap_or_default()
        )?;
        what.try_for_each(|more| write!(f, "\n{more}"))?;
        if let Some(location) = &self.location {
            let call = self
                .call
                .map_or_else(String::new, |call| format!(", {call}"));
            line(f, "at", &format!("{location}{call}"))?;
        }
        if let Some(key) = &self.key {
            line(
                f,
                "task",
                &format!("{}, partition {}", key.name.kind(), key.index),
            )?;
        }
        for (label, text) in &self.notes {
            line(f, label, text)?;
        }
        match &self.fix {
            Some(fix) => line(f, "fix", fix),
            None => Ok(()),
        }
    }
}
