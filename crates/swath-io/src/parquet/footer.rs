//! Footers: what a file says about itself, parsed once a session.

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader,
};
use parquet::file::reader::{ChunkReader, Length};
use std::collections::{HashMap, VecDeque};
use std::io::Cursor;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use swath_meta::Meta;

use super::column::Waiting;
use super::contain::{contain, parquet_error};
use crate::{FileIdentity, IoContext, IoError, LocalFile, RangeReader, store};

/// The format's name in messages.
pub(super) const FORMAT: &str = "Parquet";

/// Bytes of footers that a cache keeps.
const CACHED_BYTES: usize = 128 << 20;

/// Bytes of the smallest file: the mark twice, and the length of a footer.
const SMALLEST: u64 = 12;

/// The mark at both ends of a file, and that of one whose footer is encrypted.
const MAGIC: &[u8] = b"PAR1";
const ENCRYPTED: &[u8] = b"PARE";

/// Bytes read at once from the end of a file: most footers whole.
const TAIL: u64 = 64 << 10;

/// What a file says about itself, checked against its length.
#[derive(Debug)]
pub(super) struct Footer {
    pub(super) identity: FileIdentity,
    pub(super) metadata: Arc<ParquetMetaData>,
    /// Dtypes, nullability and the recorded index of all columns.
    pub(super) meta: Meta,
    /// For each column the range of leaves below it.
    pub(super) leaves: Vec<Range<usize>>,
    /// For reading with the `parquet` crate: its own schema, text and bytes as views.
    pub(super) arrow: ArrowReaderMetadata,
    page_index: OnceLock<Arc<ParquetMetaData>>,
}

impl Footer {
    fn load(identity: &FileIdentity, reader: &dyn RangeReader) -> Result<Self, IoError> {
        let path = identity.path.as_str();
        if identity.len == 0 {
            return Err(IoError::Empty {
                path: path.to_owned(),
                format: FORMAT,
            });
        }
        let tail = Tail::read(reader, identity.len)?;
        let not_parquet_for = |reason: String| IoError::NotFormat {
            path: path.to_owned(),
            format: FORMAT,
            reason,
        };
        if identity.len < SMALLEST {
            return Err(not_parquet_for(format!(
                "it has {} bytes, and the smallest has {SMALLEST}",
                identity.len
            )));
        }
        if !tail.held.ends_with(MAGIC) && !tail.held.ends_with(ENCRYPTED) {
            return Err(not_parquet_for("its last bytes are not `PAR1`".into()));
        }
        let metadata = ParquetMetaDataReader::new()
            .with_page_index_policy(PageIndexPolicy::Skip)
            .parse_and_finish(&tail)
            .map_err(|error| not_parquet(path, error))?;
        check_sizes(path, &metadata, identity.len)?;
        let file = metadata.file_metadata();
        let schema = parquet_to_arrow_schema(file.schema_descr(), file.key_value_metadata())
            .map_err(|error| parquet_error(path, error))?;
        let meta = Meta::from_arrow(&schema).map_err(|source| IoError::Meta {
            path: path.to_owned(),
            source,
        })?;
        let mut leaves: Vec<Range<usize>> = vec![0..0; schema.fields().len()];
        for leaf in 0..file.schema_descr().num_columns() {
            let root = &mut leaves[file.schema_descr().get_column_root_idx(leaf)];
            // Leaves come in order, those of one column together.
            let first = if root.end == 0 { leaf } else { root.start };
            *root = first..leaf + 1;
        }
        let metadata = Arc::new(metadata);
        let options = ArrowReaderOptions::new()
            .with_page_index_policy(PageIndexPolicy::Skip)
            .with_schema(with_views(&schema));
        let arrow = ArrowReaderMetadata::try_new(Arc::clone(&metadata), options)
            .map_err(|error| parquet_error(path, error))?;
        Ok(Self {
            identity: identity.clone(),
            metadata,
            meta,
            leaves,
            arrow,
            page_index: OnceLock::new(),
        })
    }

