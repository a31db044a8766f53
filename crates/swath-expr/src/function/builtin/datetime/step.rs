//! Whole steps of 64-bit counts, without a division a row.

/// Divides by one positive step many times.
///
/// A multiplication by the step's reciprocal gives the quotient or one less; one correction settles it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    length: u64,
    reciprocal: u64,
}

impl Step {
    /// A step of this many counts, at least one.
    pub(super) fn new(length: i64) -> Self {
        let length = length.max(1) as u64;
        Self {
            length,
            reciprocal: u64::MAX / length,
        }
    }

    /// The quotient rounded down, and what is left: `0..length`.
    #[inline]
    pub(super) fn divide(self, value: i64) -> (i64, i64) {
        // The magnitude, for negative values less one: so that rounding down is rounding it down too.
        let sign = value >> 63;
        let magnitude = (value ^ sign) as u64;
        let mut quotient = ((u128::from(magnitude) * u128::from(self.reciprocal)) >> 64) as u64;
        let mut rest = magnitude - quotient * self.length;
        let more = u64::from(rest >= self.length);
        quotient += more;
        rest -= more * self.length;
        if sign == 0 {
            (quotient as i64, rest as i64)
        } else {
            (!(quotient as i64), (self.length - 1 - rest) as i64)
        }
    }

    /// The length.
    pub(super) fn length(self) -> i64 {
        self.length as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_divides_as_division_does(value: i64, near in -100_i64..100, length in 1_i64.., small in 1_i64..100_000) {
            for length in [length, small, 1, i64::MAX] {
                for value in [value, near, near.saturating_mul(length), i64::MIN, i64::MAX] {
                    let expected = (value.div_euclid(length), value.rem_euclid(length));
                    prop_assert_eq!(Step::new(length).divide(value), expected);
                }
            }
        }
    }
}
