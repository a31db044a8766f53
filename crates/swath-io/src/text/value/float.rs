//! Numbers with a point.

use super::word::Word;

/// Powers of ten that a float holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The float nearest to a decimal number; also `inf`, `infinity` and `nan` in any case.
///
/// Digits that make an integer below 2^53 over a power of ten up to 10^22 need one division, which is rounded right;
/// all others go the long way.
#[inline]
pub(crate) fn float(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (mut mantissa, mut after_point, mut point, mut count) = (0_u64, 0_usize, false, 0_usize);
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit.into());
            count += 1;
            after_point += usize::from(point);
        } else if byte == b'.' && !point {
            point = true;
        } else {
            return slow(text);
        }
    }
    if count == 0 || count > 19 || mantissa >= 1 << 53 || after_point >= TENS.len() {
        return slow(text);
    }
    let value = mantissa as f64 / TENS[after_point];
    Some(if negative { -value } else { value })
}

/// The same of a short text; `None` also for one that goes the long way.
#[inline]
pub(crate) fn short_float(text: Word) -> Option<f64> {
    let (negative, mantissa, after_point) = text.decimal()?;
    if mantissa >= 1 << 53 {
        return None;
    }
    // At most 16 digits.
    let value = mantissa as f64 / TENS[after_point as usize];
    Some(if negative { -value } else { value })
}

#[cold]
fn slow(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_a_float() {
        for text in [
            "0",
            "-0",
            "1.5",
            ".5",
            "5.",
            "+2",
            "1e3",
            "-1.25E-2",
            "inf",
            "-Infinity",
            "123456789012345678901234567890",
            "0.000000000000000000000000001",
            "9007199254740993",
            " 1.5 ",
        ] {
            let expected: f64 = text.trim().parse().expect(text);
            let found = float(text.as_bytes()).expect(text);
            assert_eq!(found.to_bits(), expected.to_bits(), "{text}");
        }
        assert!(float(b"NaN").expect("a float").is_nan());
        for text in ["", ".", "-", "1.2.3", "1,5", "e5", "abc", "1_000"] {
            assert_eq!(float(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(text in "-?[0-9]{0,20}(\\.[0-9]{0,24})?(e-?[0-9]{1,3})?") {
            let expected = text.parse::<f64>().ok().map(f64::to_bits);
            prop_assert_eq!(float(text.as_bytes()).map(f64::to_bits), expected);
        }

        /// Whatever stands behind it, and if nothing does.
        #[test]
        fn short_ones_agree_with_all(
            text in "-?[0-9]{0,12}(\\.[0-9.:/ -]{0,8}){0,2}",
            behind in "[0-9.-]{0,20}",
        ) {
            let all = format!("{text}{behind}");
            let found = Word::load(all.as_bytes(), text.len()).and_then(short_float);
            let expected = text.parse::<f64>().ok();
            let plain = text.len() <= 16 && expected.is_some_and(|value| value.abs() < 9e15);
            if plain && text.bytes().filter(u8::is_ascii_digit).count() <= 15 {
                prop_assert!(found.is_some());
            }
            if let Some(found) = found {
                prop_assert_eq!(Some(found.to_bits()), expected.map(f64::to_bits));
            }
        }

        #[test]
        fn what_was_printed_comes_back(value in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            prop_assert_eq!(float(value.to_string().as_bytes()).map(f64::to_bits), Some(value.to_bits()));
        }
    }
}
