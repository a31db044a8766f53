//! Text of which some pages are not codes: views into copies of what was wanted.

use arrow_array::builder::StringViewBuilder;
use arrow_array::{Array, ArrayRef, StringViewArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_select::take::take;
use std::sync::Arc;

use super::ColumnError;
use super::flat::Values;
use super::hybrid::Codes;

/// Reads texts that stand one after the other, each behind its length, as views into `bytes`.
pub(super) fn entries(bytes: &Buffer, count: usize) -> Result<StringViewArray, ColumnError> {
    // A text has four bytes at least: a count of more is a lie, found before memory is asked for.
    if count > bytes.len() / 4 {
        return Err(ENDS);
    }
    let mut builder = StringViewBuilder::with_capacity(count);
    let block = builder.append_block(bytes.clone());
    let mut at = 0;
    for _ in 0..count {
        let (start, end) = next_text(bytes, at)?;
        builder
            .try_append_view(block, start as u32, (end - start) as u32)
            .map_err(|_| ColumnError::Corrupt("text that is not UTF-8"))?;
        at = end;
    }
    Ok(builder.finish())
}

const ENDS: ColumnError = ColumnError::Corrupt("a page ends before its values");

/// Where the text at `at` begins and ends.
#[inline]
fn next_text(bytes: &[u8], at: usize) -> Result<(usize, usize), ColumnError> {
    let len = bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<4>())
        .ok_or(ENDS)?;
    let start = at + 4;
    let end = start + u32::from_le_bytes(*len) as usize;
    if end > bytes.len() {
        Err(ENDS)
    } else {
        Ok((start, end))
    }
}

/// Collects texts. Nulls take their places when the array is made.
#[derive(Default)]
pub(super) struct Text {
    dictionary: Option<StringViewArray>,
    builder: StringViewBuilder,
    /// For each row the place of its text among those collected; only once there was a null.
    places: Option<Vec<u32>>,
    collected: usize,
}

impl Text {
    fn push(&mut self, text: &[u8]) -> Result<(), ColumnError> {
        let text = std::str::from_utf8(text)
            .map_err(|_| ColumnError::Corrupt("text that is not UTF-8"))?;
        self.builder.append_value(text);
        self.collected();
        Ok(())
    }

    fn collected(&mut self) {
        if let Some(places) = &mut self.places {
            places.push(self.collected as u32);
        }
        self.collected += 1;
    }
}

impl Values for Text {
    fn dictionary(&mut self, bytes: &[u8], count: usize) -> Result<(), ColumnError> {
        self.dictionary = Some(entries(&Buffer::from(bytes), count)?);
        Ok(())
    }

    fn plain(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        count: usize,
        keep: Option<&BooleanBuffer>,
    ) -> Result<usize, ColumnError> {
        for row in 0..count {
            let (start, end) = next_text(bytes, at)?;
            if keep.is_none_or(|keep| keep.value(row)) {
                self.push(&bytes[start..end])?;
            }
            at = end;
        }
        Ok(at)
    }

    fn skip_plain(&self, bytes: &[u8], mut at: usize, count: usize) -> Result<usize, ColumnError> {
        for _ in 0..count {
            (_, at) = next_text(bytes, at)?;
        }
        Ok(at)
    }

    fn coded(&mut self, codes: Codes<'_>, _: &[u8]) -> Result<(), ColumnError> {
        const MISSING: ColumnError =
            ColumnError::Corrupt("a code that the dictionary has no entry for");
        let Some(dictionary) = self.dictionary.take() else {
            return Err(MISSING);
        };
        let mut push = |code: u32| {
            let code = code as usize;
            if code >= dictionary.len() {
                return Err(MISSING);
            }
            self.builder.append_value(dictionary.value(code));
            self.collected();
            Ok(())
        };
        match codes {
            Codes::Run(code, count) => (0..count).try_for_each(|_| push(code))?,
            Codes::Each(codes) => codes.iter().try_for_each(|code| push(*code))?,
        }
        self.dictionary = Some(dictionary);
        Ok(())
    }

    fn len(&self) -> usize {
        self.places.as_ref().map_or(self.collected, Vec::len)
    }

    fn reserve(&mut self, _: usize) {}

    fn spread(&mut self, start: usize, valid: &BooleanBuffer) {
        let places = self
            .places
            .get_or_insert_with(|| (0..self.collected as u32).collect());
        super::flat::spread(places, start, valid);
    }

    fn finish(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, ColumnError> {
        let texts = self.builder.finish();
        self.collected = 0;
        let Some(places) = self.places.take() else {
            return Ok(Arc::new(texts));
        };
        // A row without a text points at the first one, or nowhere where there is none.
        if texts.is_empty() {
            return Ok(Arc::new(StringViewArray::new_null(places.len())));
        }
        let places = arrow_array::UInt32Array::new(places.into(), nulls);
        take(&texts, &places, None).map_err(ColumnError::decoder)
    }
}
