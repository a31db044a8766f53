//! The records of one file between two places, window after window.

use std::sync::Arc;

use super::layout::Layout;
use super::scan::{Marks, POSITION, Records, Scanner, State, ends_line};
use crate::text::{LineCount, Source};
use crate::{IoContext, IoError};

/// Bytes that are looked at together: what they need in all stays in a core's own cache.
const WINDOW: usize = 256 << 10;

/// Bytes that one record may have.
const LARGEST: usize = 256 << 20;

/// Pulls windows of whole records.
pub(super) struct Lines {
    path: Arc<str>,
    source: Source,
    scanner: Scanner,
    columns: usize,
    fields: Wants,
    buffer: Vec<u8>,
    /// Where in the file, or in what it decompresses to, the buffer begins.
    base: u64,
    /// The record that the buffer begins with.
    next: usize,
    marks: Marks,
    records: Records,
    /// Records that begin here belong to others.
    until: u64,
    /// Lines before the buffer, where they were counted.
    passed: Option<LineCount>,
    read: u64,
    ended: bool,
}

/// What is wanted of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// Their fields; a record with too many is told.
    Fields,
    /// Their fields; those too many are left out, and the rest of the record kept.
    FittingFields,
    /// Nothing but that they are there.
    Nothing,
}

/// What [`Lines::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    Records,
    /// There are no more; the next one, of whoever reads on, begins here.
    End(u64),
}

impl Lines {
    /// The records of `source`, which stands at the beginning of one at `start`, that begin before `until`.
    pub(super) fn new(
        path: &str,
        source: Source,
        layout: &Layout,
        fields: Wants,
        start: u64,
        until: u64,
    ) -> Self {
        let counted = matches!(source, Source::Stream { .. });
        Self {
            path: path.into(),
            source,
            scanner: Scanner::new(layout.dialect),
            columns: layout.fields.len(),
            fields,
            buffer: Vec::new(),
            base: start,
            next: 0,
            marks: Marks::default(),
            records: Records::default(),
            until,
            passed: counted.then(LineCount::of_feeds_and_returns),
            read: 0,
            ended: false,
        }
    }

    /// Goes on to the next window with at least one record.
    pub(super) fn next(&mut self, context: &IoContext) -> Result<Window, IoError> {
        loop {
            if self.ended {
                return Ok(Window::End(self.base + self.next as u64));
            }
            self.drop_read();
            let held = self.buffer.len();
            let left = self.until.saturating_sub(self.base + held as u64);
            // Behind the end only the rest of one record is wanted.
            let want = if left == 0 {
                (16 << 10).max(held)
            } else {
                let left = usize::try_from(left).unwrap_or(usize::MAX);
                WINDOW.max(held).min(left.saturating_add(16 << 10))
            };
            let read = self.source.read(&mut self.buffer, want)?;
            self.read += read as u64;
            let at_end = read < want;
            self.marks.clear();
            let lines_alone = self.fields == Wants::Nothing && self.scanner.counts();
            let bytes = &self.buffer[..];
            let marks = &mut self.marks;
            let scanned = if lines_alone {
                self.scanner.scan_lines(bytes, State::RECORD, marks)
            } else {
                self.scanner.scan(bytes, State::RECORD, marks)
            };
            if at_end && !self.buffer.is_empty() && self.buffer.last() != Some(&b'\n') {
                self.end_last(scanned.state, context)?;
            } else if at_end && scanned.state == State::InQuotes {
                return Err(self.unclosed(context));
            }
            let limit = self.until.saturating_sub(self.base);
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let (bytes, marks) = (&self.buffer[..], &self.marks[..]);
            let gathered = if lines_alone {
                self.records.gather_lines(bytes, marks, limit)
            } else {
                let cut = self.fields != Wants::Fields;
                self.records.gather(bytes, marks, self.columns, limit, cut)
            };
            self.next = gathered.next;
            self.ended = gathered.at_limit || at_end;
            if self.records.rows() > 0 || !self.records.odd().is_empty() {
                return Ok(Window::Records);
            }
            if gathered.next == 0 && self.buffer.len() > LARGEST {
                return Err(self.unclosed(context));
            }
        }
    }

    /// Passes over so many bytes from the beginning of what is decompressed.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), IoError> {
        self.source.read(&mut self.buffer, bytes as usize)?;
        self.next = self.buffer.len();
        Ok(())
    }

    /// The bytes and records of the window.
    pub(super) fn window(&self) -> (&[u8], &Records) {
        (&self.buffer, &self.records)
    }

    /// Bytes read so far.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// The line of the file, from 1, that a place in the window is in.
    ///
    /// Cost: reads the file up to there, unless that was decompressed anyway. For errors.
    pub(super) fn line_of(&self, at: usize, context: &IoContext) -> Result<u64, IoError> {
        let here = &self.buffer[..at];
        match (&self.source, self.passed) {
            (Source::Plain { file, .. }, _) => LineCount::of_feeds_and_returns().line_behind(
                file.as_ref(),
                self.base,
                here,
                context,
            ),
            (_, passed) => Ok(passed
                .unwrap_or_else(LineCount::of_feeds_and_returns)
                .line_after(here)),
        }
    }

    fn drop_read(&mut self) {
        if let Some(lines) = &mut self.passed {
            lines.see(&self.buffer[..self.next]);
        }
        self.buffer.drain(..self.next);
        self.base += self.next as u64;
        self.next = 0;
    }

    /// Ends a last line that has no line end.
    fn end_last(&mut self, state: State, context: &IoContext) -> Result<(), IoError> {
        let state = match state {
            State::InQuotes | State::Escaped { quoted: true } => return Err(self.unclosed(context)),
            // An escape that nothing follows is itself.
            State::Escaped { quoted: false } => State::InField,
            state => state,
        };
        let at = self.buffer.len() as u32;
        self.buffer.push(b'\n');
        let mut last = Marks::default();
        self.scanner.scan(b"\n", state, &mut last);
        last.iter().for_each(|mark| self.marks.push(mark + at));
        Ok(())
    }

    /// The last record of the buffer has no end.
    #[cold]
    fn unclosed(&self, context: &IoContext) -> IoError {
        let mut ended = self.marks.iter().rev().filter(|mark| ends_line(**mark));
        let start = ended
            .next()
            .map_or(0, |mark| (mark & POSITION) as usize + 1);
        match self.line_of(start, context) {
            Ok(line) => IoError::Unclosed {
                path: self.path.to_string(),
                line,
            },
            Err(error) => error,
        }
    }
}
