//! Reading a part: file after file, record batch after record batch.

use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::ArrowError;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use swath_batch::Chunk;
use swath_expr::Bound;
use swath_meta::{DType, Index, Meta};

use super::footer::Footer;
use super::message::{Dictionaries, Message, damaged, has_null_values};
use super::part::{IpcPart, PartFile};
use crate::parquet::contain;
use crate::range::{check_unchanged, open_file};
use crate::request::Reading;
use crate::room::Room;
use crate::{IoContext, IoError, RangeReader, Reader, ScanRequest, ScanStats};

/// Pulls the chunks of a part.
///
/// ```text
/// record batch ─► predicate columns ─ mask ─► the other columns, if any row passes
/// ```
///
/// One file is open at a time; of a record batch only the buffers of the columns that are wanted are read.
pub struct IpcReader {
    part: IpcPart,
    request: ScanRequest,
    context: IoContext,
    reading: Reading,
    file: Option<OpenPart>,
    next_file: usize,
    ready: VecDeque<Chunk>,
    stats: ScanStats,
    finished: bool,
}

/// A file on its way through its record batches.
struct OpenPart {
    part: PartFile,
    file: Arc<dyn RangeReader>,
    footer: Arc<Footer>,
    dictionaries: Dictionaries,
    /// For each column read its place in the file, and its dtype.
    columns: Vec<(usize, DType)>,
    predicate: Option<Bound>,
    next: usize,
}

