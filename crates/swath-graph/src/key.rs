//! Keys: one result of a computation that has many.

use crate::error::ParseKeyError;
use crate::fingerprint::{Canon, Fingerprint};
use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One result: the name of its computation and its index there. A frame of `n` partitions has the keys `0 .. n` of one name.
///
/// Prints as `('sum-3f9a…', 4)` with the whole fingerprint, which [`FromStr`] reads back, and with `{:#}` with a short one.
///
/// ```
/// use swath_graph::{Key, Name};
///
/// let key = Key::new(Name::of("sum", "amount"), 4);
/// assert_eq!(key.to_string(), format!("('{}', 4)", key.name));
/// assert_eq!(key.to_string().parse(), Ok(key));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The computation.
    pub name: Name,
    /// Which of its results.
    pub index: u32,
}

impl Key {
    /// Makes the key of one result of a computation.
    pub fn new(name: Name, index: u32) -> Self {
        Self { name, index }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("('")?;
        fmt::Display::fmt(&self.name, f)?;
        write!(f, "', {})", self.index)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Key {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        text.strip_prefix("('")
            .and_then(|rest| rest.strip_suffix(')'))
            .and_then(|rest| rest.rsplit_once("', "))
            .filter(|(_, index)| index.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|(name, index)| Some(Self::new(name.parse().ok()?, index.parse().ok()?)))
            .ok_or_else(|| ParseKeyError {
                text: text.to_owned(),
                expected: "a key: ('name', index)",
            })
    }
}

impl Fingerprint for Key {
    fn feed(&self, out: &mut Canon) {
        out.object("key", 1)
            .feed(&self.name)
            .u64(u64::from(self.index));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back() {
        for kind in ["sum", "', 3)", "a'b"] {
            let key = Key::new(Name::of(kind, "x"), u32::MAX);
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        let name = Name::of("sum", "x");
        for text in [
            String::new(),
            format!("('{name}', )"),
            format!("('{name}', +1)"),
            format!("('{name}', 4294967296)"),
        ] {
            assert_eq!(text.parse::<Key>().unwrap_err().text, text);
        }
    }

    #[test]
    fn prints_whole_and_short() {
        let key = Key::new(Name::of("sum", "x"), 4);
        insta::assert_snapshot!(key, @"('sum-ac94e0b9be67f11052bc6beb6eafaa6a', 4)");
        insta::assert_snapshot!(format!("{key:#}"), @"('sum-ac94e0b9', 4)");
    }

    #[test]
    fn index_is_part_of_the_fingerprint() {
        let name = Name::of("sum", "x");
        let print = |key: Key| Canon::new("test", 1).feed(&key).finish();
        assert_ne!(print(Key::new(name.clone(), 1)), print(Key::new(name, 2)));
    }
}
