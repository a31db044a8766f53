//! What fields meant when they were last seen, by their bytes as they stand.
//!
//! A column of codes has few different texts, and each is spelt in one way as a rule. So the whole of quotes, texts that mean null
//! and the table of texts is gone through once for a spelling, and remembered here. To find it again depends on the field's bytes
//! and length in no way that a processor could guess wrong.
//!
//! ```text
//! field ─ 1 or 4 loads that overlap ─► words ─ hash ─► a place ─ the same words? ─► its meaning
//! ```

use super::FieldBytes;
use crate::text::Word;

/// What a field is in a column of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Code(u32),
    Null,
}

/// Meanings of fields of up to 64 bytes; each has one of two places, and keeps it until another needs it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    short: Places<Word>,
    long: Places<Words>,
}

impl Seen {
    /// What a field meant, if it is remembered; else where to remember it.
    #[inline]
    pub(super) fn find(&self, field: FieldBytes<'_>) -> Result<Meaning, Spelling> {
        if let Some(word) = field.word() {
            return self.short.find(word).ok_or(Spelling::Short(word));
        }
        match Words::load(field) {
            Some(words) => self.long.find(words).ok_or(Spelling::Long(words)),
            None => Err(Spelling::TooLong),
        }
    }

    #[cold]
    pub(super) fn remember(&mut self, spelling: Spelling, meaning: Meaning) {
        match spelling {
            Spelling::Short(word) => self.short.put(word, meaning),
            Spelling::Long(words) => self.long.put(words, meaning),
            Spelling::TooLong => {}
        }
    }
}

/// How a field that is not remembered is spelt.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spelling {
    Short(Word),
    Long(Words),
    TooLong,
}

/// Text of 17 to 64 bytes as four words, which overlap wherever it is shorter than all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    words: [u128; 4],
    len: usize,
}

impl Words {
    #[inline]
    fn load(field: FieldBytes<'_>) -> Option<Self> {
        let text = field.bytes();
        let last = text.len().checked_sub(16)?;
        if last > 48 {
            return None;
        }
        let word = |at: usize| {
            let (bytes, _) = text[at.min(last)..].split_first_chunk()?;
            Some(u128::from_le_bytes(*bytes))
        };
        Some(Self {
            words: [word(0)?, word(16)?, word(32)?, word(48)?],
            len: text.len(),
        })
    }
}

impl PartialEq for Words {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        // All of them: to compare arrays is a call.
        let pairs = self.words.iter().zip(&other.words);
        let differences = pairs.fold(0, |all, (one, other)| all | (one ^ other));
        differences == 0 && self.len == other.len
    }
}

/// A spelling that has a place.
trait Key: Copy + PartialEq {
    fn hash(self) -> u64;
}

impl Key for Word {
    #[inline]
    fn hash(self) -> u64 {
        half_hash(self.bits(), self.len().into())
    }
}

impl Key for Words {
    #[inline]
    fn hash(self) -> u64 {
        let [first, second, third, last] = self.words;
        let start = half_hash(first, self.len as u64) ^ half_hash(third, 1);
        start.wrapping_add(half_hash(second, 2) ^ half_hash(last, 3))
    }
}

/// Every bit of a word in every bit of the answer, nearly: both halves are multiplied.
#[inline]
fn half_hash(word: u128, salt: u64) -> u64 {
    let (low, high) = (word as u64, (word >> 64) as u64);
    let low = low ^ 0x9e37_79b9_7f4a_7c15;
    let high = high ^ 0xd6e8_feb8_6659_fd93_u64.rotate_left(salt as u32 & 63);
    let product = u128::from(low) * u128::from(high);
    product as u64 ^ (product >> 64) as u64
}

/// Places there are at first, and at most; columns may be many.
const FEWEST: usize = 64;
const MOST: usize = 4096;

/// A place for each hash, and beside it one for another of the same.
#[derive(Debug)]
struct Places<K> {
    /// A power of two of them, once there is any.
    places: Vec<Option<(K, Meaning)>>,
    /// How often one was.
    taken: usize,
}

impl<K> Default for Places<K> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            taken: 0,
        }
    }
}

impl<K: Key> Places<K> {
    #[inline]
    fn find(&self, key: K) -> Option<Meaning> {
        let at = self.at(key);
        let of_it = |place: &Option<(K, Meaning)>| {
            place.and_then(|(known, meaning)| (known == key).then_some(meaning))
        };
        of_it(self.places.get(at)?).or_else(|| of_it(self.places.get(at ^ 1)?))
    }

    fn put(&mut self, key: K, meaning: Meaning) {
        // Most keys shall stand in the first of their places.
        let len = self.places.len();
        if len < MOST && self.taken * 8 >= len {
            let grown = vec![None; (len * 2).max(FEWEST)];
            let known = std::mem::replace(&mut self.places, grown);
            for (key, meaning) in known.into_iter().flatten() {
                self.place(key, meaning);
            }
        }
        self.taken += 1;
        self.place(key, meaning);
    }

    fn place(&mut self, key: K, meaning: Meaning) {
        let at = self.at(key);
        let is_full = |at: usize| self.places[at].is_some();
        let at = if is_full(at) && !is_full(at ^ 1) {
            at ^ 1
        } else {
            at
        };
        self.places[at] = Some((key, meaning));
    }

    /// The place of a key; none there is while there are none.
    #[inline]
    fn at(&self, key: K) -> usize {
        key.hash() as usize & self.places.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is remembered of a field is found for the same bytes alone, whatever stands behind them.
        #[test]
        fn fields_are_told_apart_by_all_their_bytes(
            texts in proptest::collection::vec("[ab]{0,3}[\"\u{0}x]{0,30}[ab]{0,40}", 1..20),
            behind in "[ab]{0,20}",
        ) {
            let mut seen = Seen::default();
            let mut known: Vec<String> = Vec::new();
            for text in &texts {
                let window = format!("{text}{behind}");
                let field = FieldBytes::new(window.as_bytes(), 0..text.len());
                match seen.find(field) {
                    Ok(Meaning::Code(code)) => prop_assert_eq!(&known[code as usize], text),
                    Ok(Meaning::Null) => prop_assert!(text.is_empty()),
                    Err(spelling) => {
                        let null = text.is_empty().then_some(Meaning::Null);
                        let meaning = null.unwrap_or(Meaning::Code(known.len() as u32));
                        known.push(text.clone());
                        seen.remember(spelling, meaning);
                        // At once it is there, unless it is too long.
                        let again = FieldBytes::new(text.as_bytes(), 0..text.len());
                        prop_assert_eq!(seen.find(again).ok(), (text.len() <= 64).then_some(meaning));
                    }
                }
            }
        }
    }
}
