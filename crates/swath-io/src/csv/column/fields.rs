//! The fields of one column in some records.

use super::super::nulls::Nulls;
use super::super::scan::{Dialect, Records};

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
    pub(in crate::csv) fn row(&self, at: usize) -> usize {
        match self.rows {
            Rows::All => at,
            Rows::Some(rows) => rows[at] as usize,
        }
    }

    /// Visits the bytes of each field, quotes included.
    #[inline]
    pub(super) fn for_each(&self, mut visit: impl FnMut(&'a [u8])) {
        match self.rows {
            Rows::All => (0..self.records.rows())
                .for_each(|row| visit(self.records.field(self.bytes, row, self.column))),
            Rows::Some(rows) => rows
                .iter()
                .for_each(|&row| visit(self.records.field(self.bytes, row as usize, self.column))),
        }
    }
}
