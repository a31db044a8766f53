//! The same scan with instructions that most processors have, and none must have.

#![expect(
    unsafe_code,
    reason = "without it, all columns of logs take 1.18 times as long, and lines that are counted 1.25 to 1.5 times"
)]

use std::arch::x86_64::{
    __m256i, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_set1_epi8,
    _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8,
};

use super::Dialect;
use super::masks::Masks;
use super::scanner::{Found, Piece, Scanned, Scanner, State};

/// The proof that this processor has AVX2 and the instructions for bits that came with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("popcnt");
        has_all.then_some(Self(()))
    }
}

/// As [`Scanner::blocks`].
pub(super) fn blocks(
    _proof: Avx2,
    scanner: &Scanner,
    all: Piece<'_>,
    state: State,
    found: &mut impl Found,
) -> Scanned {
    // SAFETY: there is a proof that the processor has each of these instructions.
    unsafe { blocks_with_avx2(scanner, all, state, found) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,pclmulqdq,popcnt")]
fn blocks_with_avx2(
    scanner: &Scanner,
    all: Piece<'_>,
    state: State,
    found: &mut impl Found,
) -> Scanned {
    let lanes = Lanes::new(scanner.dialect());
    scanner.blocks(|block| lanes.masks(block), all, state, found)
}

#[derive(Clone, Copy)]
struct Lanes {
    delimiter: __m256i,
    quote: __m256i,
    newline: __m256i,
    carriage: __m256i,
}

impl Lanes {
    #[target_feature(enable = "avx2")]
    fn new(dialect: Dialect) -> Self {
        let lanes = |byte: u8| _mm256_set1_epi8(byte as i8);
        Self {
            delimiter: lanes(dialect.delimiter),
            quote: lanes(dialect.quote.unwrap_or_default()),
            newline: lanes(b'\n'),
            carriage: lanes(b'\r'),
        }
    }

    #[target_feature(enable = "avx2,pclmulqdq")]
    #[inline]
    fn masks(self, block: &[u8; 64]) -> Masks {
        let (halves, _) = block.as_chunks::<32>();
        let (low, high) = (load(&halves[0]), load(&halves[1]));
        let mask = |of: __m256i| {
            let half = |half| _mm256_movemask_epi8(_mm256_cmpeq_epi8(half, of)) as u32;
            u64::from(half(low)) | (u64::from(half(high)) << 32)
        };
        let quotes = mask(self.quote);
        Masks {
            delimiters: mask(self.delimiter),
            newlines: mask(self.newline),
            carriages: mask(self.carriage),
            quotes,
            odd_quotes: prefix_xor(quotes),
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: 32 bytes are read, which is what there are, and their place need not be a multiple of anything.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// Each bit is the parity of the bits up to it: a product without carries, with all bits set.
#[target_feature(enable = "pclmulqdq")]
#[inline]
fn prefix_xor(bits: u64) -> u64 {
    let product = _mm_clmulepi64_si128::<0>(_mm_cvtsi64_si128(bits as i64), _mm_set1_epi8(-1));
    _mm_cvtsi128_si64(product) as u64
}

#[cfg(test)]
mod tests {
    use super::super::masks;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn products_are_parities(bits in any::<u64>()) {
            if Avx2::detect().is_some() {
                // SAFETY: the processor was asked.
                let found = unsafe { prefix_xor(bits) };
                prop_assert_eq!(found, masks::prefix_xor(bits));
            }
        }
    }
}
