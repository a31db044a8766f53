//! What a kernel asks of a machine type.

use arrow_buffer::ArrowNativeType;
use swath_batch::{canonical_f32, canonical_f64};

/// A machine type that kernels compute on.
///
/// Floats have one canonical zero and one canonical NaN; NaN is the largest value.
pub(crate) trait Native: ArrowNativeType + PartialEq {
    /// What the smallest of no values is: any value beats it.
    const START_MIN: Self;
    /// What the largest of no values is: any value beats it or equals it.
    const START_MAX: Self;
    /// Bytes of the type that carry a key; 16 for `i128`, which has no [`word`](Self::word).
    const WIDTH: u32;

    /// `-0.0` becomes `0.0`, any NaN the one NaN; other values stay.
    fn canonical(self) -> Self;
    /// The canonical value widened to 64 bits: equal values of any integer width, or of any float
    /// width, have equal words.
    fn word(self) -> u64;
    /// The value whose [`word`](Self::word) this is.
    fn from_word(word: u64) -> Self;
    /// A code whose unsigned order is the order of the values, reversed where `descending`; NaN is
    /// the last code in both directions. For `i128` the upper half only.
    fn order(self, descending: bool) -> u64;
    /// Whether this value replaces `best` as the minimum.
    fn below(self, best: Self) -> bool;
    /// Whether this value replaces `best` as the maximum.
    fn above(self, best: Self) -> bool;
    /// The minimum of a slice, [`START_MIN`](Self::START_MIN) if it is empty.
    fn smallest(values: &[Self]) -> Self;
    /// The maximum of a slice, [`START_MAX`](Self::START_MAX) if it is empty.
    fn largest(values: &[Self]) -> Self;
}

macro_rules! integer {
    ($native:ty, $wide:ty, $flip:expr) => {
        impl Native for $native {
            const START_MIN: Self = Self::MAX;
            const START_MAX: Self = Self::MIN;
            const WIDTH: u32 = Self::BITS / 8;

            #[inline]
            fn canonical(self) -> Self {
                self
            }

            #[inline]
            fn word(self) -> u64 {
                self as $wide as u64
            }

            #[inline]
            fn from_word(word: u64) -> Self {
                word as Self
            }

            #[inline]
            fn order(self, descending: bool) -> u64 {
                let code = (self as $wide as u64) ^ $flip;
                if descending { !code } else { code }
            }

            #[inline]
            fn below(self, best: Self) -> bool {
                self < best
            }

            #[inline]
            fn above(self, best: Self) -> bool {
                self > best
            }

            fn smallest(values: &[Self]) -> Self {
                values
                    .iter()
                    .fold(Self::MAX, |best, &value| best.min(value))
            }

            fn largest(values: &[Self]) -> Self {
                values
                    .iter()
                    .fold(Self::MIN, |best, &value| best.max(value))
            }
        }
    };
}

const SIGN: u64 = 1 << 63;
integer!(i8, i64, SIGN);
integer!(i16, i64, SIGN);
integer!(i32, i64, SIGN);
integer!(i64, i64, SIGN);
integer!(u8, u64, 0);
integer!(u16, u64, 0);
integer!(u32, u64, 0);
integer!(u64, u64, 0);

impl Native for i128 {
    const START_MIN: Self = Self::MAX;
    const START_MAX: Self = Self::MIN;
    const WIDTH: u32 = 16;

    fn canonical(self) -> Self {
        self
    }

    /// Keys of 16 bytes never take the one-word paths.
    fn word(self) -> u64 {
        self as u64
    }

    fn from_word(word: u64) -> Self {
        Self::from(word as i64)
    }

    fn order(self, descending: bool) -> u64 {
        ((self >> 64) as i64).order(descending)
    }

    fn below(self, best: Self) -> bool {
        self < best
    }

    fn above(self, best: Self) -> bool {
        self > best
    }

    fn smallest(values: &[Self]) -> Self {
        values
            .iter()
            .fold(Self::MAX, |best, &value| best.min(value))
    }