    /// The metadata with the page index, read the first time it is asked for; files without one have none.
    pub(super) fn with_page_index(
        &self,
        reader: &dyn RangeReader,
    ) -> Result<&Arc<ParquetMetaData>, IoError> {
        if let Some(metadata) = self.page_index.get() {
            return Ok(metadata);
        }
        let tail = Tail {
            reader,
            len: self.identity.len,
            held: Bytes::new(),
        };
        let mut parser = ParquetMetaDataReader::new_with_metadata(self.metadata.as_ref().clone())
            .with_page_index_policy(PageIndexPolicy::Optional);
        let read = parser
            .read_page_indexes(&tail)
            .and_then(|()| parser.finish());
        let metadata = read.map_err(|error| parquet_error(&self.identity.path, error))?;
        // Two readers may come here at once; they read the same.
        Ok(self.page_index.get_or_init(|| Arc::new(metadata)))
    }

    /// A text that the writer recorded under `key`.
    pub(super) fn recorded(&self, key: &str) -> Option<&str> {
        self.metadata
            .file_metadata()
            .key_value_metadata()?
            .iter()
            .find(|pair| pair.key == key)
            .and_then(|pair| pair.value.as_deref())
    }
}

/// Checks that what the footer says lies within the file.
fn check_sizes(path: &str, metadata: &ParquetMetaData, len: u64) -> Result<(), IoError> {
    let mut rows = 0_i64;
    for (at, row_group) in metadata.row_groups().iter().enumerate() {
        let corrupt = |reason: String| IoError::corrupt(path, reason).at(at, None);
        if row_group.num_rows() < 0 {
            return Err(corrupt(format!("it has {} rows", row_group.num_rows())));
        }
        rows = rows.saturating_add(row_group.num_rows());
        for column in row_group.columns() {
            let corrupt =
                |reason: String| corrupt(reason).at(at, Some(&column.column_path().string()));
            let (start, size) = (first_page(column), column.compressed_size());
            let end = start.checked_add(size);
            if start < 0 || size < 0 || end.is_none_or(|end| end as u64 > len) {
                return Err(corrupt(format!(
                    "its pages lie at byte {start} and take {size} of the file's {len}"
                )));
            }
            if column.num_values() < 0 || column.uncompressed_size() < 0 {
                return Err(corrupt("a count is negative".into()));
            }
        }
    }
    let declared = metadata.file_metadata().num_rows();
    if rows != declared {
        return Err(IoError::corrupt(
            path,
            format!("its row groups have {rows} rows, its footer says {declared}"),
        ));
    }
    Ok(())
}

/// Where the pages of a column chunk begin: with the dictionary, where there is one.
fn first_page(chunk: &ColumnChunkMetaData) -> i64 {
    // Some writers say 0 for none.
    match chunk.dictionary_page_offset() {
        Some(dictionary) if dictionary != 0 => dictionary.min(chunk.data_page_offset()),
        _ => chunk.data_page_offset(),
    }
}

/// Offset and length of the pages of a column chunk, which were checked to lie within the file.
pub(super) fn chunk_range(chunk: &ColumnChunkMetaData) -> (u64, u64) {
    (first_page(chunk) as u64, chunk.compressed_size() as u64)
}

fn not_parquet(path: &str, error: ParquetError) -> IoError {
    match parquet_error(path, error) {
        IoError::Corrupt { path, reason, .. } => IoError::NotFormat {
            path,
            format: FORMAT,
            reason,
        },
        other => other,
    }
}

/// The schema with every text and bytes column as views; dictionaries are decoded by our own reader.
fn with_views(schema: &Schema) -> SchemaRef {
    fn field(field: &FieldRef) -> FieldRef {
        Arc::new(Field::new(
            field.name(),
            view(field.data_type()),
            field.is_nullable(),
        ))
    }
    fn view(arrow: &DataType) -> DataType {
        match arrow {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            DataType::Dictionary(_, values) => view(values),
            DataType::List(item) => DataType::List(field(item)),
            DataType::LargeList(item) => DataType::LargeList(field(item)),
            DataType::FixedSizeList(item, size) => DataType::FixedSizeList(field(item), *size),
            DataType::Struct(fields) => DataType::Struct(fields.iter().map(field).collect()),
            other => other.clone(),
        }
    }
    let fields: Fields = schema.fields().iter().map(field).collect();
    Arc::new(Schema::new(fields))
}

/// Reads ranges for the parser of footers, most of them from the end of the file that it holds.
struct Tail<'a> {
    reader: &'a dyn RangeReader,
    len: u64,
    held: Bytes,
}

