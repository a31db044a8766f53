//! The tasks of a run that are ready, by rank.

/// A set of numbers below a fixed bound that gives its smallest in a handful of steps: bits, with a summary bit for each word
/// of the level below. A million ranks take four levels and 130 kB.
#[derive(Debug)]
pub(super) struct ReadySet {
    /// The bits themselves first, the single word at the top last.
    levels: Vec<Vec<u64>>,
    len: usize,
}

impl ReadySet {
    /// An empty set of numbers below `bound`.
    pub(super) fn new(bound: usize) -> Self {
        let mut levels = Vec::new();
        let mut words = bound;
        loop {
            words = words.div_ceil(64).max(1);
            levels.push(vec![0; words]);
            if words == 1 {
                return Self { levels, len: 0 };
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds a number that is not in it.
    pub(super) fn insert(&mut self, number: u32) {
        let mut at = number as usize;
        debug_assert_eq!(
            self.levels[0][at / 64] >> (at % 64) & 1,
            0,
            "a task becomes ready once"
        );
        self.len += 1;
        for level in &mut self.levels {
            let word = &mut level[at / 64];
            let known = *word != 0;
            *word |= 1 << (at % 64);
            if known {
                return;
            }
            at /= 64;
        }
    }

    /// Removes the smallest number.
    pub(super) fn pop(&mut self) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        let first = self
            .levels
            .iter()
            .rev()
            .fold(0, |at, level| at * 64 + level[at].trailing_zeros() as usize);
        let mut at = first;
        for level in &mut self.levels {
            let word = &mut level[at / 64];
            *word &= !(1 << (at % 64));
            if *word != 0 {
                break;
            }
            at /= 64;
        }
        Some(first as u32)
    }

    /// Removes all.
    pub(super) fn clear(&mut self) {
        *self = Self {
            levels: Vec::new(),
            len: 0,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_a_sorted_set(bound in prop_oneof![1..200_usize, 4_000..9_000_usize], ops in prop::collection::vec(any::<Option<prop::sample::Index>>(), 0..400)) {
            let (mut set, mut model) = (ReadySet::new(bound), BTreeSet::new());
            for op in ops {
                if let Some(index) = op {
                    let number = index.index(bound) as u32;
                    if model.insert(number) {
                        set.insert(number);
                    }
                } else {
                    prop_assert_eq!(set.pop(), model.pop_first());
                }
                prop_assert_eq!(set.len(), model.len());
            }
        }
    }
}
