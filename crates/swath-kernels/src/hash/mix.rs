//! From words to hashes: two multiplications each, no table, no branch.

/// Odd constants with irregular bits; part of the stable format.
const FIRST: u64 = 0x9e6c_63d0_876a_68ed;
const SECOND: u64 = 0xc2b2_ae3d_27d4_eb4f;
const OFFSET: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a null, whatever its dtype.
pub(crate) const NULL: u64 = 0x6e75_6c6c_a5a5_1d0f;

/// Spreads a word over 64 bits so that its high and its low bits both depend on all of it.
///
/// A bijection: two words never collide.
#[inline]
pub(crate) fn mix(word: u64) -> u64 {
    let mut hash = word.wrapping_add(OFFSET);
    hash = (hash ^ (hash >> 32)).wrapping_mul(FIRST);
    hash = (hash ^ (hash >> 29)).wrapping_mul(SECOND);
    hash ^ (hash >> 32)
}

/// The hash of 128 bits.
#[inline]
pub(crate) fn mix_pair(low: u64, high: u64) -> u64 {
    mix(low ^ mix(high))
}

/// Adds the hash of the next column to the hash of the columns before it; order matters.
#[inline]
pub(crate) fn combine(hash: u64, next: u64) -> u64 {
    let hash = (hash.rotate_left(23) ^ next).wrapping_mul(FIRST);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts how often each of 64 buckets is hit by `hashes` and how far that is from even.
    fn worst_excess(hashes: impl Iterator<Item = u64> + Clone, bits: impl Fn(u64) -> u64) -> f64 {
        let mut counts = [0_u32; 64];
        let mut total = 0;
        for hash in hashes {
            counts[(bits(hash) & 63) as usize] += 1;
            total += 1;
        }
        f64::from(*counts.iter().max().unwrap()) / (f64::from(total) / 64.0)
    }

    #[test]
    fn patterned_words_spread_over_high_middle_and_low_bits() {
        for step in [1_u64, 2, 1000, 1 << 16, 1 << 32, 1 << 48] {
            let hashes = (0..64_000_u64).map(|i| mix(i.wrapping_mul(step)));
            for shift in [58, 29, 0] {
                let excess = worst_excess(hashes.clone(), |hash| hash >> shift);
                assert!(excess < 1.15, "step {step}, shift {shift}: {excess}");
            }
        }
    }

    #[test]
    fn pairs_of_small_numbers_spread() {
        let hashes = (0..64_000_u64).map(|i| combine(mix(i % 253), mix(i / 253)));
        for shift in [58, 29, 0] {
            let excess = worst_excess(hashes.clone(), |hash| hash >> shift);
            assert!(excess < 1.15, "shift {shift}: {excess}");
        }
        assert_ne!(combine(mix(1), mix(2)), combine(mix(2), mix(1)));
    }
}
