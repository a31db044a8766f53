//! Reading a part: range after range, window after window.

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBuffer;
use std::collections::VecDeque;
use std::sync::Arc;
use swath_batch::Chunk;
use swath_expr::Bound;
use swath_meta::{DType, Field, Index, Meta};

use super::column::Rows;
use super::lines::{Lines, Wants, Window};
use super::nulls::Nulls;
use super::part::{CsvPart, PartRange};
use super::scan::guess;
use super::starts::{Shape, Start};
use super::window::{Columns, Passing, Wanted};
use crate::range::{check_unchanged, open_file};
use crate::request::Reading;
use crate::text::{Compression, OnBadLines, PathColumn, Source};
use crate::{IoContext, IoError, RangeReader, Reader, ScanRequest, ScanStats};

/// Bytes that a guess of where records begin is made from.
const GUESSED_FROM: u64 = 64 << 10;

/// Pulls the chunks of a part.
///
/// ```text
/// bytes ─ marks ─► records ─► predicate columns ─ mask ─► the other columns, wanted records only
/// ```
pub struct CsvReader {
    part: CsvPart,
    request: ScanRequest,
    context: IoContext,
    nulls: Nulls,
    columns: Vec<Wanted>,
    /// How many of them, the first, the predicate reads.
    filtering: usize,
    /// Which of them a chunk has, in its order.
    output: Vec<usize>,
    predicate: Option<Bound>,
    next_range: usize,
    range: Option<OpenRange>,
    ready: VecDeque<Chunk>,
    stats: ScanStats,
    finished: bool,
}

struct OpenRange {
    range: PartRange,
    file: Arc<dyn RangeReader>,
    lines: Lines,
    /// Where its first record was taken to begin, and whether that was sure.
    start: u64,
    proven: bool,
    path: PathColumn,
}

impl CsvReader {
    /// Prepares to read. No file is opened yet.
    ///
    /// # Errors
    /// A batch size of 0 rows; a predicate or columns that the files do not have.
    pub fn open(
        part: &CsvPart,
        request: &ScanRequest,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        let Reading {
            names,
            filtering,
            output,
        } = request.reading()?;
        let meta =
            Meta::try_new(fields(part), Index::none()).map_err(|source| failed(part, source))?;
        let mut columns = Vec::with_capacity(names.len());
        for name in &names {
            meta.position(name).map_err(|source| failed(part, source))?;
            columns.push(Wanted::new(name, &part.layout));
        }
        // Which lines are left out does not depend on what is read.
        for name in &part.layout.judged {
            if !names.contains(name) {
                columns.push(Wanted::new(name, &part.layout));
            }
        }
        let predicate = match &request.predicate {
            Some(predicate) => {
                let of_it = meta
                    .select(&names[..filtering])
                    .map_err(|source| failed(part, source))?;
                Some(predicate.bind_predicate(&of_it, &context.functions)?)
            }
            None => None,
        };
        Ok(Self {
            nulls: part.layout.nulls(),
            part: part.clone(),
            request: request.clone(),
            context: context.clone(),
            columns,
            filtering,
            output,
            predicate,
            next_range: 0,
            range: None,
            ready: VecDeque::new(),
            stats: ScanStats::default(),
            finished: false,
        })
    }

