//! Writing one partition as one file.

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_ipc::MetadataVersion;
use arrow_ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use arrow_select::concat::concat;
use std::fmt;
use std::io::BufWriter;
use std::sync::Arc;
use swath_batch::normalise;
use swath_meta::Meta;

use super::categories::Categories;
use super::stored::stored_schema;
use super::write_options::ToIpc;
use crate::folder::Unfinished;
use crate::sink::Begin;
use crate::{IoContext, IoError, Staged, Writer, WrittenFile};

/// Bytes of arrays that are written together at most, however few rows they are.
const BATCH_BYTES: usize = 256 << 20;

/// Bytes of arrays with categories that wait for a dictionary with all of them: few files have more.
const DICTIONARY_BYTES: usize = 64 << 20;

/// Bytes that are handed on at a time.
const STRIDE: usize = 256 << 10;

/// Where the buffers of a file begin: at multiples of this.
const ALIGNMENT: usize = 64;

/// Writes the rows of partition `n`: what is seen as `part.n.arrow` when the write is [published](Staged::publish).
///
/// All columns, the index first; dtypes and the index are recorded and restored by a reader, divisions are not. Rows are gathered
/// to record batches of one size. A file has one dictionary a column of categories; those that are first met behind 64 MiB of rows
/// follow as a *delta*. Dropped before [`IpcWriter::finish`], it leaves nothing behind.
pub struct IpcWriter {
    writer: FileWriter<BufWriter<Box<dyn Unfinished>>>,
    meta: Arc<Meta>,
    schema: SchemaRef,
    path: String,
    batch_rows: usize,
    /// For each column of categories what it has had so far.
    categories: Vec<Option<Categories>>,
    /// Columns of rows that are not written yet, codes in place of categories.
    pending: Vec<Vec<ArrayRef>>,
    pending_rows: usize,
    pending_bytes: usize,
    /// Columns of record batches that wait for a dictionary, and their rows.
    sealed: Vec<(Vec<ArrayRef>, usize)>,
    sealed_bytes: usize,
    rows: u64,
}

impl IpcWriter {
    /// Begins the file of one partition, in the hidden place of a write that has begun.
    ///
    /// # Errors
    /// An option that says nothing known; a file that cannot be made, as when the write was given up.
    pub fn create(
        options: &ToIpc,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        Self::begin(options, &Begin::of(staged, meta, partition, context))
    }

    /// Begins one of the files of a partition.
    pub(super) fn begin(options: &ToIpc, begin: &Begin<'_>) -> Result<Self, IoError> {
        let (codec, batch_rows) = (options.codec()?, options.rows()?);
        let schema = stored_schema(begin.meta, begin.keys);
        let (file, path) = begin.file()?;
        let writer = IpcWriteOptions::try_new(ALIGNMENT, false, MetadataVersion::V5)
            .and_then(|settings| settings.try_with_compression(codec))
            .and_then(|settings| {
                let settings = settings.with_dictionary_handling(DictionaryHandling::Delta);
                let file = BufWriter::with_capacity(STRIDE, file);
                FileWriter::try_new_with_options(file, &schema, settings)
            });
        let categories = (schema.fields().iter())
            .map(|field| match field.data_type() {
                DataType::Dictionary(..) => Some(Categories::default()),
                _ => None,
            })
            .collect();
        Ok(Self {
            writer: writer.map_err(|error| IoError::encoding(&path, error))?,
            meta: Arc::clone(begin.meta),
            path,
            batch_rows,
            categories,
            pending: vec![Vec::new(); schema.fields().len()],
            schema,
            pending_rows: 0,
            pending_bytes: 0,
            sealed: Vec::new(),
            sealed_bytes: 0,
            rows: 0,
        })
    }

