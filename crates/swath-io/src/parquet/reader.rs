//! Reading a part: file after file, row group after row group, window after window.

use std::collections::VecDeque;
use std::sync::Arc;
use swath_batch::Chunk;
use swath_expr::{Bound, Expr, Verdict};
use swath_meta::Meta;

use super::column::{Buffers, Dictionary};
use super::footer::Footer;
use super::part::{ParquetPart, PartFile};
use super::prune;
use super::row_group::{RowGroup, Windowed};
use super::within::Within;
use crate::range::{check_unchanged, open_file};
use crate::{IoContext, IoError, RangeReader, Reader, ScanRequest, ScanStats};

/// Pulls the chunks of a part.
///
/// ```text
/// row group ─ statistics ─► pages ─ page index ─► predicate columns ─ mask ─► the other columns, wanted rows only
/// ```
///
/// One file is open at a time. What is skipped and what is decoded first never changes the rows, nor their order.
#[derive(Debug)]
pub struct ParquetReader {
    part: ParquetPart,
    request: ScanRequest,
    context: IoContext,
    columns: Columns,
    file: Option<OpenPart>,
    /// The next file of the part.
    next_file: usize,
    ready: VecDeque<Chunk>,
    stats: ScanStats,
    finished: bool,
}

/// The columns that are read: those of the predicate first.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) names: Vec<Arc<str>>,
    /// How many of them the predicate reads.
    pub(super) filtering: usize,
    /// Which of them a chunk has, in its order.
    pub(super) output: Vec<usize>,
    /// What is kept from row group to row group, for each column.
    pub(super) kept: Vec<Kept>,
    /// The share of rows that passed lately, where any were asked.
    pub(super) passing: Option<f64>,
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) buffers: Buffers,
    pub(super) dictionary: Dictionary,
}

/// A file on its way through its row groups.
#[derive(Debug)]
struct OpenPart {
    file: PartFile,
    reader: Arc<dyn RangeReader>,
    footer: Arc<Footer>,
    /// For each column read its place in the file.
    positions: Arc<[usize]>,
    predicate: Option<Bound>,
    next_row_group: usize,
    row_group: Option<RowGroup>,
}

impl ParquetReader {
    /// Prepares to read. No file is opened yet.
    ///
    /// # Errors
    /// A batch size of 0 rows.
    ///
    /// # Panics
    /// Where the part [is fitted](ParquetPart::is_fitted): then [`Part::open`](crate::Part::open) reads it.
    pub fn open(
        part: &ParquetPart,
        request: &ScanRequest,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        assert!(
            !part.is_fitted(),
            "a part that is fitted is read file by file"
        );
        if request.batch_rows == 0 {
            return Err(IoError::OptionValue {
                name: "batch_rows".into(),
                value: "0".into(),
                expected: "at least one row",
            });
        }
        let mut request = request.clone();
        // First of all, since it prunes and cannot fail.
        let within = part.within.as_ref().and_then(Within::predicate);
        request.predicate = Expr::conjunction(within.into_iter().chain(request.predicate));
        let mut names: Vec<Arc<str>> = request.predicate.iter().flat_map(Expr::columns).collect();
        let filtering = names.len();
        let output = request
            .columns
            .iter()
            .map(|name| {
                names
                    .iter()
                    .position(|known| known == name)
                    .unwrap_or_else(|| {
                        names.push(Arc::clone(name));
                        names.len() - 1
                    })
            })
            .collect();
        let kept = names
            .iter()
            .map(|_| Kept {
                buffers: context.footers.buffers.take(),
                ..Kept::default()
            })
            .collect();
        Ok(Self {
            part: part.clone(),
            request,
            context: context.clone(),
            columns: Columns {
                names,
                filtering,
                output,
                kept,
                passing: None,
            },
            file: None,
            next_file: 0,
            ready: VecDeque::new(),
            stats: ScanStats::default(),
            finished: false,
        })
    }

