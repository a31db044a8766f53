//! The column with the path of the file that a row is from.

use arrow_array::types::UInt8Type;
use arrow_array::{ArrayRef, DictionaryArray, StringViewArray, UInt8Array};
use std::sync::Arc;

/// The one category of a file.
#[derive(Clone, Debug)]
pub(crate) struct PathColumn(ArrayRef);

impl PathColumn {
    pub(crate) fn new(path: &str) -> Self {
        Self(Arc::new(StringViewArray::from_iter_values([path])))
    }

    /// The path, so many times.
    pub(crate) fn repeat(&self, len: usize) -> ArrayRef {
        let keys = UInt8Array::from(vec![0; len]);
        Arc::new(DictionaryArray::<UInt8Type>::new(keys, Arc::clone(&self.0)))
    }
}
