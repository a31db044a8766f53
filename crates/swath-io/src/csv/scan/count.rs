//! Records counted, and nothing else known of them.

use super::marks::RECORD;
use super::scanner::{Ends, Found};

/// How many records end in some bytes.
#[derive(Debug)]
pub(in crate::csv) struct RecordCount<'a> {
    bytes: &'a [u8],
    records: usize,
    /// Where the line begins that has not ended yet.
    start: u32,
}

impl<'a> RecordCount<'a> {
    /// None yet of bytes that begin with a record.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            records: 0,
            start: 0,
        }
    }

    /// How many they are, without blank lines.
    pub(in crate::csv) fn records(&self) -> usize {
        self.records
    }

    /// Where the first record begins that does not end in the bytes.
    pub(in crate::csv) fn next(&self) -> usize {
        self.start as usize
    }

    /// Whether the line that has not ended yet has a carriage return so far, and nothing else, before `at`.
    fn returned(&self, at: u32) -> bool {
        self.start + 1 == at && self.bytes[self.start as usize] == b'\r'
    }
}

impl Found for RecordCount<'_> {
    #[expect(
        clippy::inline_always,
        reason = "it is compiled for the processor that the scan is compiled for"
    )]
    #[inline(always)]
    fn block(&mut self, ends: Ends) {
        let Ends { base, records, .. } = ends;
        let starts = (records << 1) | u64::from(self.start == base);
        // A line end of two bytes ends at the second, and the first may be all there is.
        let returns = ends.carriages & starts & !records;
        let blank = records & (starts | (returns << 1) | u64::from(self.returned(base)));
        self.records += (records & !blank).count_ones() as usize;
        if records != 0 {
            self.start = base + 64 - records.leading_zeros();
        }
    }

    fn mark(&mut self, mark: u32) {
        if mark & RECORD == 0 {
            return;
        }
        let end = mark & !RECORD;
        let blank = end == self.start || (self.returned(end) && self.bytes[end as usize] == b'\n');
        self.records += usize::from(!blank);
        self.start = end + 1;
    }
}
