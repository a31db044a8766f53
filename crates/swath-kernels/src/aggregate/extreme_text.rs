//! The text at one end of the order, of a whole column: by the codes in use, or by the first bytes of views.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, downcast_dictionary_array};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

use super::totals::each_valid;
use crate::KernelError;
use crate::encoding::{Views, is_inline, plain};

/// Offers some of the column's texts, among them the one that `prefers` puts before all others; none if all rows are null.
///
/// `prefers` orders byte by byte, forwards or backwards. The column is views, or a dictionary.
pub(super) fn each_candidate(
    column: &ArrayRef,
    prefers: impl Fn(&[u8], &[u8]) -> bool,
    mut offer: impl FnMut(&[u8]),
) -> Result<(), KernelError> {
    if let DataType::Dictionary(..) = column.data_type() {
        let dictionary = column.as_any_dictionary();
        let entries = plain(dictionary.values())?;
        let used = used(column);
        let views = Views::of(&entries).expect("plain text is views");
        // An entry may be null itself.
        each_valid(entries.nulls(), used.len(), |entry| {
            if used[entry] {
                views.with(entry, &mut offer);
            }
        });
        return Ok(());
    }
    let views = Views::of(column).expect("plain text is views");
    let all = views.as_slice();
    let mut best: Option<(usize, [u8; 16])> = None;
    each_valid(column.nulls(), column.len(), |row| {
        let new = key(all[row]);
        let better = best.is_none_or(|(old_row, old)| {
            if is_inline(all[row]) && is_inline(all[old_row]) {
                prefers(&new, &old)
            } else if new[..4] != old[..4] {
                prefers(&new[..4], &old[..4])
            } else {
                views.with(row, |new| views.with(old_row, |old| prefers(new, old)))
            }
        });
        if better {
            best = Some((row, new));
        }
    });
    if let Some((row, _)) = best {
        views.with(row, offer);
    }
    Ok(())
}

/// Which entries of a dictionary the codes of valid rows name.
fn used(column: &ArrayRef) -> Vec<bool> {
    downcast_dictionary_array!(
        column => {
            let mut used = vec![false; column.values().len()];
            let codes = column.keys().values();
            each_valid(column.keys().nulls(), codes.len(), |row| used[codes[row].as_usize()] = true);
            used
        },
        _ => unreachable!("asked of dictionaries alone"),
    )
}

/// Bytes that order views whose text is in them: the text, zeros, and the length, which tells `a` from `a\0`. The first four
/// bytes order any views if they differ.
#[inline]
fn key(view: u128) -> [u8; 16] {
    ((view >> 32).swap_bytes() | u128::from(view as u32)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::types::Int32Type;
    use arrow_array::{DictionaryArray, StringViewArray};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn extreme(column: &ArrayRef, prefers: impl Fn(&[u8], &[u8]) -> bool + Copy) -> Option<String> {
        let mut best: Option<Vec<u8>> = None;
        each_candidate(column, prefers, |text| {
            if best.as_ref().is_none_or(|old| prefers(text, old)) {
                best = Some(text.to_vec());
            }
        })
        .unwrap();
        best.map(|text| String::from_utf8(text).unwrap())
    }

    proptest! {
        #[test]
        fn the_same_as_comparing_all(rows in prop::collection::vec(prop::option::of("[ab\u{0}é]{0,16}"), 0..40), cut in 0..40_usize) {
            let views: StringViewArray = rows.iter().map(Option::as_deref).collect();
            let codes: DictionaryArray<Int32Type> = rows.iter().map(Option::as_deref).collect();
            let cut = cut.min(rows.len());
            let columns: [ArrayRef; 2] = [Arc::new(views), Arc::new(codes)];
            for column in columns {
                // The slice of a dictionary has entries that none of its rows has.
                let column = column.slice(cut, rows.len() - cut);
                let values = || rows[cut..].iter().flatten().cloned();
                prop_assert_eq!(extreme(&column, |new, old| new > old), values().max());
                prop_assert_eq!(extreme(&column, |new, old| new < old), values().min());
            }
        }
    }
}
