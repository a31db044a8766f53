//! Columns of numbers, dates and times, which are their values and a bit for each: the short way across.
//!
//! Most columns are such, and what every type needs costs them some ten allocations each time they are handed over or taken.

use std::ffi::c_void;
use std::ops::Range;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use arrow_array::ffi::FFI_ArrowArray;
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, downcast_primitive,
    downcast_primitive_array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use swath_plugin_abi::ArrowArray;

/// Buffers of a flat column: its bits, which may be nowhere, and its values.
pub(crate) const BUFFERS: usize = 2;

/// What a column that was handed over owns: itself, and the list that the array points to.
struct Owned {
    _column: ArrayRef,
    buffers: [*const c_void; BUFFERS],
}

/// Frees a column that was handed over.
unsafe extern "C" fn release(array: *mut ArrowArray) {
    // SAFETY: whoever releases an array has it for itself, and it is one.
    let array = unsafe { &mut *array };
    array.release = None;
    let owned = std::mem::replace(&mut array.private_data, ptr::null_mut());
    // SAFETY: `give` put it there, and it is taken out once: the array counts as released from here on.
    drop(unsafe { Box::from_raw(owned.cast::<Owned>()) });
}

/// A flat column as it is handed over; `None` where it is none, or where its bits begin within a byte and have to be moved.
pub(crate) fn give(column: &ArrayRef) -> Option<ArrowArray> {
    let values = values(&**column)?;
    let bits = match column.nulls() {
        None => ptr::null(),
        Some(nulls) if nulls.offset() == 0 => nulls.validity().as_ptr().cast(),
        Some(_) => return None,
    };
    let owned = Box::into_raw(Box::new(Owned {
        _column: Arc::clone(column),
        buffers: [bits, values],
    }));
    Some(ArrowArray {
        length: column.len() as i64,
        null_count: column.null_count() as i64,
        offset: 0,
        n_buffers: BUFFERS as i64,
        n_children: 0,
        // SAFETY: it was made just now; nothing is read.
        buffers: unsafe { &raw mut (*owned).buffers }.cast(),
        children: ptr::null_mut(),
        dictionary: ptr::null_mut(),
        release: Some(release),
        private_data: owned.cast(),
    })
}

/// Where the values of a flat column begin.
fn values(column: &dyn Array) -> Option<*const c_void> {
    downcast_primitive_array!(
        column => Some(column.values().as_ptr().cast()),
        _ => None,
    )
}

/// These rows of a flat column, which was looked at; gives it back where it is none, or where its values do not lie as numbers of this
/// width have to.
pub(crate) fn take(
    array: ArrowArray,
    data_type: &DataType,
    rows: Range<usize>,
) -> Result<ArrayRef, ArrowArray> {
    macro_rules! typed {
        ($type:ty) => {
            taken::<$type>(array, data_type, rows)
        };
    }
    downcast_primitive! {
        data_type => (typed),
        _ => Err(array),
    }
}

fn taken<T: ArrowPrimitiveType>(
    array: ArrowArray,
    data_type: &DataType,
    rows: Range<usize>,
) -> Result<ArrayRef, ArrowArray> {
    // SAFETY: there are two pointers in the list, as was looked at.
    let [bits, values] = unsafe { *array.buffers.cast::<[*mut u8; BUFFERS]>() }.map(NonNull::new);
    let is_aligned = |values: &NonNull<u8>| values.cast::<T::Native>().is_aligned();
    let Some(values) = values.filter(is_aligned) else {
        return Err(array);
    };
    let all = array.length as usize + array.offset as usize;
    let begin = array.offset as usize + rows.start;
    // SAFETY: both are `struct ArrowArray` of the C data interface, of one size, and neither is used twice.
    let owner = Arc::new(unsafe { std::mem::transmute::<ArrowArray, FFI_ArrowArray>(array) });
    let nulls = bits.map(|bits| {
        // SAFETY: there is a bit for each row, by the word of whoever made it, until the owner is dropped.
        let bits = unsafe {
            Buffer::from_custom_allocation(bits, all.div_ceil(8), Arc::<_>::clone(&owner) as _)
        };
        NullBuffer::new(BooleanBuffer::new(bits, begin, rows.len()))
    });
    let size = size_of::<T::Native>();
    // SAFETY: there is a value for each row, by the word of whoever made it, until the owner is dropped.
    let values = unsafe { Buffer::from_custom_allocation(values, all * size, owner) };
    let values = ScalarBuffer::new(values, begin, rows.len());
    let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
    let column = PrimitiveArray::<T>::new(values, nulls);
    if T::DATA_TYPE == *data_type {
        return Ok(Arc::new(column));
    }
    Ok(Arc::new(column.with_data_type(data_type.clone())))
}
