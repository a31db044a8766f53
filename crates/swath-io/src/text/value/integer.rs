//! Whole numbers.

use super::word::{Word, eight_of_text};

/// A kind of integer that text can be.
pub(crate) trait Integer: Copy + Sized {
    /// From digits whose value is `magnitude`.
    fn from_parts(negative: bool, magnitude: u64) -> Option<Self>;
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl Integer for $ty {
            #[inline]
            fn from_parts(negative: bool, magnitude: u64) -> Option<Self> {
                if negative {
                    Self::try_from(0_i128 - i128::from(magnitude)).ok()
                } else {
                    Self::try_from(magnitude).ok()
                }
            }
        }
    )*};
}
integers!(i8, i16, i32, u8, u16, u32, u64);

impl Integer for i64 {
    #[inline]
    fn from_parts(negative: bool, magnitude: u64) -> Option<Self> {
        if negative {
            0_i64.checked_sub_unsigned(magnitude)
        } else {
            Self::try_from(magnitude).ok()
        }
    }
}

/// An integer in decimal digits, with a sign or none.
#[inline]
pub(crate) fn integer<T: Integer>(text: &[u8]) -> Option<T> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let magnitude = match digits {
        [] => None,
        _ if digits.len() <= 19 => short(digits),
        _ => long(digits),
    };
    match magnitude {
        Some(magnitude) => T::from_parts(negative, magnitude),
        None => padded(text),
    }
}

/// The same of a short text; `None` also where blanks or a plus stand before the digits: the long way knows them.
#[inline]
pub(crate) fn short_integer<T: Integer>(text: Word) -> Option<T> {
    let (negative, magnitude) = text.integer()?;
    T::from_parts(negative, magnitude)
}

/// Up to 19 digits, which no `u64` is too small for.
#[inline]
fn short(digits: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    let (eights, rest) = digits.as_chunks::<8>();
    for eight in eights {
        value = value * 100_000_000 + u64::from(eight_of_text(*eight)?);
    }
    for byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

#[cold]
fn long(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_add(digit.into())
    })
}

#[cold]
fn padded<T: Integer>(text: &[u8]) -> Option<T> {
    let trimmed = text.trim_ascii();
    if trimmed.len() < text.len() && !trimmed.is_empty() {
        integer(trimmed)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bounds_and_what_is_no_integer() {
        let cases: [(&str, Option<i64>); 16] = [
            ("0", Some(0)),
            ("-7", Some(-7)),
            ("+7", Some(7)),
            ("007", Some(7)),
            (" 12 ", Some(12)),
            ("12345678", Some(12_345_678)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("00000000000000000000000012", Some(12)),
            ("99999999999999999999", None),
            ("", None),
            ("-", None),
            ("1.0", None),
            ("1234567a", None),
            ("12 34", None),
        ];
        for (text, expected) in cases {
            assert_eq!(integer::<i64>(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(integer::<u64>(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(integer::<u64>(b"-1"), None);
        assert_eq!(integer::<i8>(b"-128"), Some(-128));
        assert_eq!(integer::<i8>(b"128"), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(text in "[+-]?[0-9a:/ ]{0,22}") {
            let expected = text.trim_ascii().parse::<i64>().ok();
            prop_assert_eq!(integer::<i64>(text.as_bytes()), expected);
        }

        /// Whatever stands behind it, and if nothing does.
        #[test]
        fn short_ones_agree_with_all(text in "-?[0-9a:/ +-]{0,3}[0-9]{0,15}", behind in "[0-9-]{0,20}") {
            let all = format!("{text}{behind}");
            let word = Word::load(all.as_bytes(), text.len());
            prop_assert_eq!(word.is_some(), text.len() <= 16);
            let found = word.and_then(short_integer::<i64>);
            let plain = text.len() <= 16 && !text.contains([' ', '+']);
            let expected = text.parse::<i64>().ok().filter(|_| plain);
            prop_assert_eq!(found, expected);
            prop_assert_eq!(word.and_then(short_integer::<u8>), expected.and_then(|value| value.try_into().ok()));
        }
    }
}
