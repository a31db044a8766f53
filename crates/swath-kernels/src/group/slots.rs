//! Open addressing over ids: the keys are kept elsewhere, in order of first sight.

use super::growth::slots_for;

/// A growing table of 8-byte slots: 32 bits of hash, and the id plus one.
///
/// The 32 bits are both the place in the table and the salt that spares comparisons, so growing
/// needs no key. Linear probing; at most half full.
#[derive(Debug)]
pub(super) struct Slots {
    slots: Vec<u64>,
    used: usize,
}

const EMPTY: u64 = 0;
const FIRST_SLOTS: usize = 1024;

impl Slots {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![EMPTY; FIRST_SLOTS],
            used: 0,
        }
    }

    /// The id of the key with this hash; `is_same` compares the key with that of an id.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is_same: impl FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let salt = hash as u32;
        let mut at = salt as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return None;
            }
            if (slot >> 32) as u32 == salt && is_same(slot as u32 - 1) {
                return Some(slot as u32 - 1);
            }
            at = (at + 1) & mask;
        }
    }

    /// The id of the key with this hash, or `next`, which it then gets; the flag says whether it
    /// did. `is_same` compares the key with that of an id.
    #[inline]
    pub(super) fn find_or_insert(
        &mut self,
        hash: u64,
        next: u32,
        mut is_same: impl FnMut(u32) -> bool,
    ) -> (u32, bool) {
        let mask = self.slots.len() - 1;
        let salt = hash as u32;
        let mut at = salt as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                self.slots[at] = u64::from(salt) << 32 | u64::from(next + 1);
                self.used += 1;
                if self.used * 2 > self.slots.len() {
                    self.grow();
                }
                return (next, true);
            }
            if (slot >> 32) as u32 == salt && is_same(slot as u32 - 1) {
                return (slot as u32 - 1, false);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let len = slots_for(self.slots.len(), self.used);
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; len]);
        for slot in old.into_iter().filter(|slot| *slot != EMPTY) {
            let mut at = (slot >> 32) as usize & (len - 1);
            while self.slots[at] != EMPTY {
                at = (at + 1) & (len - 1);
            }
            self.slots[at] = slot;
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.slots.capacity() as u64 * 8
    }

    /// Bytes of the table that this one is copied to for `more` keys, 0 if they fit.
    pub(super) fn growth(&self, more: usize) -> u64 {
        let len = slots_for(self.slots.len(), self.used + more);
        if len == self.slots.len() {
            0
        } else {
            len as u64 * 8
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    #[test]
    fn ids_are_found_again_after_growing() {
        let mut slots = Slots::new();
        let mut keys: Vec<u64> = Vec::new();
        for round in 0..2 {
            for key in 0..10_000_u64 {
                // Few salts: the comparison has to decide.
                let hash = mix(key) & 0xfff;
                let next = keys.len() as u32;
                let known = slots.find(hash, |id| keys[id as usize] == key);
                assert_eq!(known, (round == 1).then_some(key as u32));
                let (id, is_new) = slots.find_or_insert(hash, next, |id| keys[id as usize] == key);
                assert_eq!((u64::from(id), is_new), (key, round == 0));
                if is_new {
                    keys.push(key);
                }
            }
        }
    }
}
