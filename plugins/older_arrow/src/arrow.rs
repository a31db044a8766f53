//! What crosses, as this Arrow has it, and back.

use std::mem::transmute;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::{ArrayRef, UInt64Array, make_array};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, Schema};
use arrow_select::take::take;
use swath_plugin_abi::{ArrowArray, ArrowSchema};

const _: () = {
    assert!(size_of::<FFI_ArrowSchema>() == size_of::<ArrowSchema>());
    assert!(size_of::<FFI_ArrowArray>() == size_of::<ArrowArray>());
};

/// The columns of each input.
pub(crate) fn read_schema(schema: ArrowSchema) -> Result<Schema, ArrowError> {
    // SAFETY: both are `struct ArrowSchema` of the C data interface, and it is used once.
    let schema = unsafe { transmute::<ArrowSchema, FFI_ArrowSchema>(schema) };
    Schema::try_from(&schema)
}

pub(crate) fn give_schema(schema: &Schema) -> Result<ArrowSchema, ArrowError> {
    let schema = FFI_ArrowSchema::try_from(schema)?;
    // SAFETY: as in `read_schema`.
    Ok(unsafe { transmute::<FFI_ArrowSchema, ArrowSchema>(schema) })
}

/// Rows of a struct of this type.
///
/// # Safety
/// They are of this type.
pub(crate) unsafe fn read_rows(
    rows: ArrowArray,
    columns: &DataType,
) -> Result<ArrayData, ArrowError> {
    // SAFETY: both are `struct ArrowArray` of the C data interface, and it is used once.
    let rows = unsafe { transmute::<ArrowArray, FFI_ArrowArray>(rows) };
    // SAFETY: the caller's word.
    let mut rows = unsafe { from_ffi_and_data_type(rows, columns.clone()) }?;
    // Whoever hands over numbers of 16 bytes need not know where Rust wants them.
    rows.align_buffers();
    Ok(rows)
}

pub(crate) fn give_rows(rows: &ArrayData) -> ArrowArray {
    // SAFETY: as in `read_rows`.
    unsafe { transmute::<FFI_ArrowArray, ArrowArray>(FFI_ArrowArray::new(rows)) }
}

/// The same rows, each value written anew.
pub(crate) fn rewritten(rows: &ArrayData) -> Result<ArrayData, ArrowError> {
    let all = UInt64Array::from_iter_values(0..rows.len() as u64);
    let columns = rows.child_data().iter().map(|column| {
        let column: ArrayRef = make_array(column.slice(rows.offset(), rows.len()));
        Ok(take(&column, &all, None)?.to_data())
    });
    ArrayData::builder(rows.data_type().clone())
        .len(rows.len())
        .child_data(columns.collect::<Result<Vec<_>, ArrowError>>()?)
        .build()
}
