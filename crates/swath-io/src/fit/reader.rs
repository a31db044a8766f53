//! Reading files that are fitted to the table: one after the other, each by what it has.

use arrow_array::ArrayRef;
use arrow_cast::{CastOptions, cast_with_options};
use std::fmt;
use std::sync::Arc;
use swath_batch::Chunk;
use swath_expr::Verdict;
use swath_meta::DType;

use super::{Fit, Instead};
use crate::hive::verdict;
use crate::{IoContext, IoError, Part, Reader, ScanRequest, ScanStats};

/// What a task reads of one file, and what the file has instead of some columns.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) part: Arc<dyn Part>,
    pub(crate) fit: Option<Arc<Fit>>,
    /// The units that it reads.
    pub(crate) units: u64,
}

/// Pulls the chunks of a part some of whose files have not the columns of the table.
///
/// A file that the predicate rules out by what is the same in all of its rows is not opened.
#[derive(Debug)]
pub(crate) struct FittedReader {
    pieces: Vec<Piece>,
    request: ScanRequest,
    context: IoContext,
    file: Option<OpenFile>,
    next_piece: usize,
    stats: ScanStats,
    finished: bool,
}

struct OpenFile {
    reader: Box<dyn Reader>,
    columns: Vec<Made>,
}

/// How a column of a chunk is made.
#[derive(Debug)]
enum Made {
    /// It is the column in this place of what is read, …
    Read(usize),
    /// … or that in a wider dtype.
    Widened(usize, DType),
    /// The same value in all rows; as many as a chunk may have.
    Constant(ArrayRef),
}

impl FittedReader {
    /// Prepares to read. No file is opened yet.
    ///
    /// # Errors
    /// A batch size of 0 rows.
    pub(crate) fn open(
        pieces: Vec<Piece>,
        request: &ScanRequest,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        // What is wrong with the request is told before a file is opened.
        request.reading()?;
        Ok(Self {
            pieces,
            request: request.clone(),
            context: context.clone(),
            file: None,
            next_piece: 0,
            stats: ScanStats::default(),
            finished: false,
        })
    }

    fn advance(&mut self) -> Result<Option<Chunk>, IoError> {
        loop {
            let Some(file) = &mut self.file else {
                if !self.open_next()? {
                    return Ok(None);
                }
                continue;
            };
            if let Some(chunk) = file.reader.next()? {
                return file.fitted(chunk).map(Some);
            }
            self.close_file()?;
        }
    }

    /// Opens the next file that may have rows, and passes over those before it; false where there is none.
    fn open_next(&mut self) -> Result<bool, IoError> {
        while let Some(piece) = self.pieces.get(self.next_piece).cloned() {
            self.next_piece += 1;
            let fit = piece.fit.unwrap_or_default();
            let mut request = self.request.clone();
            if let Some(predicate) = &self.request.predicate {
                match verdict(predicate, &fit.constants(), &self.context) {
                    Verdict::Never => {
                        self.stats.row_groups += piece.units;
                        self.stats.row_groups_pruned += piece.units;
                        continue;
                    }
                    Verdict::Always => request.predicate = None,
                    Verdict::Maybe => request.predicate = Some(fit.of_file(predicate)),
                }
            }
            let columns = made(&mut request, &fit)?;
            let reader = piece.part.open(&request, &self.context)?;
            self.file = Some(OpenFile { reader, columns });
            return Ok(true);
        }
        Ok(false)
    }

    fn close_file(&mut self) -> Result<(), IoError> {
        if let Some(mut file) = self.file.take() {
            let finished = file.reader.finish();
            self.stats.add(file.reader.stats());
            finished?;
        }
        Ok(())
    }
}

/// How the columns that are asked for are made; the request keeps those that are read.
fn made(request: &mut ScanRequest, fit: &Fit) -> Result<Vec<Made>, IoError> {
    let rows = request.batch_rows;
    let wanted = std::mem::take(&mut request.columns);
    wanted
        .into_iter()
        .map(|name| {
            let instead = fit.get(&name);
            if let Some(Instead::Constant { value, dtype }) = instead {
                return Ok(Made::Constant(value.to_array(dtype, rows)?));
            }
            let at = request.columns.len();
            request.columns.push(name);
            Ok(match instead {
                Some(Instead::Narrower { dtype }) => Made::Widened(at, dtype.clone()),
                _ => Made::Read(at),
            })
        })
        .collect()
}

impl OpenFile {
    fn fitted(&self, chunk: Chunk) -> Result<Chunk, IoError> {
        let column = |made: &Made| {
            Ok(match made {
                Made::Read(at) => Arc::clone(&chunk.columns[*at]),
                Made::Widened(at, dtype) => widened(&chunk.columns[*at], dtype)?,
                Made::Constant(values) => values.slice(0, chunk.rows),
            })
        };
        let columns = self
            .columns
            .iter()
            .map(column)
            .collect::<Result<_, IoError>>()?;
        Ok(Chunk { columns, ..chunk })
    }
}

fn widened(column: &ArrayRef, dtype: &DType) -> Result<ArrayRef, IoError> {
    let exact = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(column, &dtype.border(), &exact).map_err(|source| {
        let during = "widening a column";
        swath_batch::BatchError::Arrow { during, source }.into()
    })
}

impl Reader for FittedReader {
    fn next(&mut self) -> Result<Option<Chunk>, IoError> {
        if self.finished {
            return Ok(None);
        }
        let next = self.advance();
        self.finished = !matches!(next, Ok(Some(_)));
        next
    }

    fn finish(&mut self) -> Result<(), IoError> {
        if self.finished {
            return Ok(());
        }
        self.finished = true;
        // Also where nobody wants more: each file may have to be asked whether what others read of it is right.
        self.close_file()?;
        while self.open_next()? {
            self.close_file()?;
        }
        Ok(())
    }

    fn stats(&self) -> &ScanStats {
        &self.stats
    }
}

impl fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenFile")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}