    fn advance(&mut self) -> Result<Option<Chunk>, IoError> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            self.context.cancel.check()?;
            let Some(open) = &mut self.range else {
                if !self.open_next()? {
                    return Ok(None);
                }
                continue;
            };
            let before = open.lines.read();
            let window = open.lines.next(&self.context)?;
            self.stats.bytes_read += open.lines.read() - before;
            match window {
                Window::Records => self.parse_window()?,
                Window::End(next) => {
                    let open = self.range.take().expect("a range is read");
                    self.close(&open, next)?;
                }
            }
        }
    }

    fn open_next(&mut self) -> Result<bool, IoError> {
        let Some(range) = self.part.ranges.get(self.next_range).cloned() else {
            return Ok(false);
        };
        self.next_range += 1;
        self.stats.row_groups += 1;
        let file = open_file(&range.identity, &self.context)?;
        let (start, proven) = self.start(&range, file.as_ref())?;
        let path = range.identity.path.as_str();
        let len = range.identity.len;
        let source = Source::open(Arc::clone(&file), path, len, range.compression, start)?;
        let (lines_start, until) = match range.compression {
            Compression::None if range.end < len => (start, range.end),
            Compression::None => (start, u64::MAX),
            _ => (0, u64::MAX),
        };
        let wants = match self.part.layout.on_bad_lines {
            _ if self.columns.is_empty() => Wants::Nothing,
            OnBadLines::Null => Wants::FittingFields,
            OnBadLines::Error | OnBadLines::Skip => Wants::Fields,
        };
        let mut lines = Lines::new(path, source, &self.part.layout, wants, lines_start, until);
        if range.compression != Compression::None {
            lines.skip(range.data)?;
        }
        let path = PathColumn::new(path);
        self.range = Some(OpenRange {
            range,
            file,
            lines,
            start,
            proven,
            path,
        });
        Ok(true)
    }

    /// Where the first record of a range begins, and whether that is sure.
    fn start(&self, range: &PartRange, file: &dyn RangeReader) -> Result<(u64, bool), IoError> {
        if range.start == 0 || range.compression != Compression::None {
            return Ok((range.data, true));
        }
        let shape = self.shape(range);
        let starts = &self.context.record_starts;
        let must_prove = range.alone || starts.distrusts();
        let known = starts.file(&range.identity).known(shape, range.start);
        if let Some(start) = known.filter(|start| start.proven || !must_prove) {
            return Ok((start.at, start.proven));
        }
        let len = range.identity.len;
        // Where nothing can hide a line end, each is one of a record.
        if must_prove && (shape.dialect.quote.is_some() || shape.dialect.escape.is_some()) {
            let known = starts.file(&range.identity);
            let at = known.prove(file, len, shape, range.start, &self.context)?;
            return Ok((at, true));
        }
        let columns = self.part.layout.fields.len();
        let from = range.start - 1;
        let mut some = GUESSED_FROM;
        let at = loop {
            let some_left = some.min(len - from);
            let mut bytes = vec![0; some_left as usize];
            file.read_into(from, &mut bytes)?;
            match guess(&bytes, shape.dialect, columns) {
                Some(at) => break from + at as u64,
                None if some_left == len - from => break len,
                None => some *= 4,
            }
        };
        let start = Start { at, proven: false };
        starts.say(&range.identity, shape, range.start, start)?;
        Ok((at, false))
    }

    fn shape(&self, range: &PartRange) -> Shape {
        Shape {
            dialect: self.part.layout.dialect,
            data: range.data,
            every: range.every,
        }
    }

    /// Says where the records of a range ended, and looks whether the file is what it was.
    fn close(&mut self, open: &OpenRange, next: u64) -> Result<(), IoError> {
        check_unchanged(&open.range.identity, open.file.as_ref())?;
        let range = &open.range;
        if range.compression != Compression::None || range.end == range.identity.len {
            return Ok(());
        }
        // A last line without a line end was read as if it had one.
        let start = Start {
            at: next.min(range.identity.len),
            proven: open.proven,
        };
        let starts = &self.context.record_starts;
        starts.say(&range.identity, self.shape(range), range.end, start)
    }

    fn parse_window(&mut self) -> Result<(), IoError> {
        let open = self.range.as_ref().expect("a range is read");
        self.stats.bad_lines += self.long_lines(open)?;
        let (bytes, records) = open.lines.window();
        let rows = records.rows();
        let mut window = Columns::new(bytes, records, &self.part.layout, &self.nulls, &open.path);
        let (of_predicate, others) = self.columns.split_at_mut(self.filtering);
        let mut arrays: Vec<ArrayRef> = (of_predicate.iter_mut().enumerate())
            .map(|(at, wanted)| window.parse(at, wanted, Rows::All))
            .collect();
        let passing = match &self.predicate {
            Some(predicate) => Passing::of(predicate.mask(&arrays, rows)?),
            None => Passing::all(rows),
        };
        arrays.extend(
            (self.filtering..)
                .zip(others)
                .map(|(at, wanted)| window.parse(at, wanted, passing.rows())),
        );
        let bad = window.count_into(&mut self.stats, &self.columns);
        let fits = self.fitting(bad, rows)?;
        let open = self.range.as_ref().expect("a range is read");
        for array in &mut arrays[..self.filtering] {
            *array = passing
                .filtered(array)
                .map_err(|error| IoError::arrow(&open.range.identity.path, &error))?;
        }
        let columns = self.output.iter().map(|&at| Arc::clone(&arrays[at]));
        let len = passing.parsed();
        let mut chunk = Chunk::new(columns.collect(), len);
        if let Some(mask) = passing.selection(fits) {
            chunk = chunk.select(&mask);
        }
        self.stats.rows_read += rows as u64;
        self.stats.rows_selected += chunk.live_rows() as u64;
        let most = self.request.batch_rows;
        let pieces = (0..len)
            .step_by(most)
            .map(|at| chunk.slice(at, most.min(len - at)));
        self.ready.extend(pieces.filter(|piece| !piece.is_empty()));
        Ok(())
    }

    /// Lines of the window with more fields than there are columns.
    fn long_lines(&self, open: &OpenRange) -> Result<u64, IoError> {
        if self.columns.is_empty() {
            return Ok(0);
        }
        let expected = self.part.layout.fields.len();
        let (_, records) = open.lines.window();
        let mut long = (records.odd().iter()).filter(|odd| odd.fields as usize > expected);
        if self.part.layout.on_bad_lines != OnBadLines::Error {
            return Ok(long.count() as u64);
        }
        match long.next() {
            None => Ok(0),
            Some(odd) => Err(IoError::Line {
                path: open.range.identity.path.clone(),
                line: open.lines.line_of(odd.start as usize, &self.context)?,
                fields: odd.fields as usize,
                expected,
            }),
        }
    }

    /// What becomes of the fields that are no values: which records stay, where some do not.
    fn fitting(
        &mut self,
        mut bad: Vec<(u32, usize)>,
        rows: usize,
    ) -> Result<Option<BooleanBuffer>, IoError> {
        bad.sort_unstable();
        let Some(&(row, at)) = bad.first() else {
            return Ok(None);
        };
        let policy = self.part.layout.on_bad_lines;
        if policy == OnBadLines::Error {
            return Err(self.bad_value(row as usize, at));
        }
        bad.dedup_by_key(|(row, _)| *row);
        self.stats.bad_lines += bad.len() as u64;
        if policy == OnBadLines::Null {
            return Ok(None);
        }
        let mut fits = vec![true; rows];
        for (row, _) in bad {
            fits[row as usize] = false;
        }
        Ok(Some(BooleanBuffer::from(fits)))
    }

    /// The error of a field that is no value of its column.
    fn bad_value(&self, row: usize, at: usize) -> IoError {
        let open = self.range.as_ref().expect("a range is read");
        let wanted = &self.columns[at];
        let position = wanted.position().expect("a path is always a value");
        let (bytes, records) = open.lines.window();
        let line = match open.lines.line_of(records.start(row), &self.context) {
            Ok(line) => line,
            Err(error) => return error,
        };
        let mut scratch = Vec::new();
        let layout = &self.part.layout;
        let raw = records.field(bytes, row, position);
        let (text, _) = layout.dialect.text(raw, &mut scratch);
        IoError::Field {
            reader: "ReadCsv",
            path: open.range.identity.path.clone(),
            line,
            column: wanted.name().to_string(),
            value: String::from_utf8_lossy(text).into(),
            dtype: layout.fields[position].dtype.to_string().into(),
            is_text: std::str::from_utf8(text).is_ok(),
        }
    }

    /// Reads to the ends of ranges that somebody else reads on from: their starts must be known to be right.
    fn confirm(&mut self) -> Result<(), IoError> {
        loop {
            if let Some(mut open) = self.range.take().filter(|open| open.range.followed) {
                loop {
                    self.context.cancel.check()?;
                    if let Window::End(next) = open.lines.next(&self.context)? {
                        self.close(&open, next)?;
                        break;
                    }
                }
            }
            while self
                .part
                .ranges
                .get(self.next_range)
                .is_some_and(|range| !range.followed)
            {
                self.next_range += 1;
            }
            if !self.open_next()? {
                return Ok(());
            }
        }
    }

    /// Why something did not fit: the file may have been written to, or read from within a record.
    fn blame(&self, error: IoError) -> IoError {
        let (
            IoError::Line { .. }
            | IoError::Field { .. }
            | IoError::Unclosed { .. }
            | IoError::Predicate(_),
            Some(open),
        ) = (&error, &self.range)
        else {
            return error;
        };
        let doubt = || -> Result<(), IoError> {
            check_unchanged(&open.range.identity, open.file.as_ref())?;
            if open.proven {
                return Ok(());
            }
            let (range, shape) = (&open.range, self.shape(&open.range));
            let starts = &self.context.record_starts;
            let at = starts.file(&range.identity).prove(
                open.file.as_ref(),
                range.identity.len,
                shape,
                range.start,
                &self.context,
            )?;
            if at == open.start {
                Ok(())
            } else {
                Err(starts.misread(&range.identity, shape, at))
            }
        };
        doubt().err().unwrap_or(error)
    }
}

fn failed(part: &CsvPart, source: swath_meta::MetaError) -> IoError {
    let first = part.ranges.first();
    IoError::Meta {
        path: first.map_or_else(String::new, |range| range.identity.path.clone()),
        source,
    }
}

/// The columns of the files, and the one with their paths.
pub(super) fn fields(part: &CsvPart) -> Vec<Field> {
    let mut fields = part.layout.fields.clone();
    if let Some(name) = &part.layout.path_column {
        fields.push(Field::new(Arc::clone(name), DType::Category, false));
    }
    fields
}

impl Reader for CsvReader {
    fn next(&mut self) -> Result<Option<Chunk>, IoError> {
        if self.finished {
            return Ok(None);
        }
        let next = self.advance();
        self.finished = !matches!(next, Ok(Some(_)));
        next.map_err(|error| self.blame(error))
    }

    fn stats(&self) -> &ScanStats {
        &self.stats
    }

    fn finish(&mut self) -> Result<(), IoError> {
        if self.finished {
            return Ok(());
        }
        self.finished = true;
        let confirmed = self.confirm();
        confirmed.map_err(|error| self.blame(error))
    }
}

impl std::fmt::Debug for CsvReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvReader")
            .field("part", &self.part)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}
