//! Sizes as people write and read them: MB is 10^6 bytes, MiB is 2^20.

use std::{fmt, str::FromStr};

/// Shows a number of bytes in binary units with one decimal: `1.4 GiB`, `512 B`.
///
/// ```
/// assert_eq!(swath_memory::format_bytes(1_503_238_554).to_string(), "1.4 GiB");
/// ```
pub fn format_bytes(bytes: u64) -> FormatBytes {
    FormatBytes(bytes)
}

/// What [`format_bytes`] returns.
#[derive(Clone, Copy, Debug)]
pub struct FormatBytes(u64);

impl fmt::Display for FormatBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            u64::MAX => "unlimited".to_owned(),
            bytes if bytes < 1 << 10 => format!("{bytes} B"),
            bytes => {
                let mut value = bytes as f64 / 1024.0;
                let mut units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].into_iter();
                let mut unit = units.next().unwrap_or_default();
                // 1023.95 would print as "1024.0".
                while value >= 1023.95 {
                    let Some(larger) = units.next() else { break };
                    value /= 1024.0;
                    unit = larger;
                }
                let number = format!("{value:.1}");
                format!("{} {unit}", number.strip_suffix(".0").unwrap_or(&number))
            }
        };
        f.pad(&text)
    }
}

/// A size as a user gives it: bytes, or a share of what there is.
///
/// Text is a number and a unit: `B`, `kB MB GB TB` (powers of 1000), `KiB MiB GiB TiB` (powers of 1024), or `%`; no unit means
/// bytes. Case and blanks between number and unit do not matter.
///
/// ```
/// use swath_memory::ByteSize;
///
/// assert_eq!("64MB".parse(), Ok(ByteSize::Bytes(64_000_000)));
/// assert_eq!("64 MiB".parse(), Ok(ByteSize::Bytes(67_108_864)));
/// assert_eq!("50%".parse::<ByteSize>()?.of(8_000), 4_000);
/// # Ok::<(), swath_memory::ByteSizeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ByteSize {
    /// A number of bytes.
    Bytes(u64),
    /// Per cent of the whole, above 0 and at most 100.
    Percent(f64),
}

/// Text that is no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ByteSizeError {
    /// It does not begin with a number.
    #[error("`{text}` is no size: write a number and a unit, such as `64MB`, `4GiB` or `50%`")]
    Number {
        /// The text as given.
        text: String,
    },
    /// The unit is not known.
    #[error("`{text}` has no unit of size: use B, kB, MB, GB, TB, KiB, MiB, GiB, TiB or %")]
    Unit {
        /// The text as given.
        text: String,
    },
    /// It is negative, more than 100 %, not a whole number of bytes, or beyond 2^64.
    #[error("`{text}` is out of range for a size")]
    Range {
        /// The text as given.
        text: String,
    },
}

impl ByteSize {
    /// The size in bytes, where a percentage is taken of `whole` bytes.
    pub fn of(self, whole: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(percent) => (whole as f64 * percent / 100.0) as u64,
        }
    }
}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    fn from_str(text: &str) -> Result<Self, ByteSizeError> {
        let trimmed = text.trim();
        let end = trimmed
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '+')))
            .unwrap_or(trimmed.len());
        let (digits, unit) = trimmed.split_at(end);
        let digits = digits.replace('_', "");
        let number: f64 = digits.parse().map_err(|_| ByteSizeError::Number {
            text: text.to_owned(),
        })?;
        let range = || ByteSizeError::Range {
            text: text.to_owned(),
        };
        let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "%" if number > 0.0 && number <= 100.0 => return Ok(Self::Percent(number)),
            "%" => return Err(range()),
            "" | "b" => 1,
            "kb" | "k" => 1_000,
            "mb" | "m" => 1_000_000,
            "gb" | "g" => 1_000_000_000,
            "tb" | "t" => 1_000_000_000_000,
            "kib" => 1 << 10,
            "mib" => 1 << 20,
            "gib" => 1 << 30,
            "tib" => 1 << 40,
            _ => {
                return Err(ByteSizeError::Unit {
                    text: text.to_owned(),
                });
            }
        };
        // Whole numbers are exact; only those with a fraction go through floating point.
        if let Ok(whole) = digits.parse::<u64>() {
            return whole.checked_mul(factor).map(Self::Bytes).ok_or_else(range);
        }
        let bytes = number * factor as f64;
        if (0.0..18_446_744_073_709_551_615.0).contains(&bytes)
            && (factor > 1 || bytes.fract() == 0.0)
        {
            Ok(Self::Bytes(bytes as u64))
        } else {
            Err(range())
        }
    }
}

impl From<u64> for ByteSize {
    fn from(bytes: u64) -> Self {
        Self::Bytes(bytes)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => format_bytes(*bytes).fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        for (bytes, expect) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1 KiB"),
            (1_536, "1.5 KiB"),
            ((1 << 20) - 1, "1 MiB"),
            (8 << 30, "8 GiB"),
            (3_328_599_655, "3.1 GiB"),
            (u64::MAX - 1, "16 EiB"),
            (u64::MAX, "unlimited"),
        ] {
            assert_eq!(format_bytes(bytes).to_string(), expect, "{bytes}");
        }
        assert_eq!(format!("[{:>8}]", format_bytes(1_024)), "[   1 KiB]");
    }

    #[test]
    fn parses() {
        let bytes = |bytes| Ok(ByteSize::Bytes(bytes));
        let text = |text: &str| text.to_owned();
        for (input, expect) in [
            ("64MB", bytes(64_000_000)),
            ("64MiB", bytes(64 << 20)),
            (" 4 gib ", bytes(4 << 30)),
            ("1.5kB", bytes(1_500)),
            ("1_000", bytes(1_000)),
            ("0", bytes(0)),
            ("18446744073709551615", bytes(u64::MAX)),
            ("50%", Ok(ByteSize::Percent(50.0))),
            ("0%", Err(ByteSizeError::Range { text: text("0%") })),
            ("101%", Err(ByteSizeError::Range { text: text("101%") })),
            ("-1MB", Err(ByteSizeError::Range { text: text("-1MB") })),
            ("1.5", Err(ByteSizeError::Range { text: text("1.5") })),
            (
                "18446744073709551616",
                Err(ByteSizeError::Range {
                    text: text("18446744073709551616"),
                }),
            ),
            (
                "99999999999TB",
                Err(ByteSizeError::Range {
                    text: text("99999999999TB"),
                }),
            ),
            (
                "4 gigs",
                Err(ByteSizeError::Unit {
                    text: text("4 gigs"),
                }),
            ),
            ("lots", Err(ByteSizeError::Number { text: text("lots") })),
            ("", Err(ByteSizeError::Number { text: text("") })),
        ] {
            assert_eq!(input.parse::<ByteSize>(), expect, "{input}");
        }
    }

    #[test]
    fn messages() {
        let messages: Vec<String> = ["lots", "4 gigs", "-1MB"]
            .iter()
            .map(|text| text.parse::<ByteSize>().unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(messages.join("\n"), @r"
        `lots` is no size: write a number and a unit, such as `64MB`, `4GiB` or `50%`
        `4 gigs` has no unit of size: use B, kB, MB, GB, TB, KiB, MiB, GiB, TiB or %
        `-1MB` is out of range for a size
        ");
    }
}
