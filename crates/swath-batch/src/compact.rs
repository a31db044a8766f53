//! Giving back what kept rows no longer need: page buffers behind views, unused dictionary entries,
//! slices of larger arrays.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, BinaryViewType, ByteViewType, Int8Type, Int16Type, Int32Type,
    Int64Type, StringViewType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, GenericByteViewArray, PrimitiveArray,
    StructArray, UInt64Array, make_array,
};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_data::transform::MutableArrayData;
use arrow_schema::{ArrowError, DataType};
use arrow_select::{concat::concat, take::take};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::bytes::unique_bytes;

/// Batches of fewer rows than this are joined with their neighbours …
const SMALL_ROWS: usize = 4 * 1024;

/// … until they have so many. A batch that a scan gave whole is not copied for being joined.
const JOINED_ROWS: usize = 16 * 1024;

/// A dictionary of fewer bytes than this is kept whole, however few of its entries are used.
const SMALL_DICTIONARY: u64 = 1024;

/// Compacts one column of a partition, given as the column's arrays in the order of the batches.
///
/// The arrays are seen together because they share buffers: whether a view buffer or a dictionary
/// is worth copying depends on all that point into it.
pub(crate) fn compact_column(arrays: &[ArrayRef]) -> Result<Vec<ArrayRef>, ArrowError> {
    let Some(first) = arrays.first() else {
        return Ok(Vec::new());
    };
    if arrays
        .iter()
        .any(|array| array.data_type() != first.data_type())
    {
        return compact_each_encoding(arrays);
    }
    match first.data_type() {
        DataType::Utf8View => Ok(tight_texts::<StringViewType>(arrays)),
        DataType::BinaryView => Ok(tight_texts::<BinaryViewType>(arrays)),
        DataType::Dictionary(key, _) => match key.as_ref() {
            DataType::Int8 => compact_dictionaries::<Int8Type>(arrays),
            DataType::Int16 => compact_dictionaries::<Int16Type>(arrays),
            DataType::Int32 => compact_dictionaries::<Int32Type>(arrays),
            DataType::Int64 => compact_dictionaries::<Int64Type>(arrays),
            DataType::UInt8 => compact_dictionaries::<UInt8Type>(arrays),
            DataType::UInt16 => compact_dictionaries::<UInt16Type>(arrays),
            DataType::UInt32 => compact_dictionaries::<UInt32Type>(arrays),
            _ => compact_dictionaries::<UInt64Type>(arrays),
        },
        DataType::Struct(_) => compact_structs(arrays),
        _ => arrays.iter().map(tight).collect(),
    }
}

/// Compacts those of the arrays together that have the same encoding.
fn compact_each_encoding(arrays: &[ArrayRef]) -> Result<Vec<ArrayRef>, ArrowError> {
    let mut encodings: Vec<(&DataType, Vec<usize>)> = Vec::new();
    for (at, array) in arrays.iter().enumerate() {
        match encodings
            .iter_mut()
            .find(|(encoding, _)| *encoding == array.data_type())
        {
            Some((_, places)) => places.push(at),
            None => encodings.push((array.data_type(), vec![at])),
        }
    }
    let mut out = arrays.to_vec();
    for (_, places) in encodings {
        let same: Vec<ArrayRef> = places.iter().map(|&at| Arc::clone(&arrays[at])).collect();
        for (at, array) in places.into_iter().zip(compact_column(&same)?) {
            out[at] = array;
        }
    }
    Ok(out)
}

/// Cuts the rows of `lens` batches into runs that are to become one batch each.
///
/// Small neighbours are joined until a run has [`JOINED_ROWS`]; a batch that is not small stays alone.
pub(crate) fn runs(lens: &[usize]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let (mut start, mut rows, mut last) = (0, 0, 0);
    for (at, &len) in lens.iter().enumerate() {
        if rows > 0 && (rows >= JOINED_ROWS || last >= SMALL_ROWS || len >= SMALL_ROWS) {
            runs.push(start..at);
            (start, rows) = (at, 0);
        }
        rows += len;
        last = len;
    }
    if start < lens.len() {
        runs.push(start..lens.len());
    }
    runs
}

/// Whether arrays of one column can be joined by copying codes or values alone.
pub(crate) fn joins_cheaply(arrays: &[ArrayRef]) -> bool {
    arrays.windows(2).all(|pair| {
        match (
            pair[0].as_any_dictionary_opt(),
            pair[1].as_any_dictionary_opt(),
        ) {
            (Some(left), Some(right)) => left.values().to_data().ptr_eq(&right.values().to_data()),
            _ => pair[0].data_type() == pair[1].data_type(),
        }
    })
}

