//! The categories of one column of a file, which all its record batches share.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, UInt32Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow_schema::ArrowError;
use std::collections::HashMap;
use std::sync::Arc;

/// Categories in the order in which they were first met. A batch may have others than the one before; a file cannot: new ones are
/// added behind those that were written.
#[derive(Debug, Default)]
pub(super) struct Categories {
    codes: HashMap<Arc<str>, i32>,
    values: Vec<Arc<str>>,
    /// Bytes of their texts.
    text: usize,
}

impl Categories {
    /// Bytes that are kept: for each category its text, two pointers to it, and a code.
    pub(super) fn bytes(&self) -> u64 {
        let each = 2 * size_of::<Arc<str>>() + size_of::<(usize, usize, i32)>();
        (self.text + self.values.len() * each) as u64
    }

    /// The codes, among the categories so far, of a column in its border encoding.
    ///
    /// Cost: a look-up for each category of the column that a row has.
    pub(super) fn codes(&mut self, column: &ArrayRef) -> Result<Int32Array, ArrowError> {
        let column = column.as_dictionary::<UInt32Type>();
        let texts = column.values().as_string_view();
        let mut known: Vec<Option<i32>> = vec![None; texts.len()];
        let mut codes = Vec::with_capacity(column.len());
        for key in column.keys() {
            let Some(key) = key
                .map(|key| key as usize)
                .filter(|key| texts.is_valid(*key))
            else {
                codes.push(None);
                continue;
            };
            let code = match known[key] {
                Some(code) => code,
                None => self.code(texts.value(key))?,
            };
            known[key] = Some(code);
            codes.push(Some(code));
        }
        Ok(codes.into())
    }

    fn code(&mut self, text: &str) -> Result<i32, ArrowError> {
        if let Some(code) = self.codes.get(text) {
            return Ok(*code);
        }
        let code =
            i32::try_from(self.values.len()).map_err(|_| ArrowError::DictionaryKeyOverflowError)?;
        self.text += text.len();
        let text: Arc<str> = text.into();
        self.codes.insert(Arc::clone(&text), code);
        self.values.push(text);
        Ok(code)
    }

    /// The column with its categories.
    pub(super) fn column(&self, codes: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        let codes = codes.as_primitive::<Int32Type>().clone();
        let values = StringArray::from_iter_values(&self.values);
        Ok(Arc::new(DictionaryArray::try_new(codes, Arc::new(values))?))
    }
}
