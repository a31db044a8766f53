//! Lists, one a group: values in the order of their groups, and back.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, UInt32Array, new_empty_array};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;
use swath_meta::DType;

use crate::KernelError;
use crate::encoding::cast_to;
use crate::select::take_columns;

/// The dtype of items that a list of values of this dtype has: a category's are strings.
pub(super) fn item_dtype(dtype: &DType) -> DType {
    match dtype {
        DType::Category => DType::String,
        other => other.clone(),
    }
}

/// Positions of rows in the order of their groups, rows of one group in theirs, and where each group begins: one more than
/// there are groups.
pub(super) fn by_group(groups: &[u32], n_groups: usize) -> (Vec<usize>, Vec<u32>) {
    let mut offsets = vec![0_usize; n_groups + 1];
    for group in groups {
        offsets[*group as usize + 1] += 1;
    }
    for group in 0..n_groups {
        offsets[group + 1] += offsets[group];
    }
    let mut next = offsets.clone();
    let mut order = vec![0_u32; groups.len()];
    for (row, group) in groups.iter().enumerate() {
        let at = &mut next[*group as usize];
        order[*at] = row as u32;
        *at += 1;
    }
    (offsets, order)
}

/// One list a group of values that belong to groups, in their order.
pub(super) fn lists(
    groups: &[u32],
    n_groups: usize,
    values: &ArrayRef,
    item: &DType,
) -> Result<ArrayRef, KernelError> {
    let (offsets, order) = by_group(groups, n_groups);
    let values = take_columns(std::slice::from_ref(values), &UInt32Array::from(order))?.remove(0);
    list_array(&offsets, &values, item)
}

/// One list for each two neighbours in `offsets`.
pub(super) fn list_array(
    offsets: &[usize],
    values: &ArrayRef,
    item: &DType,
) -> Result<ArrayRef, KernelError> {
    let too_long = || KernelError::TooManyValues {
        limit: i32::MAX as u64,
    };
    let offsets: Vec<i32> = offsets
        .iter()
        .map(|offset| i32::try_from(*offset).map_err(|_| too_long()))
        .collect::<Result<_, _>>()?;
    let DataType::List(field) = DType::list(item.clone()).border() else {
        unreachable!("the border of a list is a list")
    };
    let values = cast_to(values, field.data_type())?;
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    let lists = ListArray::try_new(field, offsets, values, None)
        .map_err(KernelError::arrow("making lists"))?;
    Ok(Arc::new(lists))
}

/// The items of all lists, and the group of each: row `i` is of group `groups[i]`. Null lists have none.
pub(super) fn items(lists: &ArrayRef, groups: &[u32]) -> Result<(Vec<u32>, ArrayRef), KernelError> {
    let lists: &ListArray = lists.as_list();
    let offsets = lists.value_offsets();
    let mut of = Vec::with_capacity(lists.values().len());
    if lists.null_count() == 0 {
        for (row, group) in groups.iter().enumerate() {
            let items = (offsets[row + 1] - offsets[row]) as usize;
            of.resize(of.len() + items, *group);
        }
        let (first, end) = match offsets {
            [] => (0, 0),
            all => (all[0] as usize, all[all.len() - 1] as usize),
        };
        return Ok((of, lists.values().slice(first, end - first)));
    }
    let mut positions = Vec::with_capacity(lists.values().len());
    for (row, group) in groups.iter().enumerate() {
        if lists.is_valid(row) {
            let range = offsets[row] as u32..offsets[row + 1] as u32;
            of.resize(of.len() + range.len(), *group);
            positions.extend(range);
        }
    }
    let values = take_columns(
        std::slice::from_ref(lists.values()),
        &UInt32Array::from(positions),
    )?
    .remove(0);
    Ok((of, values))
}

/// The rows that are not null, with their groups; all of them as they are if none is.
pub(super) fn without_nulls(
    groups: &[u32],
    column: &ArrayRef,
) -> Result<Option<(Vec<u32>, ArrayRef)>, KernelError> {
    let Some(nulls) = column
        .logical_nulls()
        .filter(|nulls| nulls.null_count() > 0)
    else {
        return Ok(None);
    };
    let positions: Vec<u32> = nulls.valid_indices().map(|row| row as u32).collect();
    let kept = positions.iter().map(|row| groups[*row as usize]).collect();
    let column =
        take_columns(std::slice::from_ref(column), &UInt32Array::from(positions))?.remove(0);
    Ok(Some((kept, column)))
}

/// A copy that holds nothing but its own rows.
pub(super) fn owned(column: &ArrayRef) -> Result<ArrayRef, KernelError> {
    if column.is_empty() {
        return Ok(new_empty_array(column.data_type()));
    }
    let all = UInt32Array::from_iter_values(0..column.len() as u32);
    let copy = take_columns(std::slice::from_ref(column), &all)?.remove(0);
    Ok(match copy.data_type() {
        DataType::Utf8View => Arc::new(copy.as_string_view().gc()),
        DataType::BinaryView => Arc::new(copy.as_binary_view().gc()),
        _ => copy,
    })
}
