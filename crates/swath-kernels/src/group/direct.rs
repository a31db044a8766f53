//! Dense integer keys: the key is the place in an array.

use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

use super::fixed::Fixed;
use super::growth;
use super::strategy::{Fit, Strategy};
use crate::KernelError;
use crate::native::{Native, column, values, with_native};

/// An array over a range this long is cheap however few groups it holds.
const SMALL_RANGE: u64 = 1 << 16;
/// The longest range that is used while there are few groups: 8 MiB of ids.
const LONG_RANGE: u64 = 1 << 21;
/// The longest range that is used at all: 256 MiB of ids.
const LONGEST_RANGE: u64 = 1 << 26;

/// Whether an array over a range this long beats a hash table, for `seen` rows and `groups` groups.
pub(super) fn is_worth(range: u64, seen: u64, groups: u64) -> bool {
    range <= SMALL_RANGE
        || (range <= LONG_RANGE && range <= seen.saturating_mul(64))
        || (range <= LONGEST_RANGE && range <= groups.saturating_mul(8))
}

/// Ids in an array over the range of the keys: one load a row.
pub(super) struct Direct {
    data_type: DataType,
    /// The word of the key at place 0.
    base: u64,
    /// The id of each key plus one; 0 where the key has not been seen.
    ids: Vec<u32>,
    /// The word of each group's key.
    keys: Vec<u64>,
    null: Option<u32>,
    seen: u64,
}

impl Direct {
    /// An array over `range` keys from the key with word `base`, after `seen` rows in another table.
    pub(super) fn new(data_type: DataType, base: u64, range: u64, seen: u64) -> Self {
        Self {
            data_type,
            base,
            ids: vec![0; range as usize],
            keys: Vec::new(),
            null: None,
            seen,
        }
    }

    fn push(&mut self, word: u64) -> u32 {
        self.keys.push(word);
        self.keys.len() as u32 - 1
    }

    fn null_id(&mut self) -> u32 {
        if let Some(id) = self.null {
            return id;
        }
        let id = self.push(self.base);
        self.null = Some(id);
        id
    }

    /// The id of a key, `None` if the array does not reach it.
    #[inline]
    fn id_of(&mut self, word: u64) -> Option<u32> {
        let id = self.ids.get_mut(word.wrapping_sub(self.base) as usize)?;
        if *id == 0 {
            self.keys.push(word);
            *id = self.keys.len() as u32;
        }
        Some(*id - 1)
    }

    /// Reaches to `word` if the array stays worth it. At least doubles, towards `word`, so that keys
    /// that grow steadily are not copied at each batch.
    fn reach<N: Native>(&mut self, word: u64) -> bool {
        let (first, last) = bounds::<N>();
        let (low, high) = (
            i128_of::<N>(self.base),
            i128_of::<N>(self.base) + self.ids.len() as i128,
        );
        let key = i128_of::<N>(word);
        let (need_low, need_high) = (low.min(key), high.max(key + 1));
        let need = u64::try_from(need_high - need_low).unwrap_or(u64::MAX);
        if !is_worth(need, self.seen, self.keys.len() as u64) {
            return false;
        }
        let want = need.max((self.ids.len() as u64 * 2).min(LONGEST_RANGE));
        let spare = i128::from(want - need);
        let (new_low, new_high) = if key < low {
            ((need_low - spare).max(first), need_high)
        } else {
            (need_low, (need_high + spare).min(last + 1).max(need_high))
        };
        let mut ids = vec![0; (new_high - new_low) as usize];
        let at = (low - new_low) as usize;
        debug_assert!(
            at + self.ids.len() <= ids.len(),
            "the new array spans the old one"
        );
        ids[at..at + self.ids.len()].copy_from_slice(&self.ids);
        self.ids = ids;
        self.base = new_low as u64;
        true
    }

