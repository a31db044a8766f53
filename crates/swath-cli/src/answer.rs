//! What a command answers with.

/// What a command has to say, and whether it found something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nobody has seen it yet"]
pub struct Answer {
    text: String,
    is_finding: bool,
}

impl Answer {
    /// All is as it should be.
    pub(crate) fn fine(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_finding: false,
        }
    }

    /// Something is not as it should be, and the text says what.
    pub(crate) fn finding(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_finding: true,
        }
    }

    /// What to show: whole lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a shell is told: 0, or 1 for a finding.
    pub fn exit_code(&self) -> u8 {
        self.is_finding.into()
    }
}
