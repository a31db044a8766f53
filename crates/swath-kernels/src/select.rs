//! Moving rows: by position, end to end.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_schema::{ArrowError, DataType};

use crate::KernelError;
use crate::encoding::{cast_to, plain};

/// Whether copying the live rows together pays for the steps that follow: less than three quarters
/// are live. Above that, later kernels lose less to dead rows than the copy costs.
pub fn is_worth_compacting(live: usize, rows: usize) -> bool {
    live * 4 < rows * 3
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

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Int32Type, Int64Type, UInt8Type};
    use arrow_array::{DictionaryArray, Int64Array, StringArray, StringViewArray};

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
}
