//! Text of which some pages are not codes: views, and copies of what is too long for them.

use arrow_array::{ArrayRef, StringViewArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use std::ops::Range;
use std::sync::Arc;
use swath_batch::Texts;

use super::ColumnError;
use super::flat::Values;
use super::hybrid::Codes;

/// Reads texts that stand one after the other, each behind its length.
pub(super) fn entries(bytes: &[u8], count: usize) -> Result<StringViewArray, ColumnError> {
    // A text has four bytes at least: a count of more is a lie, found before memory is asked for.
    if count > bytes.len() / 4 {
        return Err(ENDS);
    }
    let mut texts = Texts::default();
    texts.reserve(count);
    push_plain(&mut texts, bytes, 0, count, |_| true)?;
    Ok(texts.finish(None))
}

const ENDS: ColumnError = ColumnError::Corrupt("a page ends before its values");
const NOT_TEXT: ColumnError = ColumnError::Corrupt("text that is not UTF-8");

/// Where the text at `at` is.
#[inline]
fn next_text(bytes: &[u8], at: usize) -> Result<Range<usize>, ColumnError> {
    let len = bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<4>())
        .ok_or(ENDS)?;
    let start = at + 4;
    let end = start + u32::from_le_bytes(*len) as usize;
    if end > bytes.len() {
        Err(ENDS)
    } else {
        Ok(start..end)
    }
}

/// Appends those of the next `count` texts that are wanted, by their position; returns where they end.
#[inline]
fn push_plain(
    texts: &mut Texts,
    bytes: &[u8],
    mut at: usize,
    count: usize,
    wanted: impl Fn(usize) -> bool,
) -> Result<usize, ColumnError> {
    for row in 0..count {
        let place = next_text(bytes, at)?;
        at = place.end;
        if wanted(row) {
            texts.push(&bytes[place]).map_err(|_| NOT_TEXT)?;
        }
    }
    Ok(at)
}

/// Collects texts. Nulls take their places when the array is made.
#[derive(Default)]
pub(super) struct Text {
    texts: Texts,
    /// Whether there was a dictionary.
    coded: bool,
}

impl Values for Text {
    fn dictionary(&mut self, bytes: &[u8], count: usize) -> Result<(), ColumnError> {
        if self.coded || !self.texts.is_empty() {
            return Err(ColumnError::Corrupt(
                "a dictionary that does not come first",
            ));
        }
        self.texts.set_entries(&entries(bytes, count)?);
        self.coded = true;
        Ok(())
    }

    fn plain(
        &mut self,
        bytes: &[u8],
        at: usize,
        count: usize,
        keep: Option<&BooleanBuffer>,
    ) -> Result<usize, ColumnError> {
        match keep {
            None => push_plain(&mut self.texts, bytes, at, count, |_| true),
            Some(keep) => push_plain(&mut self.texts, bytes, at, count, |row| keep.value(row)),
        }
    }

    fn skip_plain(&self, bytes: &[u8], mut at: usize, count: usize) -> Result<usize, ColumnError> {
        for _ in 0..count {
            at = next_text(bytes, at)?.end;
        }
        Ok(at)
    }

    fn coded(&mut self, codes: Codes<'_>, _: &[u8]) -> Result<(), ColumnError> {
        const MISSING: ColumnError =
            ColumnError::Corrupt("a code that the dictionary has no entry for");
        match codes {
            Codes::Run(code, count) => self.texts.push_entry(code, count),
            Codes::Each(codes) => self.texts.push_entries(codes),
        }
        .ok_or(MISSING)
    }

    fn len(&self) -> usize {
        self.texts.len()
    }

    fn reserve(&mut self, additional: usize) {
        self.texts.reserve(additional);
    }

    fn spread(&mut self, start: usize, valid: &BooleanBuffer) {
        self.texts.spread(start, valid);
    }

    fn finish(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, ColumnError> {
        Ok(Arc::new(self.texts.finish(nulls)))
    }
}