    fn largest(values: &[Self]) -> Self {
        values
            .iter()
            .fold(Self::MIN, |best, &value| best.max(value))
    }
}

macro_rules! float {
    ($native:ty, $canonical:expr) => {
        impl Native for $native {
            const START_MIN: Self = Self::NAN;
            const START_MAX: Self = Self::NEG_INFINITY;
            const WIDTH: u32 = size_of::<Self>() as u32;

            #[inline]
            fn canonical(self) -> Self {
                $canonical(self)
            }

            #[inline]
            fn word(self) -> u64 {
                f64::from(self.canonical()).to_bits()
            }

            #[inline]
            fn from_word(word: u64) -> Self {
                f64::from_bits(word) as Self
            }

            #[inline]
            fn order(self, descending: bool) -> u64 {
                if self.is_nan() {
                    return u64::MAX;
                }
                let bits = f64::from(self + 0.0).to_bits();
                // Negative numbers: all bits flip. Others: only the sign.
                let code = bits ^ ((((bits as i64) >> 63) as u64) | SIGN);
                if descending { !code } else { code }
            }

            #[inline]
            fn below(self, best: Self) -> bool {
                (self < best) | best.is_nan()
            }

            #[inline]
            fn above(self, best: Self) -> bool {
                (self > best) | self.is_nan()
            }

            fn smallest(values: &[Self]) -> Self {
                best_of(values, Self::START_MIN, Self::below)
            }

            fn largest(values: &[Self]) -> Self {
                best_of(values, Self::START_MAX, Self::above)
            }
        }
    };
}

/// The best of a slice, in 16 lanes: comparisons of floats do not commute for the compiler, so it
/// would wait for each.
fn best_of<N: Native>(values: &[N], start: N, beats: impl Fn(N, N) -> bool) -> N {
    let mut lanes = [start; 16];
    let blocks = values.chunks_exact(16);
    let rest = blocks.remainder();
    for block in blocks {
        for (lane, &value) in lanes.iter_mut().zip(block) {
            *lane = if beats(value, *lane) { value } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(
        start,
        |best, &value| if beats(value, best) { value } else { best },
    )
}

float!(f32, canonical_f32);
float!(f64, canonical_f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_codes_follow_the_values_and_nan_is_last_both_ways() {
        let floats = [f64::NEG_INFINITY, -1.5, -0.0, 1e-300, 2.0, f64::INFINITY];
        for pair in floats.windows(2) {
            assert!(pair[0].order(false) < pair[1].order(false));
            assert!(pair[0].order(true) > pair[1].order(true));
        }
        assert_eq!((-0.0_f64).order(false), 0.0_f64.order(false));
        for descending in [false, true] {
            assert!(
                floats
                    .iter()
                    .all(|f| f.order(descending) < f64::NAN.order(descending))
            );
        }
        assert!((-1_i32).order(false) < 0_i32.order(false));
        assert!(u64::MAX.order(true) < 0_u64.order(true));
    }

    #[test]
    fn words_come_back_and_do_not_depend_on_the_width() {
        assert_eq!((-7_i8).word(), (-7_i64).word());
        assert_eq!(i16::from_word((-7_i16).word()), -7);
        assert_eq!(1.5_f32.word(), 1.5_f64.word());
        assert_eq!((-0.0_f32).word(), 0.0_f64.word());
        assert_eq!((-f64::NAN).word(), f64::NAN.word());
        assert!(f32::from_word(f32::NAN.word()).is_nan());
    }

    #[test]
    fn the_minimum_avoids_nan_and_the_maximum_is_it() {
        assert_eq!(f64::smallest(&[f64::NAN, 2.0, 1.0]), 1.0);
        assert!(f64::smallest(&[f64::NAN]).is_nan());
        assert!(f64::largest(&[1.0, f64::NAN]).is_nan());
        assert_eq!(f64::largest(&[f64::NEG_INFINITY]), f64::NEG_INFINITY);
        assert_eq!(i64::smallest(&[3, -4]), -4);
    }
}
