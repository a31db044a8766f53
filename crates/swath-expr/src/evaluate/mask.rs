//! Masks from comparisons: 64 rows become one word, in loops that the compiler turns into SIMD.
//!
//! Two loops, because they vectorise differently: 8-byte values are compared to lanes as wide as themselves, which select their
//! bit of the word; narrower ones are compared to bytes, which one multiplication gathers into 8 bits. Measured on x86-64 without
//! AVX, 8192 rows in cache: `f64 > c` 0.29 ns a row (gathering bytes: 0.85), `i32 > c` 0.21 (lanes: 0.23).

use arrow_buffer::{BooleanBuffer, Buffer};

use super::side::Side;

/// The bit of each row in its word.
const BITS: [u64; 64] = {
    let mut bits = [0; 64];
    let mut at = 0;
    while at < 64 {
        bits[at] = 1 << at;
        at += 1;
    }
    bits
};

/// The rows whose value passes the test.
pub(super) fn where_one<T: Copy>(values: &[T], test: impl Fn(T) -> bool) -> BooleanBuffer {
    let mut words = Vec::with_capacity(values.len().div_ceil(64));
    let (chunks, rest) = values.as_chunks::<64>();
    if size_of::<T>() >= 8 {
        words.extend(chunks.iter().map(|chunk| lanes(|at| test(chunk[at]))));
    } else {
        words.extend(chunks.iter().map(|chunk| gathered(|at| test(chunk[at]))));
    }
    if !rest.is_empty() {
        words.push(rest.iter().enumerate().fold(0, |word, (at, value)| {
            word | (u64::from(test(*value)) << at)
        }));
    }
    BooleanBuffer::new(Buffer::from_vec(words), 0, values.len())
}

/// The rows whose two values pass the test.
fn where_two<A: Copy, B: Copy>(
    left: &[A],
    right: &[B],
    test: impl Fn(A, B) -> bool,
) -> BooleanBuffer {
    let mut words = Vec::with_capacity(left.len().div_ceil(64));
    let ((lefts, left_rest), (rights, right_rest)) =
        (left.as_chunks::<64>(), right.as_chunks::<64>());
    if size_of::<A>() >= 8 {
        words.extend(
            lefts
                .iter()
                .zip(rights)
                .map(|(a, b)| lanes(|at| test(a[at], b[at]))),
        );
    } else {
        words.extend(
            lefts
                .iter()
                .zip(rights)
                .map(|(a, b)| gathered(|at| test(a[at], b[at]))),
        );
    }
    if !left_rest.is_empty() {
        let pairs = left_rest.iter().zip(right_rest).enumerate();
        words.push(pairs.fold(0, |word, (at, (a, b))| {
            word | (u64::from(test(*a, *b)) << at)
        }));
    }
    BooleanBuffer::new(Buffer::from_vec(words), 0, left.len())
}

/// The rows whose two sides pass the test.
pub(super) fn where_sides<A: Copy, B: Copy>(
    left: Side<'_, A>,
    right: Side<'_, B>,
    len: usize,
    test: impl Fn(A, B) -> bool,
) -> BooleanBuffer {
    match (left, right) {
        (Side::Many(left), Side::Many(right)) => where_two(left, right, test),
        (Side::Many(left), Side::One(b)) => where_one(left, |a| test(a, b)),
        (Side::One(a), Side::Many(right)) => where_one(right, |b| test(a, b)),
        (Side::One(a), Side::One(b)) => constant(test(a, b), len),
    }
}

/// The rows that pass a test by number: for values that are not in a slice.
pub(super) fn where_row(len: usize, test: impl Fn(usize) -> bool) -> BooleanBuffer {
    BooleanBuffer::collect_bool(len, test)
}

/// All rows, or none.
pub(super) fn constant(value: bool, len: usize) -> BooleanBuffer {
    if value {
        BooleanBuffer::new_set(len)
    } else {
        BooleanBuffer::new_unset(len)
    }
}

#[inline]
fn lanes(test: impl Fn(usize) -> bool) -> u64 {
    let mut word = 0;
    for (at, bit) in BITS.iter().enumerate() {
        word |= if test(at) { *bit } else { 0 };
    }
    word
}

#[inline]
fn gathered(test: impl Fn(usize) -> bool) -> u64 {
    let mut bytes = [0_u8; 64];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from(test(at));
    }
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().enumerate().fold(0, |word, (at, eight)| {
        // Moves bit 0 of byte i to bit 56 + i.
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word | (gathered << (8 * at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_of_every_length_and_width_are_right() {
        for len in [0, 1, 7, 63, 64, 65, 127, 128, 200] {
            let wide: Vec<i64> = (0..len).map(|i| (i * 37) % 101).collect();
            let narrow: Vec<u8> = wide.iter().map(|value| *value as u8).collect();
            let expected: Vec<bool> = wide.iter().map(|value| *value > 50).collect();
            assert_eq!(
                where_one(&wide, |value| value > 50)
                    .iter()
                    .collect::<Vec<_>>(),
                expected
            );
            assert_eq!(
                where_one(&narrow, |value| value > 50)
                    .iter()
                    .collect::<Vec<_>>(),
                expected
            );
            let limits = vec![50_i64; wide.len()];
            let both = where_sides(
                Side::Many(&wide),
                Side::Many(&limits),
                wide.len(),
                |a, b| a > b,
            );
            assert_eq!(both.iter().collect::<Vec<_>>(), expected);
            let narrow_limits = vec![50_u8; wide.len()];
            let both = where_sides(
                Side::Many(&narrow),
                Side::Many(&narrow_limits),
                wide.len(),
                |a, b| a > b,
            );
            assert_eq!(both.iter().collect::<Vec<_>>(), expected);
        }
    }
}
