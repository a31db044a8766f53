//! What a reader did and did not have to do.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Counters of one reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanStats {
    /// Row groups of the part, or what else its format's units are; pruned ones included.
    pub row_groups: u64,
    /// Row groups that the predicate rules out by statistics: not one byte of them is read.
    pub row_groups_pruned: u64,
    /// Data pages of predicate columns that the page index rules out.
    pub pages_pruned: u64,
    /// Rows of row groups that were not pruned.
    pub rows_read: u64,
    /// Rows that passed.
    pub rows_selected: u64,
    /// Lines of text files that did not fit, and were skipped or have nulls.
    pub bad_lines: u64,
    /// Bytes of column chunks that were read; footers are not counted.
    pub bytes_read: u64,
    /// For each column the values that were decoded.
    pub values_decoded: BTreeMap<Arc<str>, u64>,
}

impl ScanStats {
    /// Counts what another reader did too.
    pub(crate) fn add(&mut self, other: &Self) {
        self.row_groups += other.row_groups;
        self.row_groups_pruned += other.row_groups_pruned;
        self.pages_pruned += other.pages_pruned;
        self.rows_read += other.rows_read;
        self.rows_selected += other.rows_selected;
        self.bad_lines += other.bad_lines;
        self.bytes_read += other.bytes_read;
        for (column, values) in &other.values_decoded {
            *self.values_decoded.entry(Arc::clone(column)).or_default() += values;
        }
    }
}