    /// Ids for rows; stops at a key out of reach and returns its row.
    fn run<N: Native>(
        &mut self,
        keys: &[N],
        nulls: Option<&NullBuffer>,
        ids: &mut Vec<u32>,
    ) -> Option<usize> {
        let mut visit = |this: &mut Self, row: usize| -> bool {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                let id = this.null_id();
                ids.push(id);
                return true;
            }
            let word = keys[row].word();
            let mut id = this.id_of(word);
            if id.is_none() && this.reach::<N>(word) {
                id = this.id_of(word);
            }
            let Some(id) = id else { return false };
            ids.push(id);
            true
        };
        (0..keys.len()).find(|&row| !visit(self, row))
    }
}

/// The smallest and the largest key of the type.
fn bounds<N: Native>() -> (i128, i128) {
    (
        i128_of::<N>(N::START_MAX.word()),
        i128_of::<N>(N::START_MIN.word()),
    )
}

/// The number a word stands for.
fn i128_of<N: Native>(word: u64) -> i128 {
    // Unsigned types begin at 0.
    if N::START_MAX == N::default() {
        i128::from(word)
    } else {
        i128::from(word as i64)
    }
}

/// The word of the smallest key, and how far above it the largest is; `None` if all are null.
pub(super) fn range_of(array: &ArrayRef) -> Option<(u64, u64)> {
    with_native!(array.data_type(), N => {
        let values = values::<N>(array);
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        let (low, high) = match nulls {
            None if values.is_empty() => return None,
            None => (N::smallest(&values), N::largest(&values)),
            Some(nulls) => {
                let first = values[nulls.valid_indices().next()?];
                nulls.valid_indices().fold((first, first), |(low, high), row| {
                    let value = values[row];
                    (if value < low { value } else { low }, if value > high { value } else { high })
                })
            }
        };
        Some((low.word(), high.word().wrapping_sub(low.word())))
    }, _ => None)
}

impl Strategy for Direct {
    fn name(&self) -> &'static str {
        "direct"
    }

    fn group(&mut self, keys: &[ArrayRef], ids: &mut Vec<u32>) -> Result<Fit, KernelError> {
        let array = &keys[0];
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        self.seen += array.len() as u64;
        let stopped = with_native!(array.data_type(), N => {
            let keys = values::<N>(array);
            if nulls.is_none() {
                // The common case, without tests in its loop, up to a key out of reach.
                let start = ids.len();
                for key in &keys[..] {
                    let Some(id) = self.id_of(key.word()) else { break };
                    ids.push(id);
                }
                let done = ids.len() - start;
                self.run::<N>(&keys[done..], None, ids).map(|row| done + row)
            } else {
                self.run::<N>(&keys, nulls, ids)
            }
        }, _ => unreachable!("only integers are grouped directly"));
        Ok(match stopped {
            None => Fit::All,
            Some(row) => {
                let next = Fixed::new(self.data_type.clone(), self.seen, self.keys.len());
                Fit::Until {
                    row,
                    next: Box::new(next),
                }
            }
        })
    }

    fn groups(&self) -> usize {
        self.keys.len()
    }

    fn keys(&self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![word_column(&self.keys, self.null, &self.data_type)])
    }

    fn bytes(&self) -> u64 {
        (self.ids.capacity() * 4 + self.keys.capacity() * 8) as u64
    }

    fn growth(&self, rows: usize) -> u64 {
        // Whether the array will have to reach further only the keys can tell.
        growth::of_vec(&self.keys, rows)
    }

    fn key_bytes(&self) -> u64 {
        self.keys.len() as u64 * 8
    }
}

/// A column of the values with these words, null at `null`.
pub(super) fn word_column(words: &[u64], null: Option<u32>, data_type: &DataType) -> ArrayRef {
    let nulls = null.map(|null| {
        (0..words.len())
            .map(|id| id != null as usize)
            .collect::<NullBuffer>()
    });
    with_native!(data_type, N => {
        column::<N>(words.iter().map(|&word| N::from_word(word)).collect(), nulls, data_type)
    }, _ => unreachable!("words are kept for fixed-width keys only"))
}
