//! Whether a column that a function made is what it declared.

use arrow_array::{Array as _, ArrayRef};
use swath_batch::normalise_columns;
use swath_meta::Field;
use swath_plugin_abi::code;

use super::bind::plain;
use crate::{Error, Result};

/// The column in the encoding in which it crosses: any of its dtype will do.
///
/// # Errors
/// It has not a value for each of so many `of` (rows, or groups), is of another dtype, or has nulls and may have none.
pub(super) fn fits(column: ArrayRef, field: &Field, count: usize, of: &str) -> Result<ArrayRef> {
    let broken = |words: String| Error::of(code::CONTRACT, words);
    let (found, dtype) = (column.data_type(), &field.dtype);
    if column.len() != count {
        return Err(broken(format!(
            "returned {} values for {count} {of}",
            column.len()
        )));
    }
    if !dtype.admits(found) {
        return Err(broken(format!("returned {found}, and declared {dtype}")));
    }
    let nulls = column.logical_null_count();
    if !field.nullable && nulls > 0 {
        return Err(broken(format!("returned {nulls} nulls, and declared none")));
    }
    if *found == dtype.border() {
        return Ok(column);
    }
    let mut columns = normalise_columns(vec![column], &plain([field.clone()])?, count)?;
    Ok(columns.remove(0))
}
