//! Nulls where none may be.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, OffsetSizeTrait};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_schema::{DataType, Field};

use crate::DataError;

/// Looks for nulls in a column where its field has none, and in everything inside it where the fields there have none.
///
/// What is inside a null counts as seen by nobody, as does what belongs to no row. A column of single values costs a look at what
/// Arrow has counted; one of categories or others that hold values, a look at each of these.
///
/// # Errors
/// [`DataError::Nulls`] with the first field that has some.
pub(crate) fn check(column: &ArrayRef, field: &Field) -> Result<(), DataError> {
    look(column, field, None, field.name())
}

/// Whether anything inside values of this type is declared without nulls.
fn promises(data_type: &DataType) -> bool {
    let inside = |field: &Field| !field.is_nullable() || promises(field.data_type());
    match data_type {
        DataType::Struct(fields) => fields.iter().any(|field| inside(field)),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            inside(item)
        }
        _ => false,
    }
}

/// Nobody sees the rows that are null in `hidden`.
fn look(
    column: &ArrayRef,
    field: &Field,
    hidden: Option<&NullBuffer>,
    path: &str,
) -> Result<(), DataError> {
    let is_deep = promises(field.data_type());
    if field.is_nullable() && !is_deep {
        return Ok(());
    }
    let own = column.logical_nulls();
    let all = NullBuffer::union(own.as_ref(), hidden);
    let count = |nulls: Option<&NullBuffer>| nulls.map_or(0, NullBuffer::null_count);
    let nulls = count(all.as_ref()) - count(hidden);
    if !field.is_nullable() && nulls > 0 {
        return Err(DataError::Nulls {
            column: path.to_owned(),
            nulls,
        });
    }
    if !is_deep {
        return Ok(());
    }
    let inside = |values: &ArrayRef, field: &Field, hidden: Option<&NullBuffer>| {
        look(values, field, hidden, &format!("{path}.{}", field.name()))
    };
    match field.data_type() {
        DataType::Struct(fields) => {
            let mut columns = fields.iter().zip(column.as_struct().columns());
            columns.try_for_each(|(field, values)| inside(values, field, all.as_ref()))
        }
        DataType::List(item) => {
            let (values, hidden) = values(column.as_list::<i32>(), all.as_ref());
            inside(&values, item, hidden.as_ref())
        }
        DataType::LargeList(item) => {
            let (values, hidden) = values(column.as_list::<i64>(), all.as_ref());
            inside(&values, item, hidden.as_ref())
        }
        DataType::FixedSizeList(item, size) => {
            let hidden = all.map(|nulls| nulls.expand(*size as usize));
            let list = column.as_fixed_size_list();
            inside(list.values(), item, hidden.as_ref())
        }
        _ => Ok(()),
    }
}

/// The values that belong to the rows of a list, null where nobody sees the row.
fn values<O: OffsetSizeTrait>(
    list: &GenericListArray<O>,
    hidden: Option<&NullBuffer>,
) -> (ArrayRef, Option<NullBuffer>) {
    let offsets = list.offsets();
    let (start, end) = (offsets[0].as_usize(), offsets[list.len()].as_usize());
    let hidden = hidden.map(|nulls| {
        let mut seen = BooleanBufferBuilder::new(end - start);
        for (row, pair) in offsets.windows(2).enumerate() {
            seen.append_n((pair[1] - pair[0]).as_usize(), nulls.is_valid(row));
        }
        NullBuffer::new(seen.finish())
    });
    (list.values().slice(start, end - start), hidden)
}
