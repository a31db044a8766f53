//! Footers: what a file says about itself.

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader,
};
use parquet::file::reader::{ChunkReader, Length};
use std::io::Cursor;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use swath_meta::{DType, Meta};

use super::contain::parquet_error;
use super::mark::check_ends;
use crate::footers::OfFile;
use crate::hive::{PARTITION_ON_KEY, recorded_keys};
use crate::{FileIdentity, IoError, RangeReader};

/// The format's name in messages.
pub(super) const FORMAT: &str = "Parquet";

/// What a file says about itself, checked against its length.
#[derive(Debug)]
pub(crate) struct Footer {
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
    /// The footer of a file whose last bytes are `held`.
    pub(super) fn load(
        identity: &FileIdentity,
        reader: &dyn RangeReader,
        held: Bytes,
    ) -> Result<Self, IoError> {
        let path = identity.path.as_str();
        let tail = Tail {
            reader,
            len: identity.len,
            held,
        };
        check_ends(path, identity.len, &tail.held, reader)?;
        let metadata = ParquetMetaDataReader::new()
            .with_page_index_policy(PageIndexPolicy::Skip)
            .parse_and_finish(&tail)
            .map_err(|error| undecodable(path, error))?;
        check_sizes(path, &metadata, identity.len)?;
        let file = metadata.file_metadata();
        let schema = parquet_to_arrow_schema(file.schema_descr(), file.key_value_metadata())
            .map_err(|error| undecodable(path, error))?;
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
            .map_err(|error| undecodable(path, error))?;
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

    /// The dtype that a key of folders was written from, or that the column of its name has.
    pub(super) fn key_dtype(&self, key: &str) -> Option<DType> {
        let mut recorded = recorded_keys(self.recorded(PARTITION_ON_KEY)).into_iter();
        let recorded = recorded.find(|(name, _)| name == key);
        let in_file = || self.meta.dtype(key).ok().cloned();
        recorded.map(|(_, dtype)| dtype).or_else(in_file)
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

impl OfFile for Footer {
    fn identity(&self) -> &FileIdentity {
        &self.identity
    }

    fn bytes(&self) -> usize {
        self.metadata.memory_size()
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

/// The error of a footer that the decoder refuses, or our own where that is what it carries.
fn undecodable(path: &str, error: ParquetError) -> IoError {
    let source = match error {
        ParquetError::External(source) => match source.downcast::<IoError>() {
            Ok(own) => return *own,
            Err(source) => source,
        },
        ParquetError::General(reason)
        | ParquetError::EOF(reason)
        | ParquetError::ArrowError(reason) => reason.into(),
        other => other.into(),
    };
    IoError::Footer {
        path: path.to_owned(),
        source,
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
