//! Columns of values of one size.

use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray};
use arrow_buffer::{BooleanBufferBuilder, ScalarBuffer};
use std::sync::Arc;

use super::validity::Validity;
use super::{FieldBytes, Fields, Parsed};
use crate::text::boolean;

/// What the text of a field is.
pub(super) enum Cell<T> {
    Value(T),
    Missing,
    /// No value of the dtype.
    Bad,
}

impl<T> From<Option<T>> for Cell<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Bad, Self::Value)
    }
}

/// The one array of the values that `fast` or, where it has none, `parse` gives.
///
/// `fast` is handed bytes as they stand, quotes included, before anybody asks whether they mean null: it gives nothing for what could.
pub(super) fn numbers<T: ArrowPrimitiveType>(
    fields: &Fields<'_>,
    mut fast: impl FnMut(FieldBytes<'_>) -> Option<T::Native>,
    mut parse: impl FnMut(&[u8]) -> Cell<T::Native>,
) -> Parsed {
    let mut values: Vec<T::Native> = Vec::with_capacity(fields.len());
    let mut validity = Validity::new(fields.len());
    let mut bad = Vec::new();
    let mut scratch = Vec::new();
    let nulls_first = fields.nulls.has_numbers();
    fields.for_each(|field| {
        if !nulls_first && let Some(value) = fast(field) {
            values.push(value);
            validity.valid();
            return;
        }
        match cell(fields, field, &mut scratch, &mut parse) {
            Cell::Value(value) => {
                values.push(value);
                validity.valid();
                return;
            }
            Cell::Missing => {}
            Cell::Bad => bad.push(values.len() as u32),
        }
        values.push(T::Native::default());
        validity.null();
    });
    let array = PrimitiveArray::<T>::new(ScalarBuffer::from(values), validity.finish());
    Parsed {
        array: Arc::new(array),
        bad,
    }
}

/// What a field is, by its text.
fn cell<T>(
    fields: &Fields<'_>,
    field: FieldBytes<'_>,
    scratch: &mut Vec<u8>,
    parse: &mut impl FnMut(&[u8]) -> Cell<T>,
) -> Cell<T> {
    let (text, _) = fields.dialect.text(field.bytes(), scratch);
    if text.trim_ascii().is_empty() || fields.nulls.contains(text) {
        return Cell::Missing;
    }
    parse(text)
}

/// The array of truths.
pub(super) fn booleans(fields: &Fields<'_>) -> Parsed {
    let mut values = BooleanBufferBuilder::new(fields.len());
    let mut validity = Validity::new(fields.len());
    let mut bad = Vec::new();
    let mut scratch = Vec::new();
    fields.for_each(|field| {
        let found = cell(fields, field, &mut scratch, &mut |text: &[u8]| {
            boolean(text).into()
        });
        match found {
            Cell::Value(value) => {
                values.append(value);
                validity.valid();
                return;
            }
            Cell::Missing => {}
            Cell::Bad => bad.push(values.len() as u32),
        }
        values.append(false);
        validity.null();
    });
    let array = BooleanArray::new(values.finish(), validity.finish());
    Parsed {
        array: Arc::new(array) as ArrayRef,
        bad,
    }
}
