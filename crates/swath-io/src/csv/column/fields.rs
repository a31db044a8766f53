//! The fields of one column in some records.

use std::ops::Range;

use super::super::nulls::Nulls;
use super::super::scan::{Dialect, Records};
use crate::text::Word;

/// Which records.
#[derive(Clone, Copy, Debug)]
pub(in crate::csv) enum Rows<'a> {
    All,
    /// These, ascending.
    Some(&'a [u32]),
}

/// The fields of one column in some records, with what tells their texts and nulls.
#[derive(Clone, Copy, Debug)]
pub(in crate::csv) struct Fields<'a> {
    pub(in crate::csv) bytes: &'a [u8],
    pub(in crate::csv) records: &'a Records,
    pub(in crate::csv) column: usize,
    pub(in crate::csv) rows: Rows<'a>,
    pub(in crate::csv) dialect: &'a Dialect,
    pub(in crate::csv) nulls: &'a Nulls,
}

impl<'a> Fields<'a> {
    pub(super) fn len(&self) -> usize {
        match self.rows {
            Rows::All => self.records.rows(),
            Rows::Some(rows) => rows.len(),
        }
    }

    /// The record that the field at a place is of.
    #[inline]
    pub(in crate::csv) fn row(&self, at: usize) -> usize {
        match self.rows {
            Rows::All => at,
            Rows::Some(rows) => rows[at] as usize,
        }
    }

    /// Visits each field.
    #[inline]
    pub(super) fn for_each(&self, mut visit: impl FnMut(FieldBytes<'a>)) {
        // One place that calls: it is then compiled into the loop.
        for at in 0..self.len() {
            let range = self.records.field_range(self.row(at), self.column);
            visit(FieldBytes::new(self.bytes, range));
        }
    }
}

/// A field where it stands, with what follows it.
#[derive(Clone, Copy, Debug)]
pub(in crate::csv) struct FieldBytes<'a> {
    /// From its first byte to the last of the window.
    from: &'a [u8],
    len: usize,
}

impl<'a> FieldBytes<'a> {
    /// A part of a window; none of it where it ends before it begins.
    #[inline]
    pub(super) fn new(window: &'a [u8], range: Range<usize>) -> Self {
        match window.get(range.start..) {
            Some(from) => Self {
                from,
                len: range.len().min(from.len()),
            },
            None => Self { from: &[], len: 0 },
        }
    }

    /// Its bytes, quotes included.
    #[inline]
    pub(super) fn bytes(self) -> &'a [u8] {
        &self.from[..self.len]
    }

    /// All of it as a word, where it has no more than 16 bytes.
    #[inline]
    pub(super) fn word(self) -> Option<Word> {
        Word::load(self.from, self.len)
    }
}
