//! Reading a part: range after range, window after window.

use arrow_array::ArrayRef;
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use swath_batch::Chunk;
use swath_expr::Bound;
use swath_meta::{Field, Index, Meta};

use super::decode::{Columns, Rows};
use super::fault::{Fault, fault};
use super::lines::Lines;
use super::part::{JsonPart, PartRange};
use crate::range::{check_unchanged, open_file};
use crate::request::Reading;
use crate::text::{Compression, PathColumn, Source};
use crate::{IoContext, IoError, OnBadLines, RangeReader, Reader, ScanRequest, ScanStats};

/// Pulls the chunks of a part.
///
/// ```text
/// bytes ─► whole lines ─► the columns that are wanted ─ mask ─► chunk
/// ```
pub struct JsonReader {
    part: JsonPart,
    request: ScanRequest,
    context: IoContext,
    reading: Reading,
    /// The columns that are parsed, and for each that is read its place among them; none for that of paths.
    columns: Vec<Field>,
    places: Vec<Option<usize>>,
    predicate: Option<Bound>,
    rows: Rows,
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
    /// The line of the window that the next chunk begins with.
    next_line: usize,
    path: PathColumn,
}

impl JsonReader {
    /// Prepares to read. No file is opened yet.
    ///
    /// # Errors
    /// A batch size of 0 rows; a predicate or columns that the files do not have.
    pub fn open(
        part: &JsonPart,
        request: &ScanRequest,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        let reading = request.reading()?;
        let failed = |source| IoError::Meta {
            path: (part.ranges.first())
                .map_or_else(String::new, |range| range.identity.path.clone()),
            source,
        };
        let meta = Meta::try_new(part.layout.columns(), Index::none()).map_err(failed)?;
        let (mut columns, mut places) = (Vec::new(), Vec::new());
        for name in &reading.names {
            let field = meta.field(name).map_err(failed)?;
            if part.layout.path_column.as_ref() == Some(name) {
                places.push(None);
            } else {
                places.push(Some(columns.len()));
                columns.push(field.clone());
            }
        }
        // Which lines are left out does not depend on what is read.
        for name in &part.layout.judged {
            if !columns.iter().any(|column: &Field| column.name == *name) {
                columns.push(meta.field(name).map_err(failed)?.clone());
            }
        }
        let predicate = match &request.predicate {
            Some(predicate) => {
                let of_it = meta
                    .select(&reading.names[..reading.filtering])
                    .map_err(failed)?;
                Some(predicate.bind_predicate(&of_it, &context.functions)?)
            }
            None => None,
        };
        Ok(Self {
            part: part.clone(),
            request: request.clone(),
            context: context.clone(),
            rows: decoder(&part.layout.read(&columns), request.batch_rows)?,
            reading,
            columns,
            places,
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
            if open.next_line < open.lines.window().1.len() {
                self.parse()?;
                continue;
            }
            let before = open.lines.read();
            let found = open.lines.next(&self.context)?;
            open.next_line = 0;
            self.stats.bytes_read += open.lines.read() - before;
            if !found {
                check_unchanged(&open.range.identity, open.file.as_ref())?;
                self.range = None;
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
        let (path, len) = (range.identity.path.as_str(), range.identity.len);
        let plain = range.compression == Compression::None;
        // From the byte before: if it ends a line, the next is ours.
        let start = if plain {
            range.start.saturating_sub(1)
        } else {
            0
        };
        let until = if plain && range.end < len {
            range.end
        } else {
            u64::MAX
        };
        let source = Source::open(Arc::clone(&file), path, len, range.compression, start)?;
        let lines = Lines::new(path, source, start, until, plain && range.start > 0);
        self.range = Some(OpenRange {
            path: PathColumn::new(path),
            range,
            file,
            lines,
            next_line: 0,
        });
        Ok(true)
    }

    /// Parses some of the lines of the window.
    fn parse(&mut self) -> Result<(), IoError> {
        let open = self.range.as_mut().expect("a range is read");
        let from = open.next_line;
        let (bytes, lines) = open.lines.window();
        let lines = &lines[from..(from + self.request.batch_rows).min(lines.len())];
        open.next_line += lines.len();
        let mut parsed = self.rows.take(bytes, lines);
        let mut rows = lines.len();
        if parsed.is_none() {
            (parsed, rows) = self.parse_slowly(from)?;
        }
        let open = self.range.as_ref().expect("a range is read");
        let Some(parsed) = parsed.filter(|_| rows > 0) else {
            return Ok(());
        };
        let arrays: Vec<ArrayRef> = (self.places.iter())
            .map(|place| match place {
                Some(place) => Arc::clone(&parsed[*place]),
                None => open.path.repeat(rows),
            })
            .collect();
        for column in &self.columns {
            let name = Arc::clone(&column.name);
            *self.stats.values_decoded.entry(name).or_default() += rows as u64;
        }
        let output = self
            .reading
            .output
            .iter()
            .map(|&at| Arc::clone(&arrays[at]));
        let mut chunk = Chunk::new(output.collect(), rows);
        if let Some(predicate) = &self.predicate {
            let mask = predicate.mask(&arrays[..self.reading.filtering], rows)?;
            chunk = chunk.select(&mask);
        }
        self.stats.rows_read += rows as u64;
        self.stats.rows_selected += chunk.live_rows() as u64;
        if !chunk.is_empty() {
            self.ready.push_back(chunk);
        }
        Ok(())
    }

    /// The lines from one of the window on, of which one does not fit: each on its own first.
    #[cold]
    fn parse_slowly(&mut self, from: usize) -> Result<(Option<Vec<ArrayRef>>, usize), IoError> {
        let open = self.range.as_ref().expect("a range is read");
        let (bytes, lines) = open.lines.window();
        let policy = self.part.layout.on_bad_lines;
        let columns = self.part.layout.read(&self.columns);
        let mut kept: Vec<Range<usize>> = Vec::new();
        for line in &lines[from..open.next_line] {
            let keep = match fault(&bytes[line.clone()], &columns) {
                None => true,
                Some(fault) if policy == OnBadLines::Error => {
                    let number = open.lines.line_of(line.start, &self.context)?;
                    return Err(told(&open.range.identity.path, number, fault));
                }
                Some(fault) => {
                    self.stats.bad_lines += 1;
                    policy == OnBadLines::Null && matches!(fault, Fault::Value { .. })
                }
            };
            if keep {
                kept.push(line.clone());
            }
        }
        // Whoever met a line that does not fit is of no use any more.
        self.rows = decoder(&columns, self.request.batch_rows)?;
        let lenient = policy == OnBadLines::Null;
        let parsed = Rows::new(&columns, kept.len().max(1), lenient)
            .ok()
            .and_then(|mut rows| rows.take(bytes, &kept));
        match parsed {
            None if !kept.is_empty() => {
                let reason = "lines that can be read alone cannot be read together";
                Err(IoError::corrupt(&open.range.identity.path, reason))
            }
            parsed => Ok((parsed, kept.len())),
        }
    }

    /// Why something did not fit: the file may have been written to.
    fn blame(&self, error: IoError) -> IoError {
        match (&error, &self.range) {
            (
                IoError::Malformed { .. }
                | IoError::Field { .. }
                | IoError::Corrupt { .. }
                | IoError::Predicate(_),
                Some(open),
            ) => {
                let changed = check_unchanged(&open.range.identity, open.file.as_ref());
                changed.err().unwrap_or(error)
            }
            _ => error,
        }
    }
}

impl Rows {
    /// The columns of these lines; nothing where one of them does not fit.
    fn take(&mut self, bytes: &[u8], lines: &[Range<usize>]) -> Option<Vec<ArrayRef>> {
        for line in lines {
            self.line(&bytes[line.clone()]).ok()?;
        }
        if lines.is_empty() {
            return None;
        }
        self.columns().ok()
    }
}

fn decoder(columns: &Columns<'_>, batch_rows: usize) -> Result<Rows, IoError> {
    Rows::new(columns, batch_rows, false).map_err(|error| IoError::arrow("", &error))
}

/// The error of a line.
fn told(path: &str, line: u64, fault: Fault) -> IoError {
    let path = path.to_owned();
    match fault {
        Fault::Line { reason } => IoError::Malformed { path, line, reason },
        Fault::Value {
            column,
            value,
            dtype,
        } => IoError::Field {
            reader: "ReadJson",
            path,
            line,
            column,
            value: value.into(),
            dtype: dtype.into(),
            is_text: true,
        },
    }
}

impl Reader for JsonReader {
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
}

impl fmt::Debug for JsonReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonReader")
            .field("part", &self.part)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}
