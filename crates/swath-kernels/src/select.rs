//! Moving rows: by mask, by position, end to end. And giving back what moved rows no longer need.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, UInt32Array};
use arrow_buffer::Buffer;
use arrow_schema::{ArrowError, DataType};
use arrow_select::filter::FilterBuilder;
use swath_batch::Selection;

use crate::KernelError;
use crate::encoding::{cast_to, plain};
use crate::error::check_rows;

/// Views are copied together once they show less than one part in this many of their buffers.
const VIEW_WASTE: usize = 4;

/// Whether copying the live rows together pays for the steps that follow: less than three quarters
/// are live. Above that, later kernels lose less to dead rows than the copy costs.
pub fn is_worth_compacting(live: usize, rows: usize) -> bool {
    live * 4 < rows * 3
}

/// The selected rows of each column, in order. Views and dictionaries keep sharing their buffers.
///
/// 0.3 ns a row for numbers and codes, 1.3 ns for views; nothing where all rows are selected.
///
/// # Errors
/// [`KernelError::RowCount`] if a column has not as many rows as the selection.
pub fn filter_columns(
    columns: &[ArrayRef],
    selection: &Selection,
) -> Result<Vec<ArrayRef>, KernelError> {
    let rows = selection.mask().len();
    check_rows("filter", columns, rows)?;
    if selection.count() == rows {
        return Ok(columns.to_vec());
    }
    if selection.count() == 0 {
        return Ok(columns.iter().map(|column| column.slice(0, 0)).collect());
    }
    let mask = BooleanArray::new(selection.mask().clone(), None);
    let builder = FilterBuilder::new(&mask);
    // Turning the mask into positions pays from the second column on.
    let predicate = if columns.len() > 1 {
        builder.optimize()
    } else {
        builder
    }
    .build();
    columns
        .iter()
        .map(|column| {
            predicate
                .filter(column)
                .map_err(KernelError::arrow("filtering rows"))
        })
        .collect()
}

/// The rows at these positions of each column, in their order; a null position gives a null row.
///
/// 1 to 6 ns a row for numbers and codes, 10 ns for views, mostly cache misses.
///
/// # Errors
/// [`KernelError::Arrow`] if a position is out of range.
pub fn take_columns(
    columns: &[ArrayRef],
    positions: &UInt32Array,
) -> Result<Vec<ArrayRef>, KernelError> {
    let options = arrow_select::take::TakeOptions { check_bounds: true };
    columns
        .iter()
        .map(|column| {
            arrow_select::take::take(column, positions, Some(options.clone()))
                .map_err(KernelError::arrow("gathering rows"))
        })
        .collect()
}

/// The rows of `parts` end to end: the columns of the first part, then those of the second.
///
/// A column may have another encoding in each part; then plain values come out, or a dictionary if all parts
/// have one. Dictionaries are joined, or shared where all parts have the same one. 0.5 to 1.3 ns a row and column.
///
/// # Errors
/// [`KernelError::ColumnCount`] if parts differ in their number of columns; [`KernelError::Arrow`] if a
/// column differs in dtype, or its dictionary gets more entries than 32 bits can name.
pub fn concat_columns(parts: &[Vec<ArrayRef>]) -> Result<Vec<ArrayRef>, KernelError> {
    match parts {
        [] => Ok(Vec::new()),
        [one] => Ok(one.clone()),
        parts => columnwise(parts)?
            .map(|column| concat(&same_encoding(&column)?))
            .collect(),
    }
}

fn concat(column: &[ArrayRef]) -> Result<ArrayRef, KernelError> {
    or_widened(column, arrow_select::concat::concat)
        .map_err(KernelError::arrow("concatenating columns"))
}