/// Joins the arrays of a run, which [`joins_cheaply`].
pub(crate) fn join(arrays: &[ArrayRef]) -> Result<ArrayRef, ArrowError> {
    match arrays {
        [one] => Ok(Arc::clone(one)),
        many => concat(&many.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
    }
}

/// Whether keeping `held` bytes for `needed` is waste: over 1.1x, with some slack for alignment.
fn wasteful(held: u64, needed: u64) -> bool {
    held > needed + needed / 10 + 128
}

/// Copies `array` where it is a slice of something larger.
fn tight(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let data = array.to_data();
    let needed = data
        .get_slice_memory_size()
        .map_or(u64::MAX, |bytes| bytes as u64);
    if !wasteful(unique_bytes([array.as_ref()]), needed) {
        return Ok(Arc::clone(array));
    }
    let mut copy = MutableArrayData::new(vec![&data], false, data.len());
    copy.try_extend(0, 0, data.len())?;
    let mut copy = make_array(copy.freeze());
    // Growth by doubling left spare room at the end of its buffers.
    copy.shrink_to_fit();
    Ok(copy)
}

fn compact_structs(arrays: &[ArrayRef]) -> Result<Vec<ArrayRef>, ArrowError> {
    let structs: Vec<&StructArray> = arrays.iter().map(AsArray::as_struct).collect();
    let Some(first) = structs.first() else {
        return Ok(Vec::new());
    };
    let mut columns: Vec<Vec<ArrayRef>> = vec![Vec::new(); structs.len()];
    for at in 0..first.num_columns() {
        let column: Vec<ArrayRef> = structs
            .iter()
            .map(|array| Arc::clone(array.column(at)))
            .collect();
        for (row, array) in compact_column(&column)?.into_iter().enumerate() {
            columns[row].push(array);
        }
    }
    structs
        .iter()
        .zip(columns)
        .map(|(array, columns)| {
            let (fields, _, nulls) = (*array).clone().into_parts();
            let built: ArrayRef = if columns.is_empty() {
                Arc::new(StructArray::new_empty_fields(array.len(), nulls))
            } else {
                Arc::new(StructArray::try_new(fields, columns, nulls)?)
            };
            Ok(built)
        })
        .collect()
}

/// The column with the text of its views copied together, if they show much less than the buffers they keep alive; any other
/// column as it is.
///
/// For few rows that outlive the chunk they came from. Copies only what is shown.
pub fn compact_views(column: &ArrayRef) -> ArrayRef {
    let column = std::slice::from_ref(column);
    let mut compact = match column[0].data_type() {
        DataType::Utf8View => tight_texts::<StringViewType>(column),
        DataType::BinaryView => tight_texts::<BinaryViewType>(column),
        _ => column.to_vec(),
    };
    compact.remove(0)
}

/// Copies the strings of views where the buffers behind them hold much more than is shown.
fn tight_texts<T: ByteViewType>(arrays: &[ArrayRef]) -> Vec<ArrayRef> {
    let views: Vec<&GenericByteViewArray<T>> =
        arrays.iter().map(AsArray::as_byte_view::<T>).collect();
    let held = unique_bytes(arrays.iter().map(AsRef::as_ref));
    let in_place: u64 = views
        .iter()
        .map(|views| views.len() as u64 * 16 + views.nulls().map_or(0, |_| views.len() as u64 / 8))
        .sum();
    // The views alone say so where texts are short; only else are they looked through.
    let kept = !wasteful(held, in_place) || {
        let text = views.iter().map(|views| views.total_buffer_bytes_used());
        !wasteful(held, in_place + text.sum::<usize>() as u64)
    };
    if kept {
        return arrays.to_vec();
    }
    views
        .into_iter()
        .map(|views| tight_views(views.gc()))
        .collect()
}

/// Copies the 16-byte views themselves where they are a slice of something larger.
fn tight_views<T: ByteViewType>(array: GenericByteViewArray<T>) -> ArrayRef {
    let (views, buffers, nulls) = array.into_parts();
    let views = if wasteful(views.inner().capacity() as u64, views.len() as u64 * 16) {
        views.to_vec().into()
    } else {
        views
    };
    let nulls = nulls.map(|nulls| nulls.iter().collect::<NullBuffer>());
    Arc::new(GenericByteViewArray::<T>::new(views, buffers, nulls))
}

/// Shrinks each dictionary to the entries in use, once for all arrays that share it.
fn compact_dictionaries<K: ArrowDictionaryKeyType>(
    arrays: &[ArrayRef],
) -> Result<Vec<ArrayRef>, ArrowError> {
    let dictionaries: Vec<&DictionaryArray<K>> =
        arrays.iter().map(AsArray::as_dictionary::<K>).collect();
    let mut out: Vec<Option<ArrayRef>> = vec![None; arrays.len()];
    let mut sharing: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, dictionary) in dictionaries.iter().enumerate() {
        sharing
            .entry(identity(dictionary.values()))
            .or_default()
            .push(at);
    }
    for sharing in sharing.into_values() {
        let values = dictionaries[sharing[0]].values();
        let worth = unique_bytes([values.as_ref()]) >= SMALL_DICTIONARY;
        let few = worth
            .then(|| few_used(values.len(), sharing.iter().map(|&at| dictionaries[at])))
            .flatten();
        if let Some(kept) = few {
            let mut place = vec![0_usize; values.len()];
            for (new, &old) in kept.iter().enumerate() {
                place[old as usize] = new;
            }
            let values = take(values.as_ref(), &UInt64Array::from(kept), None)?;
            let values = compact_column(&[values])?.remove(0);
            for at in sharing {
                let keys = remap(dictionaries[at].keys(), &place);
                let values = Arc::clone(&values);
                out[at] = Some(Arc::new(DictionaryArray::<K>::try_new(keys, values)?));
            }
        } else {
            let compact = compact_column(&[Arc::clone(values)])?.remove(0);
            for at in sharing {
                let keys: ArrayRef = Arc::new(dictionaries[at].keys().clone());
                let tight = tight(&keys)?;
                let same = Arc::ptr_eq(&compact, values) && Arc::ptr_eq(&tight, &keys);
                out[at] = Some(if same {
                    Arc::clone(&arrays[at])
                } else {
                    let keys = tight.as_primitive::<K>().clone();
                    Arc::new(DictionaryArray::<K>::try_new(keys, Arc::clone(&compact))?)
                });
            }
        }
    }
    Ok(out
        .into_iter()
        .map(|array| array.expect("every dictionary is visited"))
        .collect())
}