    /// Appends rows, in any encoding that the meta admits.
    ///
    /// # Errors
    /// Columns that are not those of the meta; what the system refuses.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        let rows = normalise(rows, &self.meta)?;
        self.rows += rows.num_rows() as u64;
        let mut from = 0;
        while from < rows.num_rows() {
            let some = (rows.num_rows() - from).min(self.batch_rows - self.pending_rows);
            self.hold(&rows.slice(from, some))
                .map_err(|error| IoError::encoding(&self.path, error))?;
            from += some;
            if self.pending_rows == self.batch_rows || self.pending_bytes >= BATCH_BYTES {
                self.seal()?;
            }
        }
        Ok(())
    }

    /// Makes the file whole and durable. Its path is where it will be seen.
    ///
    /// # Errors
    /// What the system refuses; then there is no file.
    pub fn finish(mut self) -> Result<WrittenFile, IoError> {
        self.seal()?;
        self.flush()?;
        let Self {
            mut writer,
            path,
            rows,
            ..
        } = self;
        let file = (writer.finish())
            .and_then(|()| writer.into_inner())
            .map_err(|error| IoError::encoding(&path, error))?;
        let file = file
            .into_inner()
            .map_err(|error| IoError::writing(&path, error.into_error()))?;
        let bytes = file.finish()?;
        Ok(WrittenFile { path, rows, bytes })
    }

    /// Keeps rows until there are enough.
    fn hold(&mut self, rows: &RecordBatch) -> Result<(), ArrowError> {
        let options = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        for (at, column) in rows.columns().iter().enumerate() {
            let stored: ArrayRef = match &mut self.categories[at] {
                Some(categories) => Arc::new(categories.codes(column)?),
                None => cast_with_options(column, self.schema.field(at).data_type(), &options)?,
            };
            self.pending_bytes += stored.to_data().get_slice_memory_size()?;
            self.pending[at].push(stored);
        }
        self.pending_rows += rows.num_rows();
        Ok(())
    }

    /// Makes a record batch of the rows that are kept; writes it, unless the dictionary may still get more.
    fn seal(&mut self) -> Result<(), IoError> {
        if self.pending_rows > 0 {
            let sealed = self.gathered();
            let columns = sealed.map_err(|error| IoError::encoding(&self.path, error))?;
            self.pending.iter_mut().for_each(Vec::clear);
            self.sealed.push((columns, self.pending_rows));
            self.sealed_bytes += self.pending_bytes;
            (self.pending_rows, self.pending_bytes) = (0, 0);
        }
        let has_categories = self.categories.iter().any(Option::is_some);
        if has_categories && self.sealed_bytes < DICTIONARY_BYTES {
            return Ok(());
        }
        self.flush()
    }

    /// Writes the record batches that were kept.
    fn flush(&mut self) -> Result<(), IoError> {
        self.sealed_bytes = 0;
        for (columns, rows) in std::mem::take(&mut self.sealed) {
            let written = self
                .record_batch(columns, rows)
                .and_then(|batch| self.writer.write(&batch));
            written.map_err(|error| IoError::encoding(&self.path, error))?;
        }
        Ok(())
    }

    /// The columns of the rows that are kept, codes in place of categories.
    fn gathered(&self) -> Result<Vec<ArrayRef>, ArrowError> {
        let joined = |pieces: &Vec<ArrayRef>| {
            let pieces: Vec<&dyn Array> = pieces.iter().map(AsRef::as_ref).collect();
            concat(&pieces)
        };
        self.pending.iter().map(joined).collect()
    }

    /// Columns with the categories so far.
    fn record_batch(&self, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch, ArrowError> {
        let columns = (columns.into_iter().zip(&self.categories))
            .map(|(column, categories)| match categories {
                Some(categories) => categories.column(&column),
                None => Ok(column),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
    }
}

impl Writer for IpcWriter {
    fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        Self::write(self, rows)
    }

    fn held(&self) -> u64 {
        let categories = self.categories.iter().flatten().map(Categories::bytes);
        let rows = self.pending_bytes + self.sealed_bytes;
        let out = self.writer.get_ref();
        let waiting = out.capacity() as u64 + out.get_ref().held();
        rows as u64 + categories.sum::<u64>() + waiting
    }

    fn write_held(&mut self) -> Result<(), IoError> {
        self.seal()?;
        self.flush()
    }

    fn finish(self: Box<Self>) -> Result<Vec<WrittenFile>, IoError> {
        Ok(vec![Self::finish(*self)?])
    }
}

impl fmt::Debug for IpcWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpcWriter")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