/// Joins arrays, with wider codes where their dictionaries have more entries together than the codes can name.
fn or_widened(
    column: &[ArrayRef],
    join: impl Fn(&[&dyn Array]) -> Result<ArrayRef, ArrowError>,
) -> Result<ArrayRef, ArrowError> {
    let arrays = |column: &[ArrayRef]| join(&column.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    match arrays(column) {
        Err(refused) if column.iter().all(is_dictionary) => {
            arrays(&widened(column).map_err(|_| refused)?)
        }
        joined => joined,
    }
}

/// Rows picked from several parts: `picks` names part and row of each, in output order.
///
/// 13 ns a row for numbers, 20 ns for views: for few rows.
///
/// # Errors
/// As [`concat_columns`].
pub(crate) fn interleave_columns(
    parts: &[Vec<ArrayRef>],
    picks: &[(usize, usize)],
) -> Result<Vec<ArrayRef>, KernelError> {
    columnwise(parts)?
        .map(|column| {
            let column = same_encoding(&column)?;
            or_widened(&column, |arrays| {
                arrow_select::interleave::interleave(arrays, picks)
            })
            .map_err(KernelError::arrow("gathering rows of several chunks"))
        })
        .collect()
}

/// Each column's arrays, one of each part.
fn columnwise(
    parts: &[Vec<ArrayRef>],
) -> Result<impl Iterator<Item = Vec<ArrayRef>> + '_, KernelError> {
    let width = parts.first().map_or(0, Vec::len);
    if let Some(part) = parts.iter().find(|part| part.len() != width) {
        return Err(KernelError::ColumnCount {
            operation: "concat",
            expected: width,
            found: part.len(),
        });
    }
    Ok((0..width).map(move |at| parts.iter().map(|part| Arc::clone(&part[at])).collect()))
}

/// The arrays in one encoding: dictionaries stay dictionaries if all are, since a category must be one.
fn same_encoding(column: &[ArrayRef]) -> Result<Vec<ArrayRef>, KernelError> {
    if column
        .windows(2)
        .all(|pair| pair[0].data_type() == pair[1].data_type())
    {
        Ok(column.to_vec())
    } else if column.iter().all(is_dictionary) {
        widened(column)
    } else {
        column.iter().map(plain).collect()
    }
}

fn is_dictionary(array: &ArrayRef) -> bool {
    matches!(array.data_type(), DataType::Dictionary(..))
}

/// Dictionaries of text with codes that name as many entries as there can be.
fn widened(column: &[ArrayRef]) -> Result<Vec<ArrayRef>, KernelError> {
    let wide = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8View));
    column.iter().map(|array| cast_to(array, &wide)).collect()
}

/// The column with the bytes of its views copied together, if they show less than a quarter of the
/// buffers they keep alive; any other column as it is.
///
/// For rows that outlive the chunk they came from. Copies only what is shown.
pub fn compact_views(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Utf8View => {
            let views = column.as_string_view();
            let held: usize = views.data_buffers().iter().map(Buffer::capacity).sum();
            if views.total_buffer_bytes_used() * VIEW_WASTE < held {
                return Arc::new(views.gc());
            }
        }
        DataType::BinaryView => {
            let views = column.as_binary_view();
            let held: usize = views.data_buffers().iter().map(Buffer::capacity).sum();
            if views.total_buffer_bytes_used() * VIEW_WASTE < held {
                return Arc::new(views.gc());
            }
        }
        _ => {}
    }
    Arc::clone(column)
}

#[cfg(test)]
mod tests {
    use arrow_array::types::{Int32Type, Int64Type, UInt8Type};
    use arrow_array::{DictionaryArray, Int64Array, StringArray, StringViewArray};
    use arrow_buffer::BooleanBuffer;
    use swath_batch::unique_bytes;

    use super::*;

