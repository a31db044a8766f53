//! Several keys: a code for each, side by side in one word.

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use arrow_select::take::take;
use swath_batch::Selection;
use swath_meta::DType;

use super::dictionary::Text;
use super::direct::range_of;
use super::fixed::WordTable;
use super::rows::EncodedRows;
use super::slots::Slots;
use super::strategy::{Fit, Strategy};
use crate::KernelError;
use crate::encoding::plain_type;
use crate::hash::mix_pair;
use crate::native::{Native, column, values, with_native};

/// Rows coded at once; bounds the scratch.
const BLOCK: usize = 4096;
/// Bits of code for which an array is always used.
const SMALL_BITS: u32 = 16;
/// Bits of code for which an array is used once there are rows enough to fill it.
const LONG_BITS: u32 = 22;
/// The code of a null float: a NaN that is not the canonical one.
const NULL_FLOAT: u64 = 0x7ff8_0000_0000_0001;

/// Whether a key column can be coded in at most 64 bits.
pub(super) fn is_packable(dtype: &DType) -> bool {
    !matches!(
        dtype,
        DType::Null | DType::Decimal { .. } | DType::List(_) | DType::Struct(_)
    )
}

/// Several narrow keys as one.
///
/// Integers are coded by their distance from the smallest, text by the id it has in a table of its
/// own, so that the word is short: below 16 to 22 bits it is the place in an array, below 64 and 128
/// bits a hashed key. When a column outgrows its bits the words are laid out again. About 1 ns a row
/// and column, and the look-up.
pub(super) struct Packed {
    dtypes: Vec<DType>,
    columns: Vec<Column>,
    table: Table,
    seen: u64,
    codes: Vec<Vec<u64>>,
    ids: Vec<u32>,
}

struct Column {
    coder: Coder,
    bits: u32,
}

enum Coder {
    /// Distance from `low` plus one; 0 is null.
    Offset {
        data_type: DataType,
        low: i128,
        high: i128,
    },
    /// The bits of the canonical float.
    Float { data_type: DataType },
    /// The id in a table of this column alone.
    Text(Box<Text>),
}

enum Table {
    /// The id of each word plus one, and the words of the ids.
    Array(Vec<u32>, Vec<u64>),
    Words(WordTable),
    Wide(Slots, Vec<u128>),
}

