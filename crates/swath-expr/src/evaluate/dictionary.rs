//! One answer an entry of a dictionary, mapped to rows by their codes.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, StringViewArray, downcast_integer,
};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer};
use arrow_schema::DataType;

use super::load::decode;
use super::mask::{where_one, where_row};
use crate::ExprErrorKind;

/// Dictionaries whose answers are kept: as many as threads may share a bound expression, about.
const KEPT: usize = 8;

/// The answers for the entries of dictionaries seen lately: the chunks of one row group share theirs.
#[derive(Default)]
pub(crate) struct EntryCache(Mutex<Vec<Entry>>);

struct Entry {
    /// Kept alive, so that their addresses are theirs alone.
    values: ArrayRef,
    other: Option<ArrayRef>,
    answers: BooleanArray,
}

impl EntryCache {
    fn find(&self, values: &ArrayRef, other: Option<&ArrayRef>) -> Option<BooleanArray> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |a: &ArrayRef, b: &ArrayRef| std::ptr::addr_eq(Arc::as_ptr(a), Arc::as_ptr(b));
        let found = entries.iter().find(|entry| {
            same(&entry.values, values)
                && match (&entry.other, other) {
                    (Some(a), Some(b)) => same(a, b),
                    (None, None) => true,
                    _ => false,
                }
        });
        found.map(|entry| entry.answers.clone())
    }

    fn keep(&self, values: &ArrayRef, other: Option<&ArrayRef>, answers: &BooleanArray) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.remove(0);
        }
        entries.push(Entry {
            values: ArrayRef::clone(values),
            other: other.map(ArrayRef::clone),
            answers: answers.clone(),
        });
    }
}

/// Answers a question about strings that are coded: asked once an entry, also over many batches with the same dictionary.
///
/// `other` is what else the answer depends on, for the cache. Where a batch has far fewer rows than the dictionary entries, and
/// the dictionary was not seen before, the strings are decoded instead.
pub(crate) fn by_entry(
    array: &ArrayRef,
    other: Option<&ArrayRef>,
    cache: &EntryCache,
    question: impl Fn(&StringViewArray) -> BooleanArray,
) -> Result<BooleanArray, ExprErrorKind> {
    let dictionary = array.as_any_dictionary();
    let values = dictionary.values();
    let answers = match cache.find(values, other) {
        Some(answers) => answers,
        None if values.len() > 1024 && values.len() / 16 > array.len() => {
            return Ok(question(decode(array)?.as_string_view()));
        }
        None => {
            let answers = question(decode(values)?.as_string_view());
            cache.keep(values, other, &answers);
            answers
        }
    };
    let nulls = match answers.nulls() {
        None => dictionary.keys().nulls().cloned(),
        Some(entries) => {
            let valid = by_code(dictionary.keys(), entries.inner());
            NullBuffer::union(Some(&NullBuffer::new(valid)), dictionary.keys().nulls())
        }
    };
    Ok(BooleanArray::new(
        by_code(dictionary.keys(), answers.values()),
        nulls,
    ))
}

/// The bit of every row's code. Under a null code there may be any number.
fn by_code(keys: &dyn Array, bits: &BooleanBuffer) -> BooleanBuffer {
    macro_rules! typed {
        ($type:ty) => {{
            let codes = keys.as_primitive::<$type>().values();
            looked_up::<<$type as ArrowPrimitiveType>::Native>(codes, bits)
        }};
    }
    let found: &DataType = keys.data_type();
    downcast_integer! {
        found => (typed),
        _ => unreachable!("codes are integers"),
    }
}

fn looked_up<K: ArrowNativeType>(codes: &[K], bits: &BooleanBuffer) -> BooleanBuffer {
    if bits.len() <= 64 {
        let word = bits
            .iter()
            .enumerate()
            .fold(0_u64, |word, (at, bit)| word | (u64::from(bit) << at));
        return where_one(codes, |code| (word >> (code.as_usize() & 63)) & 1 == 1);
    }
    if codes.len() >= bits.len() / 4 {
        let bytes: Vec<bool> = bits.iter().collect();
        return where_one(codes, |code| {
            bytes.get(code.as_usize()).is_some_and(|bit| *bit)
        });
    }
    where_row(codes.len(), |row| {
        let code = codes[row].as_usize();
        code < bits.len() && bits.value(code)
    })
}
