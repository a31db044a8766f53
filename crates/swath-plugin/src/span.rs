//! Lengths of time as parameters.

use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use swath_batch::Elapsed;

use crate::Error;

/// A length of time that is not negative: `"30min"`, `"1h 30m"`, `"500ms"`, or as ISO 8601 has it, `"PT30M"`.
///
/// A difference of two timestamps compares with it: `next - last > gap`.
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

impl PartialEq<Span> for Elapsed {
    fn eq(&self, span: &Span) -> bool {
        self.nanoseconds() == span.0.as_nanos()
    }
}

impl PartialOrd<Span> for Elapsed {
    fn partial_cmp(&self, span: &Span) -> Option<Ordering> {
        self.nanoseconds().partial_cmp(&span.0.as_nanos())
    }
}

impl PartialEq<Elapsed> for Span {
    fn eq(&self, elapsed: &Elapsed) -> bool {
        elapsed == self
    }
}

impl PartialOrd<Elapsed> for Span {
    fn partial_cmp(&self, elapsed: &Elapsed) -> Option<Ordering> {
        elapsed.partial_cmp(self).map(Ordering::reverse)
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

#[cfg(test)]
mod tests {
    use super::*;
    use swath_batch::Timestamp;
    use swath_meta::TimeUnit;

    #[test]
    fn differences_compare() -> Result<(), Error> {
        let second = |at| Timestamp::new(at, TimeUnit::Second);
        let gap: Span = "30min".parse()?;
        for (from, to, expected) in [
            (0, 1799, Ordering::Less),
            (-900, 900, Ordering::Equal),
            (0, 1801, Ordering::Greater),
            (5000, 0, Ordering::Less),
            (i64::MIN, i64::MAX, Ordering::Greater),
        ] {
            let elapsed = second(to) - second(from);
            assert_eq!(elapsed.partial_cmp(&gap), Some(expected));
            assert_eq!(gap.partial_cmp(&elapsed), Some(expected.reverse()));
            assert_eq!(elapsed == gap, expected.is_eq());
            assert_eq!(gap == elapsed, expected.is_eq());
        }
        Ok(())
    }
}