impl Packed {
    pub(super) fn new(dtypes: &[DType]) -> Self {
        let columns = dtypes.iter().map(|dtype| match dtype {
            DType::String | DType::Category | DType::Binary => Column {
                coder: Coder::Text(Box::new(Text::new(dtype.clone()))),
                bits: 4,
            },
            DType::Float32 | DType::Float64 => Column {
                coder: Coder::Float {
                    data_type: plain_type(dtype),
                },
                bits: 64,
            },
            // The first block sets the range.
            _ => Column {
                coder: Coder::Offset {
                    data_type: plain_type(dtype),
                    low: 0,
                    high: -1,
                },
                bits: 1,
            },
        });
        Self {
            columns: columns.collect(),
            table: Table::Array(vec![0; 1 << SMALL_BITS], Vec::new()),
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

impl Column {
    /// What decides where a code stands and what it means: the bits, and the value of code 1.
    fn layout(&self) -> (u32, i128) {
        match &self.coder {
            Coder::Offset { low, .. } => (self.bits, *low),
            _ => (self.bits, 0),
        }
    }

    /// Replaces `codes` by the codes of the rows of `key`; widens the column to hold them.
    fn code(
        &mut self,
        key: &ArrayRef,
        ids: &mut Vec<u32>,
        codes: &mut Vec<u64>,
    ) -> Result<(), KernelError> {
        codes.clear();
        let nulls = key.nulls().filter(|nulls| nulls.null_count() > 0);
        match &mut self.coder {
            Coder::Text(text) => {
                ids.clear();
                text.group(std::slice::from_ref(key), None, ids)?;
                codes.extend(ids.iter().map(|&id| u64::from(id)));
                self.bits = self.bits.max(spare_bits(text.groups() as u128));
            }
            Coder::Float { data_type } => with_native!(data_type, N => {
                codes.extend(values::<N>(key).iter().map(|value| value.word()));
                blank(codes, nulls, NULL_FLOAT);
            }, _ => unreachable!("floats are machine types")),
            Coder::Offset {
                data_type,
                low,
                high,
            } => {
                if let Some((first, span)) = range_of(key) {
                    let first = number_of(first, data_type);
                    let last = first + i128::from(span);
                    let (new_low, new_high) = if *high < *low {
                        (first, last)
                    } else {
                        ((*low).min(first), (*high).max(last))
                    };
                    // Two codes more than the distance: null, and the largest itself.
                    let needed = bits_for((new_high - new_low) as u128 + 2);
                    if needed > self.bits || new_low < *low || *high < *low {
                        self.bits = self.bits.max(spare_bits((new_high - new_low) as u128 + 2));
                        *low = new_low;
                    }
                    *high = new_high.max(*high);
                }
                let base = (*low as u64).wrapping_sub(1);
                with_native!(data_type, N => {
                    codes.extend(values::<N>(key).iter().map(|value| value.word().wrapping_sub(base)));
                }, _ => unreachable!("integers are machine types"));
                blank(codes, nulls, 0);
            }
        }
        Ok(())
    }

    /// The values of these codes.
    fn decode(&self, codes: &[u64]) -> Result<ArrayRef, KernelError> {
        match &self.coder {
            Coder::Text(text) => {
                let entries = text.keys()?.remove(0);
                let rows = UInt32Array::from_iter_values(codes.iter().map(|&code| code as u32));
                take(&entries, &rows, None).map_err(KernelError::arrow("gathering keys"))
            }
            Coder::Float { data_type } => Ok(decode_words(codes, NULL_FLOAT, 0, data_type)),
            Coder::Offset { data_type, low, .. } => Ok(decode_words(
                codes,
                0,
                (*low as u64).wrapping_sub(1),
                data_type,
            )),
        }
    }
}

impl Table {
    fn for_bits(bits: u32, seen: u64) -> Self {
        if fits_array(bits, seen) {
            Self::Array(vec![0; 1 << bits], Vec::new())
        } else if bits <= 64 {
            Self::Words(WordTable::new())
        } else {
            Self::Wide(Slots::new(), Vec::new())
        }
    }

    /// Whether another table would be made for these bits now.
    fn is_outgrown(&self, bits: u32, seen: u64) -> bool {
        match self {
            Self::Array(ids, _) => bits > LONG_BITS || ids.len() < 1 << bits,
            Self::Words(_) => bits > 64 || fits_array(bits, seen),
            Self::Wide(..) => false,
        }
    }

    fn find_or_insert_all(&mut self, packed: Vec<u64>, ids: &mut Vec<u32>) {
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

    fn words(&self) -> Box<dyn Iterator<Item = u128> + '_> {
        match self {
            Self::Array(_, words) => Box::new(words.iter().map(|&word| u128::from(word))),
            Self::Words(table) => Box::new(table.words().iter().map(|&word| u128::from(word))),
            Self::Wide(_, words) => Box::new(words.iter().copied()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Array(_, words) => words.len(),
            Self::Words(table) => table.words().len(),
            Self::Wide(_, words) => words.len(),
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::Array(ids, words) => (ids.capacity() * 4 + words.capacity() * 8) as u64,
            Self::Words(table) => table.bytes(),
            Self::Wide(slots, words) => slots.bytes() + words.capacity() as u64 * 16,
        }
    }
}

fn find_wide(slots: &mut Slots, words: &mut Vec<u128>, word: u128) -> u32 {
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

/// Bits that tell `codes` codes apart.
fn bits_for(codes: u128) -> u32 {
    (128 - codes.saturating_sub(1).leading_zeros()).max(1)
}

/// As [`bits_for`], with room to grow.
fn spare_bits(codes: u128) -> u32 {
    let bits = bits_for(codes);
    if bits < 64 { bits + 1 } else { bits }
}

fn number_of(word: u64, data_type: &DataType) -> i128 {
    if matches!(data_type, DataType::UInt64) {
        i128::from(word)
    } else {
        i128::from(word as i64)
    }
}

fn blank(codes: &mut [u64], nulls: Option<&NullBuffer>, code: u64) {
    if let Some(nulls) = nulls {
        for (place, valid) in codes.iter_mut().zip(nulls.iter()) {
            *place = if valid { *place } else { code };
        }
    }
}

fn decode_words(codes: &[u64], null: u64, base: u64, data_type: &DataType) -> ArrayRef {
    let nulls: NullBuffer = codes.iter().map(|&code| code != null).collect();
    with_native!(data_type, N => {
        let values = codes.iter().map(|&code| N::from_word(code.wrapping_add(base))).collect();
        column::<N>(values, Some(nulls), data_type)
    }, _ => unreachable!("codes are of machine types"))
}

impl Strategy for Packed {
    fn name(&self) -> &'static str {
        "packed"
    }

    fn group(
        &mut self,
        keys: &[ArrayRef],
        _selection: Option<&Selection>,
        ids: &mut Vec<u32>,
    ) -> Result<Fit, KernelError> {
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
}
