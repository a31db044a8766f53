//! What tells the content of one file from that of every other.

use std::fmt;
use std::str::FromStr;

/// The BLAKE3 hash of a file: 256 bits, written as 64 hexadecimal digits.
///
/// ```
/// use swath_plugin_host::FileHash;
///
/// let hash = FileHash::of(b"abc");
/// assert_eq!(hash.to_string().parse(), Ok(hash));
/// assert_eq!(hash.short(), "6437b3ac3846");
/// assert_eq!(format!("{:032x}", hash.digest()), hash.to_string()[..32]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct FileHash(blake3::Hash);

impl FileHash {
    /// The hash of these bytes. Reads each once.
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes))
    }

    /// Its first half as a number: the first digit of the text is the highest.
    pub fn digest(&self) -> u128 {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0.as_bytes()[..16]);
        u128::from_be_bytes(half)
    }

    /// Its first twelve digits: enough for people to tell two files apart.
    pub fn short(&self) -> String {
        self.0.to_hex()[..12].to_owned()
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileHash({self})")
    }
}

impl FromStr for FileHash {
    type Err = NoFileHash;

    fn from_str(text: &str) -> Result<Self, NoFileHash> {
        let refused = || NoFileHash {
            found: text.to_owned(),
        };
        blake3::Hash::from_hex(text)
            .map(Self)
            .map_err(|_| refused())
    }
}

impl TryFrom<String> for FileHash {
    type Error = NoFileHash;

    fn try_from(text: String) -> Result<Self, NoFileHash> {
        text.parse()
    }
}

/// A text that is no [`FileHash`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no BLAKE3 hash, which has 64 hexadecimal digits")]
pub struct NoFileHash {
    /// The text.
    pub found: String,
}

#[cfg(test)]
mod tests {
    use super::FileHash;

    #[test]
    fn text_and_back() {
        let hash = FileHash::of(b"");
        // The hash of nothing, as BLAKE3's own test vectors have it.
        let text = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(hash.to_string(), text);
        assert_eq!(text.to_uppercase().parse(), Ok(hash));
        assert_eq!(hash.digest() >> 120, 0xaf);
        let not = ["", "af13", "+f1349b9", &text[1..], &format!("{text}0")];
        for not in not.into_iter().chain([text.replace('a', "g").as_str()]) {
            let error = not.parse::<FileHash>().unwrap_err();
            assert_eq!(error.found, not);
        }
    }
}
