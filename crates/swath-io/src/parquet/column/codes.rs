//! Text of which every page refers to the dictionary: the codes are the array.

use arrow_array::types::{ArrowDictionaryKeyType, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, PrimitiveArray, StringViewArray};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use swath_batch::spread;

use super::ColumnError;
use super::flat::Values;
use super::hybrid;
use super::text::entries;

/// Entries up to which the dictionaries of row groups are made one.
const SHARED: usize = 4096;

/// The dictionary that the row groups of one column share, as long as it is small.
///
/// Each row group has its own, with the same entries in another order. Codes are renumbered while they are unpacked, which
/// costs nothing; what follows then meets one dictionary in a whole task, and its look-ups are made once.
#[derive(Clone, Debug, Default)]
pub(in crate::parquet) struct Dictionary(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    codes: HashMap<String, u32>,
    values: Option<ArrayRef>,
}

impl Dictionary {
    /// An array that has all of `entries`, and the place of each in it.
    fn unify(&self, entries: &StringViewArray) -> (ArrayRef, Vec<u32>) {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = || {
            (
                Arc::new(entries.clone()) as ArrayRef,
                (0..entries.len() as u32).collect(),
            )
        };
        if entries.len() > SHARED {
            return own();
        }
        let before = shared.codes.len();
        let new = entries
            .iter()
            .flatten()
            .filter(|entry| !shared.codes.contains_key(*entry))
            .count();
        if before + new > SHARED {
            *shared = Entries::default();
        }
        let before = shared.codes.len();
        let places = entries
            .iter()
            .flatten()
            .map(|entry| {
                let next = shared.codes.len() as u32;
                match shared.codes.get(entry) {
                    Some(code) => *code,
                    None => *shared.codes.entry(entry.to_owned()).or_insert(next),
                }
            })
            .collect();
        let values = match &shared.values {
            Some(values) if shared.codes.len() == before => Arc::clone(values),
            _ => {
                let mut ordered = vec![""; shared.codes.len()];
                shared
                    .codes
                    .iter()
                    .for_each(|(entry, code)| ordered[*code as usize] = entry);
                Arc::new(StringViewArray::from_iter_values(ordered))
            }
        };
        shared.values = Some(Arc::clone(&values));
        (values, places)
    }
}

/// Collects codes, in the narrowest type that holds them.
pub(super) struct Codes {
    shared: Dictionary,
    dictionary: Option<ArrayRef>,
    /// The code of each entry of the row group's own dictionary.
    places: Vec<u32>,
    keys: Keys,
}

enum Keys {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

/// The same code for keys of each width.
macro_rules! each_width {
    ($keys:expr, $vec:ident => $body:expr) => {
        match $keys {
            Keys::U8($vec) => $body,
            Keys::U16($vec) => $body,
            Keys::U32($vec) => $body,
        }
    };
}

impl Codes {
    pub(super) fn new(shared: Dictionary) -> Self {
        Self {
            shared,
            dictionary: None,
            places: Vec::new(),
            keys: Keys::U8(Vec::new()),
        }
    }
}

const PLAIN: ColumnError =
    ColumnError::Corrupt("a plain page where the footer says all refer to the dictionary");

impl Values for Codes {
    fn dictionary(&mut self, bytes: &[u8], count: usize) -> Result<(), ColumnError> {
        let (values, places) = self.shared.unify(&entries(bytes, count)?);
        self.keys = match values.len() {
            0..=256 => Keys::U8(Vec::new()),
            257..=65_536 => Keys::U16(Vec::new()),
            _ => Keys::U32(Vec::new()),
        };
        (self.dictionary, self.places) = (Some(values), places);
        Ok(())
    }

    fn plain(
        &mut self,
        _: &[u8],
        _: usize,
        count: usize,
        _: Option<&BooleanBuffer>,
    ) -> Result<usize, ColumnError> {
        if count == 0 { Ok(0) } else { Err(PLAIN) }
    }

    fn skip_plain(&self, _: &[u8], _: usize, count: usize) -> Result<usize, ColumnError> {
        if count == 0 { Ok(0) } else { Err(PLAIN) }
    }

    fn coded(&mut self, codes: hybrid::Codes<'_>, _: &[u8]) -> Result<(), ColumnError> {
        const MISSING: ColumnError =
            ColumnError::Corrupt("a code that the dictionary has no entry for");
        match codes {
            hybrid::Codes::Run(code, count) => {
                let place = *self.places.get(code as usize).ok_or(MISSING)?;
                each_width!(&mut self.keys, keys => keys.resize(keys.len() + count, narrow(place)));
            }
            hybrid::Codes::Each(codes) => {
                let most = codes.iter().copied().max().unwrap_or(0) as usize;
                let places = self.places.get(..=most).ok_or(MISSING)?;
                each_width!(&mut self.keys, keys => {
                    extend(keys, codes, places);
                });
            }
        }
        Ok(())
    }

    fn len(&self) -> usize {
        each_width!(&self.keys, keys => keys.len())
    }

    fn reserve(&mut self, additional: usize) {
        each_width!(&mut self.keys, keys => keys.reserve_exact(additional));
    }

    fn spread(&mut self, start: usize, valid: &BooleanBuffer) {
        each_width!(&mut self.keys, keys => spread(keys, start, valid));
    }

    fn finish(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, ColumnError> {
        // Pages of nulls alone need no dictionary.
        let dictionary = match &self.dictionary {
            Some(dictionary) => Arc::clone(dictionary),
            None => Arc::new(StringViewArray::new_null(0)),
        };
        match &mut self.keys {
            Keys::U8(keys) => array::<UInt8Type>(keys, nulls, dictionary),
            Keys::U16(keys) => array::<UInt16Type>(keys, nulls, dictionary),
            Keys::U32(keys) => array::<UInt32Type>(keys, nulls, dictionary),
        }
    }
}

/// Appends the place of each code.
#[inline]
fn extend<K: ArrowNativeType>(keys: &mut Vec<K>, codes: &[u32], places: &[u32]) {
    keys.extend(codes.iter().map(|code| narrow::<K>(places[*code as usize])));
}

/// A code in a type that was chosen to hold every code.
#[inline]
fn narrow<K: ArrowNativeType>(code: u32) -> K {
    K::usize_as(code as usize)
}

fn array<K: ArrowDictionaryKeyType>(
    keys: &mut Vec<K::Native>,
    nulls: Option<NullBuffer>,
    dictionary: ArrayRef,
) -> Result<ArrayRef, ColumnError> {
    let keys = PrimitiveArray::<K>::new(std::mem::take(keys).into(), nulls);
    DictionaryArray::try_new(keys, dictionary)
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(ColumnError::decoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_dictionaries_become_one() {
        let shared = Dictionary::default();
        let entries = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| Some(*text))
                .collect::<StringViewArray>()
        };
        let (first, places) = shared.unify(&entries(&["b", "a"]));
        assert_eq!(places, [0, 1]);
        let (second, places) = shared.unify(&entries(&["a", "b"]));
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(places, [1, 0]);
        let (third, places) = shared.unify(&entries(&["c", "b", "c"]));
        assert_eq!((third.len(), places), (3, vec![2, 0, 2]));
        let many: Vec<String> = (0..SHARED).map(|at| at.to_string()).collect();
        let (large, places) = shared.unify(&many.iter().map(|text| Some(text.as_str())).collect());
        assert_eq!(
            (large.len(), places[SHARED - 1] as usize),
            (SHARED, SHARED - 1)
        );
    }
}
