//! Which of 64 bytes are the ones that a dialect gives a meaning.

use wide::{CmpEq, i8x16};

use super::Dialect;

/// A bit for each of 64 bytes, the first the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) delimiters: u64,
    /// Line feeds.
    pub(super) newlines: u64,
    pub(super) carriages: u64,
    pub(super) quotes: u64,
    /// Whether the quotes up to each byte, it included, are odd.
    pub(super) odd_quotes: u64,
}

/// Finds them with what every processor has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lanes {
    delimiter: i8x16,
    quote: i8x16,
}

impl Lanes {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            delimiter: lanes(dialect.delimiter),
            quote: lanes(dialect.quote.unwrap_or_default()),
        }
    }

    #[inline]
    pub(super) fn masks(self, block: &[u8; 64]) -> Masks {
        let mut masks = Masks::default();
        let (pieces, _) = block.as_chunks::<16>();
        for (at, piece) in pieces.iter().enumerate() {
            let piece = i8x16::new(piece.map(|byte| byte as i8));
            let mask = |of: i8x16| u64::from(piece.cmp_eq(of).move_mask() as u16) << (16 * at);
            masks.delimiters |= mask(self.delimiter);
            masks.newlines |= mask(lanes(b'\n'));
            masks.carriages |= mask(lanes(b'\r'));
            masks.quotes |= mask(self.quote);
        }
        masks.odd_quotes = prefix_xor(masks.quotes);
        masks
    }
}

/// Each bit is the parity of the bits up to it.
#[inline]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

fn lanes(byte: u8) -> i8x16 {
    i8x16::splat(byte as i8)
}