    /// The next chunk with at least one live row, or `None` after the last.
    ///
    /// Chunks have the columns of the request in its order, each in any encoding that its dtype admits, and at most `batch_rows`
    /// rows. Where most rows pass, a chunk may carry a selection instead of having been filtered.
    ///
    /// # Errors
    /// A file changed since it was planned, is damaged or cannot be read; a predicate that fails on a
    /// row; cancellation. After an error the reader gives nothing more.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results would go on after an error"
    )]
    pub fn next(&mut self) -> Result<Option<Chunk>, IoError> {
        if self.finished {
            return Ok(None);
        }
        let next = self.advance();
        if !matches!(next, Ok(Some(_))) {
            self.finished = true;
            self.close_row_group();
        }
        match next {
            Err(error) => Err(self.blame(error)),
            next => next,
        }
    }

    /// What was read and skipped so far; complete after the last chunk.
    pub fn stats(&self) -> &ScanStats {
        &self.stats
    }

    fn advance(&mut self) -> Result<Option<Chunk>, IoError> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            self.context.cancel.check()?;
            if self.file.is_none() && !self.open_next_file()? {
                return Ok(None);
            }
            if !self.read_window()? && !self.open_next_row_group()? {
                let file = self
                    .file
                    .take()
                    .expect("a file is open while its row groups are read");
                // Whatever was written to it meanwhile is in no chunk, or in all: that cannot be told, so it is an error.
                check_unchanged(&file.file.identity, file.reader.as_ref())?;
            }
        }
    }

    fn open_next_file(&mut self) -> Result<bool, IoError> {
        let Some(file) = self.part.files.get(self.next_file).cloned() else {
            return Ok(false);
        };
        self.next_file += 1;
        let reader = open_file(&file.identity, &self.context)?;
        let footer = self.context.footers.get(&file.identity, reader.as_ref())?;
        let failed = |source| IoError::Meta {
            path: file.identity.path.clone(),
            source,
        };
        let positions = self
            .columns
            .names
            .iter()
            .map(|name| footer.meta.position(name))
            .collect::<Result<Arc<[_]>, _>>()
            .map_err(failed)?;
        let predicate = match &self.request.predicate {
            Some(predicate) => {
                let fields = positions[..self.columns.filtering].iter().map(|&at| {
                    let field = footer.meta.fields()[at].clone();
                    let nullable =
                        field.nullable || (self.part.tuning.nan_as_null && field.dtype.is_float());
                    swath_meta::Field { nullable, ..field }
                });
                let meta = Meta::try_new(fields, swath_meta::Index::none()).map_err(failed)?;
                Some(predicate.bind_predicate(&meta, &self.context.functions)?)
            }
            None => None,
        };
        self.file = Some(OpenPart {
            file,
            reader,
            footer,
            positions,
            predicate,
            next_row_group: 0,
            row_group: None,
        });
        Ok(true)
    }

    /// Goes to the next row group that may have rows; false where the file has none left.
    fn open_next_row_group(&mut self) -> Result<bool, IoError> {
        self.close_row_group();
        let Some(file) = &mut self.file else {
            return Ok(false);
        };
        let tuning = self.part.tuning;
        while let Some(&row_group) = file.file.row_groups.get(file.next_row_group) {
            self.context.cancel.check()?;
            file.next_row_group += 1;
            let row_group = row_group as usize;
            let groups = file.footer.metadata.num_row_groups();
            if row_group >= groups {
                let reason = format!("it has {groups} row groups");
                return Err(IoError::corrupt(&file.file.identity.path, reason).at(row_group, None));
            }
            self.stats.row_groups += 1;
            let rows = file.footer.metadata.row_group(row_group).num_rows() as usize;
            if rows == 0 {
                continue;
            }
            let mut predicate = file.predicate.clone();
            let mut wanted = None;
            if let Some(bound) = &predicate {
                match prune::row_group(&file.footer, row_group, bound, tuning) {
                    Verdict::Never => {
                        self.stats.row_groups_pruned += 1;
                        continue;
                    }
                    Verdict::Always => predicate = None,
                    Verdict::Maybe if tuning.page_index && self.columns.filtering > 0 => {
                        let metadata = file.footer.with_page_index(file.reader.as_ref())?;
                        let names: Vec<&str> = self.columns.names[..self.columns.filtering]
                            .iter()
                            .map(AsRef::as_ref)
                            .collect();
                        let verdict =
                            prune::pages(&file.footer, metadata, row_group, &names, bound, tuning);
                        self.stats.pages_pruned += verdict.pages_pruned;
                        wanted = verdict.wanted;
                    }
                    Verdict::Maybe => {}
                }
            }
            if wanted
                .as_ref()
                .is_some_and(|wanted| wanted.count_set_bits() == 0)
            {
                continue;
            }
            self.stats.rows_read += rows as u64;
            file.row_group = Some(RowGroup::new(
                Arc::clone(&file.reader),
                Arc::clone(&file.footer),
                row_group,
                Arc::clone(&file.positions),
                predicate,
                wanted,
                tuning,
                self.request.batch_rows,
            ));
            return Ok(true);
        }
        Ok(false)
    }

    /// Reads on in the row group; false where none is open or it is at its end.
    fn read_window(&mut self) -> Result<bool, IoError> {
        let Some(row_group) = self.file.as_mut().and_then(|file| file.row_group.as_mut()) else {
            return Ok(false);
        };
        match row_group.next_window(&mut self.columns, &mut self.stats)? {
            Windowed::End => Ok(false),
            Windowed::Nothing => Ok(true),
            Windowed::Rows(chunk) => {
                self.stats.rows_selected += chunk.live_rows() as u64;
                let most = self.request.batch_rows;
                if chunk.rows <= most {
                    self.ready.push_back(chunk);
                } else {
                    let pieces = (0..chunk.rows)
                        .step_by(most)
                        .map(|at| chunk.slice(at, most.min(chunk.rows - at)));
                    self.ready.extend(pieces.filter(|piece| !piece.is_empty()));
                }
                Ok(true)
            }
        }
    }

    fn close_row_group(&mut self) {
        if let Some(row_group) = self.file.as_mut().and_then(|file| file.row_group.take()) {
            row_group.close(&mut self.columns, &mut self.stats);
        }
    }

    /// What does not decode may have been written to: then that is the news.
    fn blame(&self, error: IoError) -> IoError {
        match (&error, &self.file) {
            (IoError::Corrupt { .. } | IoError::Changed { .. }, Some(file)) => {
                match check_unchanged(&file.file.identity, file.reader.as_ref()) {
                    Err(changed @ IoError::Changed { .. }) => changed,
                    _ => error,
                }
            }
            _ => error,
        }
    }
}

impl Reader for ParquetReader {
    fn next(&mut self) -> Result<Option<Chunk>, IoError> {
        Self::next(self)
    }

    fn stats(&self) -> &ScanStats {
        Self::stats(self)
    }
}

impl Drop for ParquetReader {
    fn drop(&mut self) {
        self.close_row_group();
        for kept in self.columns.kept.drain(..) {
            self.context.footers.buffers.leave(kept.buffers);
        }
    }
}
