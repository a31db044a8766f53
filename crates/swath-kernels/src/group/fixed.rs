//! Keys of one word: open addressing with the key in the slot.

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::direct::{Direct, is_worth, range_of, word_column};
use super::growth::{self, slots_for};
use super::strategy::{Fit, Strategy};
use crate::KernelError;
use crate::hash::mix;
use crate::native::{Native, values, with_native};

/// Rows hashed ahead of their look-ups.
const BLOCK: usize = 256;
const FIRST_SLOTS: usize = 1024;

#[derive(Clone, Copy)]
struct Slot {
    word: u64,
    /// The id plus one; 0 in an empty slot.
    id: u32,
}

/// Distinct words, with ids in order of first sight.
///
/// The key stands in the slot, so that a look-up touches one cache line: measured a third faster than
/// [`Slots`](super::slots::Slots) beside the keys, at 100,000 and at 1,000,000 keys, for twice the memory.
pub(super) struct WordTable {
    slots: Vec<Slot>,
    words: Vec<u64>,
    used: usize,
}

impl WordTable {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![Slot { word: 0, id: 0 }; FIRST_SLOTS],
            words: Vec::new(),
            used: 0,
        }
    }

    /// The words in order of their ids.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Takes an id that no word has: the group of null.
    pub(super) fn push_null(&mut self) -> u32 {
        self.words.push(0);
        self.words.len() as u32 - 1
    }

    /// Appends the id of each word.
    pub(super) fn find_or_insert_all(
        &mut self,
        words: impl Iterator<Item = u64>,
        ids: &mut Vec<u32>,
    ) {
        let mut words = words.fuse();
        let mut block = [0_u64; BLOCK];
        let mut places = [0_u64; BLOCK];
        loop {
            let mut filled = 0;
            for (word, next) in block.iter_mut().zip(&mut words) {
                *word = next;
                filled += 1;
            }
            if filled == 0 {
                return;
            }
            // A loop of its own: it vectorises where the machine multiplies 64-bit lanes.
            for (place, word) in places.iter_mut().zip(&block) {
                *place = mix(*word);
            }
            for (word, hash) in block[..filled].iter().zip(&places) {
                ids.push(self.probe(*word, *hash));
            }
        }
    }

    #[inline]
    pub(super) fn find_or_insert(&mut self, word: u64) -> u32 {
        self.probe(word, mix(word))
    }

    #[inline]
    fn probe(&mut self, word: u64, hash: u64) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.word == word && slot.id != 0 {
                return slot.id - 1;
            }
            if slot.id == 0 {
                return self.insert(at, word);
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn insert(&mut self, at: usize, word: u64) -> u32 {
        self.words.push(word);
        self.slots[at] = Slot {
            word,
            id: self.words.len() as u32,
        };
        self.used += 1;
        if self.is_full() {
            self.grow();
        }
        self.words.len() as u32 - 1
    }

    fn is_full(&self) -> bool {
        self.used * 2 > self.slots.len()
    }

    fn grow(&mut self) {
        let len = slots_for(self.slots.len(), self.used);
        let old = std::mem::replace(&mut self.slots, vec![Slot { word: 0, id: 0 }; len]);
        for slot in old.into_iter().filter(|slot| slot.id != 0) {
            let mut at = mix(slot.word) as usize & (len - 1);
            while self.slots[at].id != 0 {
                at = (at + 1) & (len - 1);
            }
            self.slots[at] = slot;
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.slots.capacity() * size_of::<Slot>() + self.words.capacity() * 8) as u64
    }

    /// Bytes of what this table is copied to for `more` words, 0 if they fit.
    pub(super) fn growth(&self, more: usize) -> u64 {
        let len = slots_for(self.slots.len(), self.used + more);
        let slots = if len == self.slots.len() {
            0
        } else {
            len * size_of::<Slot>()
        };
        slots as u64 + growth::of_vec(&self.words, more)
    }
}

/// One key of at most 8 bytes that is not dense, or not an integer.
pub(super) struct Fixed {
    data_type: DataType,
    table: WordTable,
    null: Option<u32>,
    /// Whether the keys are integers, which may turn out to be dense.
    may_be_dense: bool,
    seen: u64,
    /// Groups at which density is looked at next.
    next_look: usize,
}

impl Fixed {
    /// A table of no keys, after `seen` rows and `groups` groups in another table.
    pub(super) fn new(data_type: DataType, seen: u64, groups: usize) -> Self {
        let may_be_dense = !data_type.is_floating();
        Self {
            data_type,
            table: WordTable::new(),
            null: None,
            may_be_dense,
            seen,
            next_look: (groups * 2).max(4096),
        }
    }

    fn null_id(&mut self) -> u32 {
        *self.null.get_or_insert_with(|| self.table.push_null())
    }
}

impl Strategy for Fixed {
    fn name(&self) -> &'static str {
        "fixed"
    }

    fn group(&mut self, keys: &[ArrayRef], ids: &mut Vec<u32>) -> Result<Fit, KernelError> {
        let array = &keys[0];
        self.seen += array.len() as u64;
        with_native!(array.data_type(), N => {
            let keys = values::<N>(array);
            match array.nulls().filter(|nulls| nulls.null_count() > 0) {
                None => self.table.find_or_insert_all(keys.iter().map(|key| key.word()), ids),
                Some(nulls) => {
                    for (key, valid) in keys.iter().zip(nulls.iter()) {
                        let id = if valid {
                            self.table.find_or_insert(key.word())
                        } else {
                            self.null_id()
                        };
                        ids.push(id);
                    }
                }
            }
        }, _ => unreachable!("only fixed-width keys come here"));
        Ok(Fit::All)
    }

    /// Looks at the range of the keys whenever their number has doubled: random dense keys look
    /// sparse in the first batch.
    fn cheaper(&mut self) -> Option<Box<dyn Strategy>> {
        let groups = self.table.words.len();
        if !self.may_be_dense || groups < self.next_look {
            return None;
        }
        self.next_look = groups * 2;
        let keys = word_column(&self.table.words, self.null, &self.data_type);
        let (base, span) = range_of(&keys)?;
        let range = span.saturating_add(1);
        is_worth(range, self.seen, groups as u64)
            .then(|| Box::new(Direct::new(self.data_type.clone(), base, range, self.seen)) as _)
    }

    fn groups(&self) -> usize {
        self.table.words.len()
    }

    fn keys(&self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![word_column(
            &self.table.words,
            self.null,
            &self.data_type,
        )])
    }

    fn bytes(&self) -> u64 {
        self.table.bytes()
    }

    fn growth(&self, rows: usize) -> u64 {
        self.table.growth(rows)
    }

    fn key_bytes(&self) -> u64 {
        self.table.words.len() as u64 * 8
    }
}
