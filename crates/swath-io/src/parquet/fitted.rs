//! Reading files that are fitted to the table: one after the other, each by what it has.

use arrow_array::ArrayRef;
use arrow_cast::{CastOptions, cast_with_options};
use std::sync::Arc;
use swath_batch::Chunk;
use swath_expr::{Expr, Verdict};
use swath_meta::DType;

use super::fit::{Fit, Instead};
use super::hive::verdict;
use super::part::{ParquetPart, PartFile};
use super::reader::ParquetReader;
use super::within::Within;
use crate::{IoContext, IoError, Reader, ScanRequest, ScanStats};

/// Pulls the chunks of a part some of whose files have not the columns of the table.
///
/// A file that the predicate rules out by what is the same in all of its rows is not opened.
#[derive(Debug)]
pub(super) struct FittedReader {
    part: ParquetPart,
    request: ScanRequest,
    context: IoContext,
    file: Option<OpenFile>,
    next_file: usize,
    stats: ScanStats,
    finished: bool,
}

#[derive(Debug)]
struct OpenFile {
    reader: ParquetReader,
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
    pub(super) fn open(
        part: &ParquetPart,
        request: &ScanRequest,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        let mut request = request.clone();
        let within = part.within.as_ref().and_then(Within::predicate);
        request.predicate = Expr::conjunction(within.into_iter().chain(request.predicate));
        // What is wrong with the request is told before a file is opened.
        drop(ParquetReader::open(
            &of_files(part, Vec::new()),
            &request,
            context,
        )?);
        Ok(Self {
            part: part.clone(),
            request,
            context: context.clone(),
            file: None,
            next_file: 0,
            stats: ScanStats::default(),
            finished: false,
        })
    }

    fn advance(&mut self) -> Result<Option<Chunk>, IoError> {
        loop {
            let Some(file) = &mut self.file else {
                match self.part.files.get(self.next_file).cloned() {
                    Some(file) => self.open_file(file)?,
                    None => return Ok(None),
                }
                continue;
            };
            if let Some(chunk) = file.reader.next()? {
                return file.fitted(chunk).map(Some);
            }
            self.close_file();
        }
    }

    fn open_file(&mut self, file: PartFile) -> Result<(), IoError> {
        self.next_file += 1;
        let fit = file.fit.clone().unwrap_or_default();
        let mut request = self.request.clone();
        if let Some(predicate) = &self.request.predicate {
            match verdict(predicate, &fit.constants(), &self.context) {
                Verdict::Never => {
                    let row_groups = file.row_groups.len() as u64;
                    self.stats.row_groups += row_groups;
                    self.stats.row_groups_pruned += row_groups;
                    return Ok(());
                }
                Verdict::Always => request.predicate = None,
                Verdict::Maybe => request.predicate = Some(fit.of_file(predicate)),
            }
        }
        let columns = made(&mut request, &fit)?;
        let part = of_files(&self.part, vec![PartFile { fit: None, ..file }]);
        let reader = ParquetReader::open(&part, &request, &self.context)?;
        self.file = Some(OpenFile { reader, columns });
        Ok(())
    }

    fn close_file(&mut self) {
        if let Some(file) = self.file.take() {
            self.stats.add(file.reader.stats());
        }
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

/// A part of other files, with all rows of their row groups.
fn of_files(part: &ParquetPart, files: Vec<PartFile>) -> ParquetPart {
    ParquetPart {
        files,
        tuning: part.tuning,
        within: None,
        rows: part.rows,
    }
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
        // Also where nobody wants more: what was read until now counts.
        self.finished = true;
        self.close_file();
        Ok(())
    }

    fn stats(&self) -> &ScanStats {
        &self.stats
    }
}
