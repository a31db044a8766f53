//! How numbers are spelt, where not as programs do it.

use serde::{Deserialize, Serialize};

/// The characters in numbers that are no digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// Between whole and broken digits.
    pub(crate) decimal: u8,
    /// Between whole digits, for the eye alone.
    pub(crate) thousands: Option<u8>,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            decimal: b'.',
            thousands: None,
        }
    }
}

impl Figures {
    /// Whether numbers are spelt as programs do it.
    pub(crate) fn is_plain(self) -> bool {
        self == Self::default()
    }

    /// The digits of a whole number without what stands between them: anywhere behind the first.
    pub(crate) fn whole<'a>(self, text: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
        let Some(thousands) = self.thousands else {
            return text;
        };
        let text = text.trim_ascii();
        let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+"));
        if digits.unwrap_or(text).first() == Some(&thousands) {
            return text;
        }
        scratch.clear();
        scratch.extend(text.iter().filter(|byte| **byte != thousands));
        scratch
    }

    /// A number with a point, as programs spell it; nothing where it is none in this spelling. One separator may follow each digit
    /// before the decimal.
    pub(crate) fn broken<'a>(self, text: &'a [u8], scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        if self.is_plain() {
            return Some(text);
        }
        scratch.clear();
        let (mut after_digit, mut before_decimal) = (false, true);
        for &byte in text.trim_ascii() {
            if byte == self.decimal && before_decimal {
                before_decimal = false;
                scratch.push(b'.');
            } else if Some(byte) == self.thousands {
                if !(after_digit && before_decimal) {
                    return None;
                }
                after_digit = false;
                continue;
            } else if byte == b'.' {
                return None;
            } else {
                before_decimal &= byte.is_ascii_digit() || matches!(byte, b'+' | b'-');
                scratch.push(byte);
            }
            after_digit = byte.is_ascii_digit();
        }
        Some(scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(figures: Figures, text: &str) -> (Option<i64>, Option<f64>) {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        let whole = crate::text::integer(figures.whole(text.as_bytes(), &mut one));
        let broken = figures.broken(text.as_bytes(), &mut other);
        (whole, broken.and_then(crate::text::float))
    }

    #[test]
    fn numbers_are_read_as_pandas_reads_them() {
        let german = Figures {
            decimal: b',',
            thousands: Some(b'.'),
        };
        for (text, whole, broken) in [
            ("1.234", Some(1234), Some(1234.0)),
            ("-1.234.567", Some(-1_234_567), Some(-1_234_567.0)),
            ("1.234,5", None, Some(1234.5)),
            (",5", None, Some(0.5)),
            ("1..2", Some(12), None),
            ("1.", Some(1), Some(1.0)),
            (".1", None, None),
            ("-.1", None, None),
            ("1,2.3", None, None),
            ("1,2,3", None, None),
            ("1,5e3", None, Some(1500.0)),
            ("1.000e3", None, Some(1_000_000.0)),
            (" 1.000 ", Some(1000), Some(1000.0)),
            ("inf", None, Some(f64::INFINITY)),
            ("x", None, None),
        ] {
            assert_eq!(read(german, text), (whole, broken), "{text}");
        }
        let comma = Figures {
            decimal: b'.',
            thousands: Some(b','),
        };
        assert_eq!(read(comma, "1,234.5"), (None, Some(1234.5)));
        let only = Figures {
            decimal: b',',
            thousands: None,
        };
        assert_eq!(read(only, "1.5"), (None, None));
        assert_eq!(read(Figures::default(), "1.5"), (None, Some(1.5)));
    }
}
