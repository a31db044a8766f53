//! The lines of one file between two places, window after window.

use std::ops::Range;
use std::sync::Arc;

use crate::text::{LineCount, Source};
use crate::{IoContext, IoError};

/// Bytes that are looked at together.
const WINDOW: usize = 256 << 10;

/// Bytes that one line may have.
const LARGEST: usize = 256 << 20;

/// Marks the beginning of a file as UTF-8.
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// Pulls windows of whole lines: a text of JSON never holds a line end, so each ends a line, wherever one begins to read.
pub(super) struct Lines {
    path: Arc<str>,
    source: Source,
    buffer: Vec<u8>,
    /// Where in the file, or in what it decompresses to, the buffer begins.
    base: u64,
    /// The lines of the window that are not blank, without their ends.
    found: Vec<Range<usize>>,
    /// The line that the next window begins with.
    next: usize,
    /// Lines that begin here belong to others.
    until: u64,
    /// What stands before the first line end belongs to others.
    skip_first: bool,
    /// Lines before the buffer, where they were counted.
    passed: Option<LineCount>,
    read: u64,
    ended: bool,
}

impl Lines {
    /// The lines of `source` that begin before `until`. It stands at `start`, where with `skip_first` a line may be under way.
    pub(super) fn new(
        path: &str,
        source: Source,
        start: u64,
        until: u64,
        skip_first: bool,
    ) -> Self {
        let counted = matches!(source, Source::Stream { .. });
        Self {
            path: path.into(),
            source,
            buffer: Vec::new(),
            base: start,
            found: Vec::new(),
            next: 0,
            until,
            skip_first,
            passed: counted.then(LineCount::of_feeds),
            read: 0,
            ended: false,
        }
    }

    /// Goes on to the next window with a line that is not blank; false where there is none.
    pub(super) fn next(&mut self, context: &IoContext) -> Result<bool, IoError> {
        loop {
            self.found.clear();
            if self.ended {
                return Ok(false);
            }
            context.cancel.check()?;
            self.drop_read();
            let held = self.buffer.len();
            let left = self.until.saturating_sub(self.base + held as u64);
            // Behind the end only the rest of one line is wanted.
            let want = if left == 0 {
                (16 << 10).max(held)
            } else {
                let left = usize::try_from(left).unwrap_or(usize::MAX);
                WINDOW.max(held).min(left.saturating_add(16 << 10))
            };
            let read = self.source.read(&mut self.buffer, want)?;
            self.read += read as u64;
            let at_end = read < want;
            self.cut(at_end);
            if !self.found.is_empty() {
                return Ok(true);
            }
            if self.buffer.len() - self.next > LARGEST {
                let line = self.line_of(self.next, context)?;
                let reason = format!("line {line} has more than {} MiB", LARGEST >> 20);
                return Err(IoError::corrupt(&self.path, reason));
            }
        }
    }

    /// The bytes of the window, and where its lines are.
    pub(super) fn window(&self) -> (&[u8], &[Range<usize>]) {
        (&self.buffer, &self.found)
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
            (Source::Plain { file, .. }, _) => {
                LineCount::of_feeds().line_behind(file.as_ref(), self.base, here, context)
            }
            (_, passed) => Ok(passed.unwrap_or_else(LineCount::of_feeds).line_after(here)),
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

    /// Finds the lines of the buffer, the last of which needs no end if nothing follows.
    fn cut(&mut self, at_end: bool) {
        let mut start = 0;
        loop {
            if !self.skip_first && self.base + start as u64 >= self.until {
                self.ended = true;
                break;
            }
            let end = match self.buffer[start..].iter().position(|byte| *byte == b'\n') {
                Some(end) => start + end,
                None if at_end => self.buffer.len(),
                None => break,
            };
            let mut line = start..end;
            if self.base + start as u64 == 0 && self.buffer.starts_with(BYTE_ORDER_MARK) {
                line.start = BYTE_ORDER_MARK.len();
            }
            if self.skip_first {
                self.skip_first = false;
            } else if !self.buffer[line.clone()].trim_ascii().is_empty() {
                self.found.push(line);
            }
            start = end + 1;
            if start > self.buffer.len() {
                start = self.buffer.len();
                self.ended = true;
                break;
            }
        }
        self.next = start;
    }
}
