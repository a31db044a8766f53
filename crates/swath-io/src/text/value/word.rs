//! Text of up to 16 bytes as one number, for parsers without loops.

/// A text of up to 16 bytes: the first is the lowest, zeros follow the last.
///
/// What is done with it depends on no byte and no length, so there is little that a processor could guess wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    bits: u128,
    len: u32,
}

/// The most bytes of a word.
const MOST: usize = 16;

/// All bits of so many bytes from the lowest on.
const LOWEST: [u128; MOST + 1] = {
    let mut lowest = [0; MOST + 1];
    let mut bytes = 1;
    while bytes <= MOST {
        lowest[bytes] = u128::MAX >> (8 * (MOST - bytes));
        bytes += 1;
    }
    lowest
};

const ZEROS: u128 = u128::from_le_bytes([b'0'; MOST]);

impl Word {
    /// The first `len` bytes of `from`; `None` for more than 16.
    ///
    /// What stands behind them does not matter, but that something does makes it one load.
    #[inline]
    pub(crate) fn load(from: &[u8], len: usize) -> Option<Self> {
        let mask = LOWEST.get(len)?;
        let bits = match from.first_chunk() {
            Some(bytes) => u128::from_le_bytes(*bytes) & mask,
            None => Self::load_last(from.get(..len)?),
        };
        Some(Self {
            bits,
            len: len as u32,
        })
    }

    #[cold]
    fn load_last(text: &[u8]) -> u128 {
        let mut bytes = [0; MOST];
        bytes[..text.len()].copy_from_slice(text);
        u128::from_le_bytes(bytes)
    }

    /// The text, the first byte lowest, and zeros behind it.
    #[inline]
    pub(crate) fn bits(self) -> u128 {
        self.bits
    }

    /// Bytes of the text.
    #[inline]
    pub(crate) fn len(self) -> u32 {
        self.len
    }

    /// Whether it begins with a minus, and what follows that.
    #[inline]
    fn signed(self) -> (bool, Self) {
        let negative = self.bits as u8 == b'-';
        let rest = Self {
            bits: self.bits >> 8,
            len: self.len.wrapping_sub(1),
        };
        (negative, if negative { rest } else { self })
    }

    /// An integer in digits, with a minus or nothing before them: its sign and magnitude. `None` for all else.
    #[inline]
    pub(super) fn integer(self) -> Option<(bool, u64)> {
        if self.len > 8 {
            let (negative, Self { bits, len }) = self.signed();
            return Some((negative, up_to_sixteen_digits(bits, len)?));
        }
        // Half a word is enough.
        let first = self.bits as u64;
        let negative = first as u8 == b'-';
        let sign = u32::from(negative);
        let len = self.len.wrapping_sub(sign);
        if len == 0 {
            return None;
        }
        Some((negative, up_to_eight_digits(first >> (8 * sign), len)?))
    }

    /// Digits with at most one point among them, and a minus or nothing before them: sign, digits as an integer, and how many of
    /// them stand behind the point. `None` for all else.
    #[inline]
    pub(super) fn decimal(self) -> Option<(bool, u64, u32)> {
        let (negative, Self { bits, len }) = self.signed();
        // Few digits with the point among the first eight bytes, if there is one: half a word is enough.
        let (first, behind) = (bits as u64, (bits >> 64) as u64);
        let before = before_point(first);
        if len > 8 + u32::from(before < 8) {
            return Self { bits, len }.long_decimal(negative);
        }
        let before = before.min(len);
        let count = len - u32::from(before < len);
        if count == 0 {
            return None;
        }
        let kept = LOWEST[before as usize] as u64;
        let moved = (first >> 8) | (behind << 56);
        let digits = (first & kept) | (moved & !kept);
        Some((negative, up_to_eight_digits(digits, count)?, count - before))
    }

    /// As [`decimal`](Self::decimal), of what follows the sign.
    #[inline(never)]
    fn long_decimal(self, negative: bool) -> Option<(bool, u64, u32)> {
        let Self { bits, len } = self;
        let before = match before_point(bits as u64) {
            8 => 8 + before_point((bits >> 64) as u64),
            first => first,
        };
        let before = before.min(len);
        let kept = LOWEST[before as usize];
        let digits = (bits & kept) | ((bits >> 8) & !kept);
        let count = len - u32::from(before < len);
        let value = up_to_sixteen_digits(digits, count)?;
        Some((negative, value, count - before))
    }
}

/// Bytes before the first point among eight; 8 where there is none.
#[inline]
fn before_point(bytes: u64) -> u32 {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    let others = bytes ^ u64::from_le_bytes([b'.'; 8]);
    // The high bit of each byte that is a point, and no other.
    let points = !(((others & LOW) + LOW) | others | LOW);
    points.trailing_zeros() / 8
}

/// The number that the first `len` bytes are the digits of, from 1 to 8 of them; no others are set.
#[inline]
fn up_to_eight_digits(bytes: u64, len: u32) -> Option<u64> {
    // What moves out at the top stands behind the digits; what comes in below is the digit 0.
    let digits = (bytes ^ ZEROS as u64) << (8 * (8 - len));
    Some(eight_digits(digits)?.into())
}

/// The same from 1 to 16 of them.
#[inline]
fn up_to_sixteen_digits(bytes: u128, len: u32) -> Option<u64> {
    let digits = (bytes ^ ZEROS) << (8 * (MOST as u32 - len));
    let (high, low) = (
        eight_digits(digits as u64),
        eight_digits((digits >> 64) as u64),
    );
    Some(u64::from(high?) * 100_000_000 + u64::from(low?))
}

/// The number that eight bytes are the digits of, as values from 0 to 9: neighbours are joined to pairs, pairs to fours, fours to
/// eight. `None` where one is more than 9.
#[inline]
fn eight_digits(values: u64) -> Option<u32> {
    const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    const ABOVE_NINE: u64 = u64::from_le_bytes([0x76; 8]);
    if (values.wrapping_add(ABOVE_NINE) | values) & HIGH_BITS != 0 {
        return None;
    }
    let pairs = values.wrapping_mul(2561) >> 8;
    let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul(6_553_601) >> 16;
    Some(((fours & 0x0000_ffff_0000_ffff).wrapping_mul(42_949_672_960_001) >> 32) as u32)
}

/// As [`eight_digits`], of text.
#[inline]
pub(super) fn eight_of_text(text: [u8; 8]) -> Option<u32> {
    eight_digits(u64::from_le_bytes(text) ^ ZEROS as u64)
}
