//! Tables of packed words: an array while they are short, hashed when they are longer.

use super::fixed::WordTable;
use super::growth;
use super::slots::Slots;
use crate::hash::mix_pair;

/// Bits of code for which an array is always used.
const SMALL_BITS: u32 = 16;
/// Bits of code for which an array is used once there are rows enough to fill it.
const LONG_BITS: u32 = 22;
/// Packed words, with ids in order of first sight.
pub(super) enum Table {
    /// The id of each word plus one, and the words of the ids.
    Array(Vec<u32>, Vec<u64>),
    Words(WordTable),
    Wide(Slots, Vec<u128>),
}

impl Table {
    pub(super) fn for_bits(bits: u32, seen: u64) -> Self {
        if fits_array(bits, seen) {
            Self::Array(vec![0; 1 << bits], Vec::new())
        } else if bits <= 64 {
            Self::Words(WordTable::new())
        } else {
            Self::Wide(Slots::new(), Vec::new())
        }
    }

    /// Whether another table would be made for these bits now.
    pub(super) fn is_outgrown(&self, bits: u32, seen: u64) -> bool {
        match self {
            Self::Array(ids, _) => bits > LONG_BITS || ids.len() < 1 << bits,
            Self::Words(_) => bits > 64 || fits_array(bits, seen),
            Self::Wide(..) => false,
        }
    }

    pub(super) fn find_or_insert_all(&mut self, packed: Vec<u64>, ids: &mut Vec<u32>) {
        match self {
            Self::Array(table, words) => {
                for word in packed {
                    let id = &mut table[word as usize];
                    if *id == 0 {
                        words.push(word);
                        *id = words.len() as u32;
                    }
                    ids.push(*id - 1);
                }
            }
            Self::Words(table) => table.find_or_insert_all(packed.into_iter(), ids),
            Self::Wide(..) => unreachable!("wide words are looked up as such"),
        }
    }

    pub(super) fn words(&self) -> Box<dyn Iterator<Item = u128> + '_> {
        match self {
            Self::Array(_, words) => Box::new(words.iter().map(|&word| u128::from(word))),
            Self::Words(table) => Box::new(table.words().iter().map(|&word| u128::from(word))),
            Self::Wide(_, words) => Box::new(words.iter().copied()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Array(_, words) => words.len(),
            Self::Words(table) => table.words().len(),
            Self::Wide(_, words) => words.len(),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Array(ids, words) => (ids.capacity() * 4 + words.capacity() * 8) as u64,
            Self::Words(table) => table.bytes(),
            Self::Wide(slots, words) => slots.bytes() + words.capacity() as u64 * 16,
        }
    }

    /// Bytes of what the table is copied to for `more` words; that another layout may be needed is not counted.
    pub(super) fn growth(&self, more: usize) -> u64 {
        match self {
            Self::Array(_, words) => growth::of_vec(words, more),
            Self::Words(table) => table.growth(more),
            Self::Wide(slots, words) => slots.growth(more) + growth::of_vec(words, more),
        }
    }
}

/// The id of a word of up to 128 bits.
pub(super) fn find_wide(slots: &mut Slots, words: &mut Vec<u128>, word: u128) -> u32 {
    let hash = mix_pair(word as u64, (word >> 64) as u64);
    let next = words.len() as u32;
    let (id, is_new) = slots.find_or_insert(hash, next, |id| words[id as usize] == word);
    if is_new {
        words.push(word);
    }
    id
}

fn fits_array(bits: u32, seen: u64) -> bool {
    bits <= SMALL_BITS || (bits <= LONG_BITS && 1 << bits <= seen.saturating_mul(64))
}