/// The positions of the entries that valid codes of `arrays` name, if they are less than a quarter of all.
///
/// Rows of a whole file use most entries, which the first of them show.
fn few_used<'a, K: ArrowDictionaryKeyType>(
    entries: usize,
    arrays: impl Iterator<Item = &'a DictionaryArray<K>>,
) -> Option<Vec<u64>> {
    const ROWS: usize = 1024;
    let mut used = vec![false; entries];
    let mut count = 0;
    for array in arrays {
        let keys = array.keys();
        for start in (0..keys.len()).step_by(ROWS) {
            let keys = keys.slice(start, ROWS.min(keys.len() - start));
            for code in keys.iter().flatten() {
                let used = &mut used[code.as_usize()];
                count += usize::from(!*used);
                *used = true;
            }
            if count >= entries / 4 {
                return None;
            }
        }
    }
    let position = |(at, used): (usize, bool)| used.then_some(at as u64);
    (count < entries / 4).then(|| used.into_iter().enumerate().filter_map(position).collect())
}

/// What two arrays have in common only if they show the same entries: addresses and length.
fn identity(values: &ArrayRef) -> (Option<usize>, Option<usize>, usize) {
    let data = values.to_data();
    let nulls = data.nulls().map(|nulls| nulls.buffer().as_ptr() as usize);
    (
        data.buffers()
            .first()
            .map(|buffer| buffer.as_ptr() as usize),
        nulls,
        data.offset() + data.len(),
    )
}

/// Renames the codes; the new ones are fewer, so the key type holds them.
fn remap<K: ArrowPrimitiveType>(keys: &PrimitiveArray<K>, place: &[usize]) -> PrimitiveArray<K> {
    keys.iter()
        .map(|code| {
            code.map(|code| {
                K::Native::from_usize(place[code.as_usize()])
                    .expect("a smaller code fits the type of a larger one")
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::StringViewArray;

    #[test]
    fn few_views_give_their_buffers_back() {
        let long: Vec<String> = (0..1000).map(|n| format!("{n:030}")).collect();
        let column: ArrayRef = Arc::new(StringViewArray::from_iter_values(&long));
        let few = column.slice(10, 3);
        let compact = compact_views(&few);
        assert!(compact.as_string_view().iter().flatten().eq(&long[10..13]));
        assert!(unique_bytes([few.as_ref()]) > 30_000);
        assert!(unique_bytes([compact.as_ref()]) < 1_000);
        // All rows shown: nothing to gain.
        let column: ArrayRef = Arc::new(column.as_string_view().gc());
        let whole = compact_views(&column);
        assert!(whole.to_data().ptr_eq(&column.to_data()));
    }
}