impl<'a> Tail<'a> {
    fn read(reader: &'a dyn RangeReader, len: u64) -> Result<Self, IoError> {
        let range = len.saturating_sub(TAIL)..len;
        let held = reader.read(std::slice::from_ref(&range))?.remove(0);
        Ok(Self { reader, len, held })
    }
}

impl Length for Tail<'_> {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Tail<'_> {
    type T = Cursor<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        self.get_bytes(start, self.len.saturating_sub(start) as usize)
            .map(Cursor::new)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let end = start
            .checked_add(length as u64)
            .filter(|end| *end <= self.len);
        let Some(end) = end else {
            return Err(ParquetError::EOF(format!(
                "bytes {start} to {} of {}",
                start.saturating_add(length as u64),
                self.len
            )));
        };
        let from = self.len - self.held.len() as u64;
        if start >= from && !self.held.is_empty() {
            return Ok(self
                .held
                .slice((start - from) as usize..(end - from) as usize));
        }
        let range = start..end;
        let read = self.reader.read(std::slice::from_ref(&range));
        read.map(|mut bytes| bytes.remove(0))
            .map_err(|error| ParquetError::External(Box::new(error)))
    }
}

/// Footers of the files that a session has looked at, by the state of the file.
///
/// Keeps about 128 MiB of them, the latest, and up to 64 MiB of page buffers that readers leave to those after them. Any number of
/// threads may use it.
#[derive(Debug, Default)]
pub struct FooterCache {
    table: Mutex<Table>,
    /// Here because it lives as long as the session, as footers do.
    pub(super) buffers: Waiting,
}

#[derive(Debug, Default)]
struct Table {
    footers: HashMap<String, Arc<Footer>>,
    order: VecDeque<String>,
    bytes: usize,
}

impl FooterCache {
    /// The footer of a file in this state, read if it is not here.
    pub(super) fn get(
        &self,
        identity: &FileIdentity,
        reader: &dyn RangeReader,
    ) -> Result<Arc<Footer>, IoError> {
        if let Some(footer) = self.find(identity) {
            return Ok(footer);
        }
        // Not under the lock: several threads may parse several footers, and seldom the same one twice.
        let footer = Arc::new(contain(&identity.path, || Footer::load(identity, reader))?);
        self.put(&footer);
        Ok(footer)
    }

    /// The footer of a file in this state, opening the file only where it is not here.
    pub(super) fn open(
        &self,
        identity: &FileIdentity,
        context: &IoContext,
    ) -> Result<Arc<Footer>, IoError> {
        match self.find(identity) {
            Some(footer) => Ok(footer),
            None => self.get(identity, open_file(identity, context)?.as_ref()),
        }
    }

    fn find(&self, identity: &FileIdentity) -> Option<Arc<Footer>> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table
            .footers
            .get(&identity.path)
            .filter(|footer| footer.identity == *identity)
            .map(Arc::clone)
    }

    fn put(&self, footer: &Arc<Footer>) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let path = footer.identity.path.clone();
        table.bytes += footer.metadata.memory_size();
        if let Some(before) = table.footers.insert(path.clone(), Arc::clone(footer)) {
            table.bytes -= before.metadata.memory_size();
        } else {
            table.order.push_back(path);
        }
        while table.bytes > CACHED_BYTES && table.order.len() > 1 {
            let Some(oldest) = table.order.pop_front() else {
                return;
            };
            if let Some(footer) = table.footers.remove(&oldest) {
                table.bytes -= footer.metadata.memory_size();
            }
        }
    }
}

/// Opens a file, and checks that it is in the state that the plan was made for.
pub(super) fn open_file(
    identity: &FileIdentity,
    context: &IoContext,
) -> Result<Arc<dyn RangeReader>, IoError> {
    let reader: Arc<dyn RangeReader> = match store::scheme(&identity.path) {
        None => Arc::new(LocalFile::open(&identity.path)?),
        Some(_) => return context.stores.open(identity),
    };
    check_unchanged(identity, reader.as_ref())?;
    Ok(reader)
}

/// Checks that an open file is still in the state that the plan was made for.
pub(super) fn check_unchanged(
    identity: &FileIdentity,
    reader: &dyn RangeReader,
) -> Result<(), IoError> {
    match identity.change(&reader.identity()?) {
        Some(change) => Err(IoError::Changed {
            path: identity.path.clone(),
            change,
        }),
        None => Ok(()),
    }
}
