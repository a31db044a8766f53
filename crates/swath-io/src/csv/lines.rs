//! The records of one file between two places, window after window.

use std::sync::Arc;

use super::layout::Layout;
use super::scan::{Gathered, Marks, POSITION, Records, Scanner, State, ends_line};
use crate::text::{Held, LineCount, Source};
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
    buffer: Held,
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
            buffer: Held::default(),
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
            let read = self.buffer.read(&mut self.source, want)?;
            self.read += read as u64;
            let at_end = read < want;
            self.marks.clear();
            let whole = !at_end && self.until > self.base + self.buffer.len() as u64;
            if self.lines_alone() && whole {
                if self.count(context)? {
                    return Ok(Window::Records);
                }
                continue;
            }
            let scanned = (self.scanner).scan(&self.buffer, State::RECORD, &mut self.marks);
            if at_end && !self.buffer.is_empty() && self.buffer.last() != Some(&b'\n') {
                self.end_last(scanned.state, context)?;
            } else if at_end && scanned.state == State::InQuotes {
                return Err(self.unclosed(context));
            }
            let limit = self.until.saturating_sub(self.base);
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let gathered = self.gather(limit, scanned.plain);
            self.next = gathered.next;
            self.ended = gathered.at_limit || at_end;
            if self.records.rows() > 0 || !self.records.odd().is_empty() {
                return Ok(Window::Records);
            }
            self.check_size(context)?;
        }
    }

    /// Whether records need not have fields.
    fn lines_alone(&self) -> bool {
        self.fields == Wants::Nothing && self.scanner.counts()
    }

    /// Makes records of the marks; with `plain` marks there may be none but of fields and line feeds.
    fn gather(&mut self, limit: usize, plain: bool) -> Gathered {
        if self.lines_alone() {
            return (self.records).gather_lines(&self.buffer, &self.marks, limit);
        }
        if plain && let Some(taken) = self.records.take(&mut self.marks, self.columns, limit) {
            return taken;
        }
        let cut = self.fields != Wants::Fields;
        (self.records).gather(&self.buffer, &self.marks, self.columns, limit, cut)
    }

    /// Counts the records of a buffer whose last line goes on behind it; whether there are any.
    fn count(&mut self, context: &IoContext) -> Result<bool, IoError> {
        let counted = self.scanner.count(&self.buffer);
        self.next = counted.next();
        self.records.count(counted.records());
        if self.records.rows() == 0 {
            self.check_size(context)?;
        }
        Ok(self.records.rows() > 0)
    }

    /// That the buffer has no record as large as no record may be.
    fn check_size(&self, context: &IoContext) -> Result<(), IoError> {
        if self.next == 0 && self.buffer.len() > LARGEST {
            return Err(self.unclosed(context));
        }
        Ok(())
    }

    /// Passes over so many bytes from the beginning of what is decompressed.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), IoError> {
        self.buffer.read(&mut self.source, bytes as usize)?;
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
        self.buffer.drop_first(self.next);
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
