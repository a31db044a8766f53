//! What can be read on its own: a row group of a file.

use parquet::basic::{Encoding, Type};
use parquet::file::metadata::ColumnChunkMetaData;
use swath_meta::DType;

use super::footer::Footer;

/// A file of a data set, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

impl FileId {
    pub(crate) fn new(at: usize) -> Self {
        Self(at as u32)
    }

    /// The place in [`ParquetDataset::files`](super::ParquetDataset::files).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A row group: the unit of reading, of packing tasks and of parallel work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The file it is in.
    pub file: FileId,
    /// Its place in the file.
    pub row_group: usize,
    /// Its rows.
    pub rows: u64,
}

/// Bytes that a column of a row group takes as arrays, estimated from its footer.
///
/// Exact for numbers; for text the codes and the dictionary, or the views and the text.
pub(super) fn decoded_bytes(footer: &Footer, row_group: usize, column: usize) -> u64 {
    let field = &footer.meta.fields()[column];
    let row_group = footer.metadata.row_group(row_group);
    let rows = row_group.num_rows() as u64;
    let chunks = || {
        footer.leaves[column]
            .clone()
            .map(|leaf| row_group.column(leaf))
    };
    let validity = if field.nullable { rows / 8 } else { 0 };
    let values = match &field.dtype {
        DType::Bool => rows / 8,
        DType::String | DType::Category if chunks().all(is_coded) => {
            // One to four bytes a code; pages say nothing more exact without being read.
            chunks()
                .map(|chunk| {
                    (rows + rows / 2).min(4 * rows)
                        + (chunk.uncompressed_size() as u64).min(1 << 20)
                })
                .sum()
        }
        dtype => match dtype.byte_width() {
            Some(width) => width as u64 * rows,
            None => chunks()
                .map(|chunk| {
                    let text = chunk
                        .unencoded_byte_array_data_bytes()
                        .unwrap_or_else(|| chunk.uncompressed_size());
                    16 * chunk.num_values() as u64 + text as u64
                })
                .sum(),
        },
    };
    values + validity
}

/// Whether a text column can be read as codes: every data page of the chunk refers to the dictionary.
///
/// Told by the encoding statistics; a footer without them is not trusted to be.
pub(super) fn is_coded(chunk: &ColumnChunkMetaData) -> bool {
    let coded = |encoding: &Encoding| {
        matches!(
            encoding,
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY
        )
    };
    chunk.column_type() == Type::BYTE_ARRAY
        && chunk
            .dictionary_page_offset()
            .is_some_and(|offset| offset > 0)
        && chunk.page_encoding_stats_mask().is_some_and(|mask| {
            let mut encodings = mask.encodings().peekable();
            encodings.peek().is_some() && encodings.all(|encoding| coded(&encoding))
        })
}
