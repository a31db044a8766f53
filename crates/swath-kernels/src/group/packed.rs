//! Several keys: a code for each, side by side in one word.

use arrow_array::{Array, ArrayRef};
use swath_meta::DType;

use super::codes::{Coder, Column};
use super::rows::EncodedRows;
use super::strategy::{Fit, Strategy};
use super::words::{Table, find_wide};
use crate::KernelError;

/// Rows coded at once; bounds the scratch.
const BLOCK: usize = 4096;
/// Several narrow keys as one.
///
/// Integers are coded by their distance from the smallest, text by the id it has in a table of its
/// own, so that the word is short: below 16 to 22 bits it is the place in an array, below 64 and 128
/// bits a hashed key. When a column outgrows its bits the words are laid out again.
pub(super) struct Packed {
    dtypes: Vec<DType>,
    columns: Vec<Column>,
    table: Table,
    seen: u64,
    codes: Vec<Vec<u64>>,
    ids: Vec<u32>,
}

impl Packed {
    pub(super) fn new(dtypes: &[DType]) -> Self {
        Self {
            columns: dtypes.iter().map(Column::new).collect(),
            table: Table::for_bits(1, 0),
            codes: vec![Vec::new(); dtypes.len()],
            dtypes: dtypes.to_vec(),
            ids: Vec::new(),
            seen: 0,
        }
    }

    /// Bits of all columns together.
    fn bits(&self) -> u32 {
        self.columns.iter().map(|column| column.bits).sum()
    }

    /// Codes a block and looks the words up; `false` if they do not fit 128 bits.
    fn group_block(&mut self, keys: &[ArrayRef], ids: &mut Vec<u32>) -> Result<bool, KernelError> {
        let rows = keys[0].len();
        let before: Vec<(u32, i128)> = self.columns.iter().map(Column::layout).collect();
        let mut codes = std::mem::take(&mut self.codes);
        for ((column, key), codes) in self.columns.iter_mut().zip(keys).zip(&mut codes) {
            column.code(key, &mut self.ids, codes)?;
        }
        let after: Vec<(u32, i128)> = self.columns.iter().map(Column::layout).collect();
        self.seen += rows as u64;
        let fits = self.bits() <= 128 && self.columns.iter().all(|column| column.bits <= 64);
        if fits {
            if before != after || self.table.is_outgrown(self.bits(), self.seen) {
                self.lay_out(&before, &after);
            }
            self.look_up(&codes, rows, ids);
        } else {
            // The words of the groups are still in the old layout, and are to be read once more.
            for (column, (bits, base)) in self.columns.iter_mut().zip(before) {
                column.bits = bits;
                if let Coder::Offset { low, .. } = &mut column.coder {
                    *low = base;
                }
            }
        }
        self.codes = codes;
        Ok(fits)
    }

    fn look_up(&mut self, codes: &[Vec<u64>], rows: usize, ids: &mut Vec<u32>) {
        let shifts = shifts(self.columns.iter().map(|column| column.bits));
        match &mut self.table {
            Table::Wide(slots, words) => {
                for row in 0..rows {
                    let word = codes.iter().zip(&shifts).fold(0, |word, (codes, shift)| {
                        word | u128::from(codes[row]) << shift
                    });
                    ids.push(find_wide(slots, words, word));
                }
            }
            narrow => {
                let (first, rest) = codes.split_first().expect("there are at least two keys");
                let mut packed = first.clone();
                for (codes, shift) in rest.iter().zip(&shifts[1..]) {
                    for (word, code) in packed.iter_mut().zip(codes) {
                        *word |= code << shift;
                    }
                }
                narrow.find_or_insert_all(packed, ids);
            }
        }
    }

    /// Moves the groups to words of the new layout, in a table that suits its bits. Ids stay.
    fn lay_out(&mut self, before: &[(u32, i128)], after: &[(u32, i128)]) {
        let (old, new) = (
            shifts(before.iter().map(|(bits, _)| *bits)),
            shifts(after.iter().map(|(bits, _)| *bits)),
        );
        let words: Vec<u128> = self
            .table
            .words()
            .map(|word| {
                let mut moved = 0;
                for (position, column) in self.columns.iter().enumerate() {
                    let mut code = take_bits(word, old[position], before[position].0);
                    if matches!(column.coder, Coder::Offset { .. }) && code != 0 {
                        code += (before[position].1 - after[position].1) as u128;
                    }
                    moved |= code << new[position];
                }
                moved
            })
            .collect();
        let mut table = Table::for_bits(self.bits(), self.seen);
        let mut ids = Vec::with_capacity(words.len());
        match &mut table {
            Table::Wide(slots, known) => {
                ids.extend(words.into_iter().map(|word| find_wide(slots, known, word)));
            }
            narrow => {
                let words = words.into_iter().map(|word| word as u64).collect();
                narrow.find_or_insert_all(words, &mut ids);
            }
        }
        debug_assert!(
            ids.iter().enumerate().all(|(at, &id)| at == id as usize),
            "ids are stable"
        );
        self.table = table;
    }
}

/// Where each column's code begins.
fn shifts(bits: impl Iterator<Item = u32>) -> Vec<u32> {
    bits.scan(0, |at, bits| {
        let shift = *at;
        *at += bits;
        Some(shift)
    })
    .collect()
}

fn take_bits(word: u128, shift: u32, bits: u32) -> u128 {
    (word >> shift) & ((1 << bits) - 1)
}

impl Strategy for Packed {
    fn name(&self) -> &'static str {
        "packed"
    }

    fn group(&mut self, keys: &[ArrayRef], ids: &mut Vec<u32>) -> Result<Fit, KernelError> {
        let rows = keys[0].len();
        for start in (0..rows).step_by(BLOCK) {
            let len = BLOCK.min(rows - start);
            let fits = if len == rows {
                self.group_block(keys, ids)?
            } else {
                let block: Vec<_> = keys.iter().map(|key| key.slice(start, len)).collect();
                self.group_block(&block, ids)?
            };
            if !fits {
                let next = EncodedRows::try_new(&self.dtypes)?;
                return Ok(Fit::Until {
                    row: start,
                    next: Box::new(next),
                });
            }
        }
        Ok(Fit::All)
    }

    fn groups(&self) -> usize {
        self.table.len()
    }

    fn keys(&self) -> Result<Vec<ArrayRef>, KernelError> {
        let shifts = shifts(self.columns.iter().map(|column| column.bits));
        self.columns
            .iter()
            .zip(shifts)
            .map(|(column, shift)| {
                let codes: Vec<u64> = self
                    .table
                    .words()
                    .map(|word| take_bits(word, shift, column.bits) as u64)
                    .collect();
                column.decode(&codes)
            })
            .collect()
    }

    fn bytes(&self) -> u64 {
        let columns: u64 = self
            .columns
            .iter()
            .map(|column| match &column.coder {
                Coder::Text(text) => text.bytes(),
                _ => 0,
            })
            .sum();
        let scratch: usize = self.codes.iter().map(|codes| codes.capacity() * 8).sum();
        columns + self.table.bytes() + (scratch + self.ids.capacity() * 4) as u64
    }

    fn growth(&self, rows: usize) -> u64 {
        let texts: u64 = self
            .columns
            .iter()
            .map(|column| match &column.coder {
                Coder::Text(text) => text.growth(rows),
                _ => 0,
            })
            .sum();
        texts + self.table.growth(rows)
    }

    fn key_bytes(&self) -> u64 {
        // Codes of a column and what they are decoded to: words, or views into shared text.
        (self.columns.len() as u64 + 1) * 16 * self.table.len() as u64
    }
}
