//! The three encodings kernels know: plain values, views of text, dictionaries of text.
//!
//! Anything else is cast on entry, once per column and batch.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_data::ByteView;
use arrow_schema::DataType;
use swath_meta::DType;

use crate::KernelError;

/// The Arrow type of plain values of a dtype: its border encoding, but a category's strings.
pub(crate) fn plain_type(dtype: &DType) -> DataType {
    match dtype {
        DType::Category => DataType::Utf8View,
        dtype => dtype.border(),
    }
}

/// The column in exactly this encoding; shares it where it has it already.
pub(crate) fn cast_to(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, KernelError> {
    if array.data_type() == to {
        return Ok(Arc::clone(array));
    }
    arrow_cast::cast(array, to).map_err(KernelError::arrow("casting to the encoding of a kernel"))
}

/// The column as plain values of its dtype.
pub(crate) fn plain(array: &ArrayRef) -> Result<ArrayRef, KernelError> {
    let to = match array.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) => {
            DataType::BinaryView
        }
        DataType::Dictionary(_, values) => match values.as_ref() {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            other => other.clone(),
        },
        _ => return Ok(Arc::clone(array)),
    };
    cast_to(array, &to)
}

/// The column as a kernel takes it: text and bytes as views or as a dictionary, all else in the
/// border encoding of `dtype`.
///
/// # Errors
/// [`KernelError::Encoding`] if the column holds another dtype.
pub(crate) fn entry(
    operation: &'static str,
    array: &ArrayRef,
    dtype: &DType,
) -> Result<ArrayRef, KernelError> {
    let plain = plain_type(dtype);
    let found = array.data_type();
    if *found == plain || (is_coded(array) && holds(array, dtype)) {
        return Ok(Arc::clone(array));
    }
    if !holds(array, dtype) {
        return Err(KernelError::Encoding {
            operation,
            expected: dtype.clone(),
            found: found.clone(),
        });
    }
    cast_to(array, &plain)
}

/// Whether the column carries this dtype, in whatever encoding.
fn holds(array: &dyn Array, dtype: &DType) -> bool {
    let text = |dtype: &DType| matches!(dtype, DType::String | DType::Category);
    dtype.admits(array.data_type())
        || DType::from_arrow(array.data_type())
            .is_ok_and(|found| found == *dtype || (text(&found) && text(dtype)))
}

/// Whether the column is a dictionary of text or bytes, the only dictionaries kernels compute on.
pub(crate) fn is_coded(array: &dyn Array) -> bool {
    matches!(array.data_type(), DataType::Dictionary(_, values) if is_text(values))
}

fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
    )
}

/// Text or bytes as 16-byte views: the length, then all bytes if there are at most 12, else the
/// first four and where the rest is.
pub(crate) struct Views<'a> {
    views: &'a [u128],
    buffers: &'a [arrow_buffer::Buffer],
}

impl<'a> Views<'a> {
    /// The views of a `Utf8View` or `BinaryView` column; `None` for any other.
    pub(crate) fn of(array: &'a dyn Array) -> Option<Self> {
        if let Some(text) = array.as_string_view_opt() {
            return Some(Self {
                views: text.views(),
                buffers: text.data_buffers(),
            });
        }
        let bytes = array.as_binary_view_opt()?;
        Some(Self {
            views: bytes.views(),
            buffers: bytes.data_buffers(),
        })
    }

    pub(crate) fn as_slice(&self) -> &'a [u128] {
        self.views
    }

    /// The bytes of a row whose view says that there are more than 12.
    #[inline]
    pub(crate) fn long(&self, view: u128) -> &'a [u8] {
        let view = ByteView::from(view);
        let start = view.offset as usize;
        &self.buffers[view.buffer_index as usize].as_slice()[start..start + view.length as usize]
    }

    /// Hands the bytes of row `row` to `read`.
    #[inline]
    pub(crate) fn with<R>(&self, row: usize, read: impl FnOnce(&[u8]) -> R) -> R {
        let view = self.views[row];
        if is_inline(view) {
            let bytes = view.to_le_bytes();
            read(&bytes[4..4 + view as u32 as usize])
        } else {
            read(self.long(view))
        }
    }
}

/// Whether the view holds all its bytes.
#[inline]
pub(crate) fn is_inline(view: u128) -> bool {
    view as u32 <= arrow_data::MAX_INLINE_VIEW_LEN
}