impl IpcReader {
    /// Prepares to read. No file is opened yet.
    ///
    /// # Errors
    /// A batch size of 0 rows.
    pub fn open(
        part: &IpcPart,
        request: &ScanRequest,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        Ok(Self {
            part: part.clone(),
            reading: request.reading()?,
            request: request.clone(),
            context: context.clone(),
            file: None,
            next_file: 0,
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
            if self.file.is_none() && !self.open_next()? {
                return Ok(None);
            }
            if !self.read_batch()? {
                let open = self.file.take().expect("a file is open while it is read");
                check_unchanged(&open.part.identity, open.file.as_ref())?;
            }
        }
    }

    fn open_next(&mut self) -> Result<bool, IoError> {
        let Some(part) = self.part.files.get(self.next_file).cloned() else {
            return Ok(false);
        };
        self.next_file += 1;
        let path = part.identity.path.as_str();
        let file = open_file(&part.identity, &self.context)?;
        let footer = self.context.footers.ipc(&part.identity, file.as_ref())?;
        let failed = |source| IoError::Meta {
            path: path.to_owned(),
            source,
        };
        let columns = (self.reading.names.iter())
            .map(|name| {
                let position = footer.meta.position(name)?;
                Ok((position, footer.meta.fields()[position].dtype.clone()))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        let predicate = match &self.request.predicate {
            Some(predicate) => {
                let fields = columns[..self.reading.filtering]
                    .iter()
                    .map(|(at, _)| footer.meta.fields()[*at].clone());
                let meta = Meta::try_new(fields, Index::none()).map_err(failed)?;
                Some(predicate.bind_predicate(&meta, &self.context.functions)?)
            }
            None => None,
        };
        let mut dictionaries = Dictionaries::new();
        let room = self.context.room.as_ref();
        for (at, block) in footer.dictionaries.iter().enumerate() {
            self.context.cancel.check()?;
            contain(path, || {
                Message::read(file.as_ref(), block)
                    .and_then(|message| {
                        message.dictionary(file.as_ref(), &footer.schema, &mut dictionaries, room)
                    })
                    .map_err(|error| damaged(path, "dictionary", at, error))
            })?;
            self.stats.bytes_read += block.bodyLength() as u64;
        }
        self.file = Some(OpenPart {
            part,
            file,
            footer,
            dictionaries,
            columns,
            predicate,
            next: 0,
        });
        Ok(true)
    }

    /// Reads the next record batch of the open file; false where it has none left.
    fn read_batch(&mut self) -> Result<bool, IoError> {
        let open = self.file.as_mut().expect("a file is open while it is read");
        let Some(&batch) = open.part.batches.get(open.next) else {
            return Ok(false);
        };
        open.next += 1;
        let batch = batch as usize;
        let path = open.part.identity.path.as_str();
        let Some(block) = open.footer.batches.get(batch) else {
            let batches = open.footer.batches.len();
            let reason = format!("it has {batches} record batches");
            return Err(IoError::corrupt(path, reason));
        };
        let told = |error| damaged(path, "record batch", batch, error);
        let message = contain(path, || {
            Message::read(open.file.as_ref(), block).map_err(told)
        })?;
        let rows = contain(path, || message.rows().map_err(told))?;
        self.stats.row_groups += 1;
        self.stats.rows_read += rows as u64;
        if rows == 0 {
            return Ok(true);
        }
        let filtering = self.reading.filtering;
        let room = self.context.room.as_ref();
        let mut read = |from: usize, to: usize| {
            let columns = &open.columns[from..to];
            let (arrays, bytes) = contain(path, || {
                open.read(&message, columns, rows, room).map_err(told)
            })?;
            self.stats.bytes_read += bytes;
            for name in &self.reading.names[from..to] {
                *self
                    .stats
                    .values_decoded
                    .entry(Arc::clone(name))
                    .or_default() += rows as u64;
            }
            Ok::<_, IoError>(arrays)
        };
        let mut arrays = read(0, filtering)?;
        let mask = match &open.predicate {
            Some(predicate) => Some(predicate.mask(&arrays, rows)?),
            None => None,
        };
        if mask.as_ref().is_some_and(|mask| mask.count_set_bits() == 0) {
            return Ok(true);
        }
        arrays.extend(read(filtering, open.columns.len())?);
        let output = self
            .reading
            .output
            .iter()
            .map(|&at| Arc::clone(&arrays[at]));
        let mut chunk = Chunk::new(output.collect(), rows);
        if let Some(mask) = mask {
            chunk = chunk.select(&mask);
        }
        self.stats.rows_selected += chunk.live_rows() as u64;
        let most = self.request.batch_rows;
        let pieces = (0..rows)
            .step_by(most)
            .map(|at| chunk.slice(at, most.min(rows - at)));
        self.ready.extend(pieces.filter(|piece| !piece.is_empty()));
        Ok(true)
    }

    /// What does not decode may have been written to: then that is the news.
    fn blame(&self, error: IoError) -> IoError {
        match (&error, &self.file) {
            (IoError::Corrupt { .. } | IoError::Predicate(_), Some(open)) => {
                let changed = check_unchanged(&open.part.identity, open.file.as_ref());
                changed.err().unwrap_or(error)
            }
            _ => error,
        }
    }
}

impl OpenPart {
    /// Some columns of a record batch, in encodings that their dtypes admit; and the bytes that were read for them.
    fn read(
        &self,
        message: &Message,
        columns: &[(usize, DType)],
        rows: usize,
        room: Option<&Room>,
    ) -> Result<(Vec<ArrayRef>, u64), ArrowError> {
        if columns.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let positions: Vec<usize> = columns.iter().map(|(at, _)| *at).collect();
        let (batch, bytes): (RecordBatch, u64) = message.columns(
            self.file.as_ref(),
            &self.footer.schema,
            &self.dictionaries,
            &positions,
            room,
        )?;
        if batch.num_rows() != rows {
            let reason = format!("it has {} rows where it says {rows}", batch.num_rows());
            return Err(ArrowError::IpcError(reason));
        }
        let arrays = (batch.columns().iter().zip(columns))
            .map(|(array, (_, dtype))| conform(array, dtype))
            .collect::<Result<_, _>>()?;
        Ok((arrays, bytes))
    }
}

/// The array in an encoding that the dtype admits.
fn conform(array: &ArrayRef, dtype: &DType) -> Result<ArrayRef, ArrowError> {
    if dtype.admits(array.data_type()) && !has_null_values(array) {
        return Ok(Arc::clone(array));
    }
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    if *dtype == DType::Category {
        // Through the texts, which leaves the nulls among the values behind.
        let texts = cast_with_options(array, &DType::String.border(), &options)?;
        return cast_with_options(&texts, &dtype.border(), &options);
    }
    cast_with_options(array, &dtype.border(), &options)
}

impl Reader for IpcReader {
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

impl fmt::Debug for IpcReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpcReader")
            .field("part", &self.part)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}
