//! Names: what a computation is called, the same in every process.

use crate::error::ParseKeyError;
use crate::fingerprint::{Canon, Fingerprint};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering as Atomic};
use std::time::SystemTime;

/// The name of a computation: its kind, for people, and a 128-bit fingerprint of everything that makes it what it is.
///
/// The same kind, parameters and inputs give the same name in every process; whatever changes the answer changes the name.
/// Self-contained and cheap to clone (one reference count): there is no global table of names.
///
/// Prints as `kind-` and 32 hexadecimal digits, which [`FromStr`] reads back, and with `{:#}` as `kind-` and 8 of them, for
/// people. Serialises as the long text. Orders by kind, then fingerprint.
///
/// ```
/// use swath_graph::Name;
///
/// let load = Name::of("load", "a.csv");
/// let head = Name::of("head", &(5_u32, &load));
/// assert_eq!(head.kind(), "head");
/// assert_eq!(head.to_string().parse(), Ok(head));
/// ```
#[derive(Clone)]
pub struct Name {
    kind: Arc<str>,
    print: u128,
}

impl Name {
    /// Names a computation of this kind by the fingerprint of its parameters and inputs.
    ///
    /// Feed the names of the inputs too: `Name::of("sum", &(&input, "amount"))`.
    pub fn of(kind: &str, content: &(impl Fingerprint + ?Sized)) -> Self {
        let print = Canon::new(kind, 0).feed(content).finish();
        Self {
            kind: kind.into(),
            print,
        }
    }

    /// Names a computation of this kind by what was fed to `canon`, which carries the version of the operation.
    pub fn from_canon(kind: &str, canon: Canon) -> Self {
        let print = canon.finish();
        drop(canon);
        Self {
            kind: kind.into(),
            print,
        }
    }

    /// Makes a name that nothing else has, in this or another process: for closures and for data without content to hash.
    ///
    /// Such a name is never found again by building the same thing twice.
    pub fn unique(kind: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut canon = Canon::new("unique", 1);
        canon
            .str(kind)
            .u64(COUNT.fetch_add(1, Atomic::Relaxed))
            .u64(u64::from(std::process::id()));
        // The hasher of std is seeded by the operating system: its hash of anything is random.
        canon
            .u64(RandomState::new().hash_one(0))
            .u64(RandomState::new().hash_one(1))
            .feed(&SystemTime::now());
        Self::from_canon(kind, canon)
    }

    /// Returns the kind of computation, such as `groupby-sum`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the fingerprint.
    pub fn print(&self) -> u128 {
        self.print
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        // The fingerprint decides nearly always, at the cost of two words.
        self.print == other.print && self.kind == other.kind
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.print.hash(state);
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.kind, self.print).cmp(&(&other.kind, other.print))
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            write!(f, "{}-{:08x}", self.kind, self.print >> 96)
        } else {
            write!(f, "{}-{:032x}", self.kind, self.print)
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Name {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        text.rsplit_once('-')
            .filter(|(_, hex)| {
                hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            })
            .and_then(|(kind, hex)| {
                Some(Self {
                    kind: kind.into(),
                    print: u128::from_str_radix(hex, 16).ok()?,
                })
            })
            .ok_or_else(|| ParseKeyError {
                text: text.to_owned(),
                expected: "a name: a kind, a hyphen, and 32 hexadecimal digits",
            })
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Fingerprint for Name {
    fn feed(&self, out: &mut Canon) {
        out.object("name", 1).str(&self.kind).u128(self.print);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name must be the same in every process: this one was made by another.
    #[test]
    fn a_name_is_stable_across_processes() {
        insta::assert_snapshot!(Name::of("load", &("a.csv", 3_u64)), @"load-69ec795181baf2c08b6d3cebdf49692c");
        insta::assert_snapshot!(format!("{:#}", Name::of("load", &("a.csv", 3_u64))), @"load-69ec7951");
    }

    #[test]
    fn kind_and_content_both_count() {
        let names = [
            Name::of("a", &1),
            Name::of("a", &2),
            Name::of("b", &1),
            Name::from_canon("a", Canon::new("a", 1)),
        ];
        for (i, a) in names.iter().enumerate() {
            for (j, b) in names.iter().enumerate() {
                assert_eq!(a == b, i == j, "{a} and {b}");
                assert_eq!(a.cmp(b) == Ordering::Equal, i == j);
            }
        }
    }

    #[test]
    fn unique_names_are_unique() {
        let names: std::collections::HashSet<Name> = (0..1000).map(|_| Name::unique("f")).collect();
        assert_eq!(names.len(), 1000);
        assert!(names.iter().all(|name| name.kind() == "f"));
    }

    #[test]
    fn text_comes_back() {
        for kind in ["sum", "groupby-sum", "", "-", "käse 'n' \"x\"\n"] {
            let name = Name::of(kind, "x");
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for text in [
            "",
            "sum",
            "sum-",
            "sum-12",
            "sum-+0000000000000000000000000000000",
            "sum-3F9A0000000000000000000000000000",
        ] {
            let error = text.parse::<Name>().unwrap_err();
            assert_eq!(error.text, text);
        }
        insta::assert_snapshot!("sum-12".parse::<Name>().unwrap_err(), @"`sum-12` is not a name: a kind, a hyphen, and 32 hexadecimal digits");
    }

    #[test]
    fn serde_comes_back() {
        let name = Name::of("sum", "x");
        let bytes = rmp_serde::to_vec(&name).unwrap();
        assert_eq!(rmp_serde::from_slice::<Name>(&bytes).unwrap(), name);
        let wrong = rmp_serde::to_vec("sum").unwrap();
        assert!(rmp_serde::from_slice::<Name>(&wrong).is_err());
    }
}