    fn numbers(values: &[i64]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    fn text(column: &ArrayRef) -> Vec<Option<String>> {
        let views = plain(column).unwrap();
        views
            .as_string_view()
            .iter()
            .map(|text| text.map(ToOwned::to_owned))
            .collect()
    }

    #[test]
    fn dictionaries_too_many_for_their_codes_get_wider_ones() {
        let part = |from: usize| -> ArrayRef {
            let names: Vec<_> = (from..from + 200).map(|n| format!("name {n}")).collect();
            let values = names.iter().map(String::as_str);
            Arc::new(values.collect::<DictionaryArray<UInt8Type>>())
        };
        let parts = [vec![part(0)], vec![part(200)]];
        let joined = concat_columns(&parts).unwrap();
        assert_eq!(text(&joined[0])[399].as_deref(), Some("name 399"));
        let all: Vec<_> = (0..200).flat_map(|row| [(0, row), (1, row)]).collect();
        let picked = interleave_columns(&parts, &all).unwrap();
        assert_eq!(text(&picked[0])[399].as_deref(), Some("name 399"));
        assert!(is_dictionary(&joined[0]) && is_dictionary(&picked[0]));
    }

    #[test]
    fn dictionaries_with_codes_of_other_widths_stay_dictionaries() {
        let narrow: DictionaryArray<UInt8Type> = ["a", "b"].into_iter().collect();
        let wide: DictionaryArray<Int32Type> = ["b", "c"].into_iter().collect();
        let parts: [Vec<ArrayRef>; 2] = [vec![Arc::new(narrow)], vec![Arc::new(wide)]];
        let joined = concat_columns(&parts).unwrap();
        assert!(is_dictionary(&joined[0]));
        let expected = ["a", "b", "b", "c"].map(|text| Some(text.to_owned()));
        assert_eq!(text(&joined[0]), expected);
    }

    #[test]
    fn filters_follow_the_mask() {
        for (mask, expected) in [
            (vec![true, false, true], vec![1, 3]),
            (vec![false; 3], vec![]),
            (vec![true; 3], vec![1, 2, 3]),
        ] {
            let selection = Selection::from_mask(BooleanBuffer::from(mask));
            let columns = [numbers(&[1, 2, 3]), numbers(&[1, 2, 3])];
            let kept = filter_columns(&columns, &selection).unwrap();
            assert_eq!(kept[1].as_primitive::<Int64Type>().values(), &expected[..]);
        }
        let selection = Selection::from_mask(BooleanBuffer::new_set(2));
        let error = filter_columns(&[numbers(&[1])], &selection).unwrap_err();
        insta::assert_snapshot!(error, @"`filter` expects 2 rows, found a column of 1");
    }

    #[test]
    fn takes_in_order_and_refuses_what_is_not_there() {
        let taken =
            take_columns(&[numbers(&[1, 2, 3])], &UInt32Array::from(vec![2, 0, 2])).unwrap();
        assert_eq!(taken[0].as_primitive::<Int64Type>().values(), &[3, 1, 3]);
        assert!(take_columns(&[numbers(&[1])], &UInt32Array::from(vec![1])).is_err());
    }

    #[test]
    fn parts_of_any_encoding_concatenate() {
        let parts: Vec<Vec<ArrayRef>> = vec![
            vec![Arc::new(StringViewArray::from(vec![Some("a"), None]))],
            vec![Arc::new(
                vec!["b", "a"]
                    .into_iter()
                    .collect::<DictionaryArray<Int32Type>>(),
            )],
            vec![Arc::new(StringArray::from(vec!["c"]))],
        ];
        let joined = concat_columns(&parts).unwrap();
        let expected = [Some("a"), None, Some("b"), Some("a"), Some("c")];
        assert_eq!(
            text(&joined[0]),
            expected.map(|text| text.map(str::to_owned))
        );
        assert!(concat_columns(&[vec![numbers(&[1])], vec![]]).is_err());
    }

    #[test]
    fn few_views_give_their_buffers_back() {
        let long: Vec<String> = (0..1000).map(|n| format!("{n:030}")).collect();
        let column: ArrayRef = Arc::new(StringViewArray::from_iter_values(&long));
        let few = column.slice(10, 3);
        let compact = compact_views(&few);
        assert_eq!(text(&compact), text(&few));
        let buffers = |column: &ArrayRef| -> usize {
            column
                .as_string_view()
                .data_buffers()
                .iter()
                .map(Buffer::len)
                .sum()
        };
        assert_eq!(buffers(&compact), 90);
        assert!(unique_bytes([few.as_ref()]) > 30_000);
        // All rows shown: nothing to gain.
        assert_eq!(buffers(&compact_views(&column)), buffers(&column));
    }
}
