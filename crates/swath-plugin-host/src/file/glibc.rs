//! Versions of glibc.

use std::fmt;

/// A version of glibc: `2.34`, `2.2.5`.
///
/// ```
/// use swath_plugin_host::GlibcVersion;
///
/// let (old, new) = (GlibcVersion::new(2, 4, 0), GlibcVersion::new(2, 34, 0));
/// assert!(old < new && new.to_string() == "2.34");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlibcVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

impl GlibcVersion {
    /// The version of these numbers; that of most has no third, which is 0.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// The glibc that has the symbols of this version; `None` for what is not a version of it, and for its private symbols.
    pub(super) fn of_symbols(version: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(version).ok()?.strip_prefix("GLIBC_")?;
        if text == "ABI_DT_RELR" {
            // Not a number, but what the dynamic loader learnt with this one.
            return Some(Self::new(2, 36, 0));
        }
        let mut numbers = text.split('.').map(|part| part.parse().ok());
        let version = Self {
            major: numbers.next()??,
            minor: numbers.next()??,
            patch: numbers.next().unwrap_or(Some(0))?,
        };
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        match self.patch {
            0 => Ok(()),
            patch => write!(f, ".{patch}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::GlibcVersion;

    #[test]
    fn versions_of_symbols() {
        let read = |text: &str| GlibcVersion::of_symbols(text.as_bytes()).map(|v| v.to_string());
        for (text, expected) in [
            ("GLIBC_2.34", Some("2.34")),
            ("GLIBC_2.2.5", Some("2.2.5")),
            ("GLIBC_ABI_DT_RELR", Some("2.36")),
            ("GLIBC_PRIVATE", None),
            ("GLIBC_2", None),
            ("GLIBC_2.", None),
            ("GLIBC_2.1.2.3", None),
            ("GLIBCXX_3.4", None),
            ("GCC_3.0", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
        let version = |text: &str| GlibcVersion::of_symbols(text.as_bytes()).unwrap();
        assert!(version("GLIBC_2.2.5") < version("GLIBC_2.3"));
        assert!(version("GLIBC_2.9") < version("GLIBC_2.10"));
    }
}
