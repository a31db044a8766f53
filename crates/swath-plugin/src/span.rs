//! Lengths of time as parameters.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Error;

/// A length of time that is not negative: `"30min"`, `"1h 30m"`, `"500ms"`, or as ISO 8601 has it, `"PT30M"`.
///
/// ```
/// use swath_plugin::Span;
///
/// let gap: Span = "30min".parse()?;
/// assert_eq!(gap.nanoseconds(), 30 * 60 * 1_000_000_000);
/// assert_eq!(gap.to_string(), "30m");
/// # Ok::<(), swath_plugin::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(SignedDuration);

impl Span {
    /// It in nanoseconds; a span of more than 584 years counts as that.
    pub fn nanoseconds(self) -> u64 {
        self.0.as_nanos().try_into().unwrap_or(u64::MAX)
    }
}

impl FromStr for Span {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::new(format!("`{text}` is no length of time{reason}"));
        let span: SignedDuration = text
            .trim()
            .parse()
            .map_err(|_| wrong("; write it as `30min`, `1h 30m` or `500ms`"))?;
        if span.is_negative() {
            return Err(wrong(": it is negative"));
        }
        Ok(Self(span))
    }
}

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse()
            .map_err(|error: Error| de::Error::custom(error))
    }
}
