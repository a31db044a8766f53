//! Everything that has no strategy of its own, by the `parquet` crate: nested columns, rare encodings and types.

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatchReader, new_empty_array};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use arrow_select::concat::concat;
use arrow_select::filter::filter;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use std::io::Cursor;
use std::sync::Arc;

use super::pages::Buffers;
use super::{ColumnError, ColumnReader};
use crate::parquet::footer::{Footer, chunk_range};

/// Rows decoded at a time.
const BATCH_ROWS: usize = 8192;

/// One column of a row group, decoded as it comes; rows that are not wanted are dropped afterwards.
pub(super) struct Generic {
    reader: ParquetRecordBatchReader,
    arrow: DataType,
    /// Rows that are decoded but not asked for yet.
    ahead: Option<ArrayRef>,
    decoded: u64,
}

impl Generic {
    /// `buffers` holds the bytes of the column's leaves, one after the other.
    pub(super) fn open(
        footer: &Arc<Footer>,
        row_group: usize,
        position: usize,
        buffers: Buffers,
    ) -> Result<Self, ColumnError> {
        let bytes = Bytes::from(buffers.into_chunk());
        let metadata = footer.metadata.row_group(row_group);
        let mut start = 0;
        let ranges = footer.leaves[position]
            .clone()
            .map(|leaf| {
                let (offset, len) = chunk_range(metadata.column(leaf));
                let held = bytes.slice(start..start + len as usize);
                start += len as usize;
                (offset, held)
            })
            .collect();
        let chunks = Chunks {
            ranges,
            len: footer.identity.len,
        };
        let schema = footer.metadata.file_metadata().schema_descr();
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, footer.arrow.clone())
                .with_row_groups(vec![row_group])
                .with_projection(ProjectionMask::roots(schema, [position]))
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(ColumnError::decoder)?;
        let arrow = reader.schema().field(0).data_type().clone();
        Ok(Self {
            reader,
            arrow,
            ahead: None,
            decoded: 0,
        })
    }

    /// The next `rows` rows, in as many arrays as they come in.
    fn take(&mut self, rows: usize) -> Result<Vec<ArrayRef>, ColumnError> {
        let mut taken = Vec::new();
        let mut left = rows;
        while left > 0 {
            let array = if let Some(array) = self.ahead.take() {
                array
            } else {
                let batch = self
                    .reader
                    .next()
                    .ok_or(ColumnError::Corrupt("pages end before the row group does"))?
                    .map_err(ColumnError::decoder)?;
                self.decoded += batch.num_rows() as u64;
                Arc::clone(batch.column(0))
            };
            if array.len() > left {
                self.ahead = Some(array.slice(left, array.len() - left));
                taken.push(array.slice(0, left));
                left = 0;
            } else {
                left -= array.len();
                taken.push(array);
            }
        }
        Ok(taken)
    }
}

impl ColumnReader for Generic {
    fn read(&mut self, rows: usize, keep: Option<&BooleanBuffer>) -> Result<ArrayRef, ColumnError> {
        let mut at = 0;
        let mut kept = Vec::new();
        for array in self.take(rows)? {
            let part = match keep {
                Some(keep) => {
                    let keep = BooleanArray::new(keep.slice(at, array.len()), None);
                    filter(&array, &keep).map_err(ColumnError::decoder)?
                }
                None => Arc::clone(&array),
            };
            at += array.len();
            kept.push(part);
        }
        match kept.as_slice() {
            [] => Ok(new_empty_array(&self.arrow)),
            [one] => Ok(Arc::clone(one)),
            many => concat(&many.iter().map(AsRef::as_ref).collect::<Vec<_>>())
                .map_err(ColumnError::decoder),
        }
    }

    fn skip(&mut self, rows: usize) -> Result<(), ColumnError> {
        self.take(rows).map(drop)
    }

    fn decoded(&self) -> u64 {
        self.decoded
    }

    fn into_buffers(self: Box<Self>) -> Option<Buffers> {
        // The decoder may still share the bytes with arrays.
        None
    }
}

/// The column chunks of one row group, at the places where they are in the file.
struct Chunks {
    ranges: Vec<(u64, Bytes)>,
    len: u64,
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Chunks {
    type T = Cursor<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let (offset, bytes) = self.find(start)?;
        Ok(Cursor::new(bytes.slice((start - offset) as usize..)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let (offset, bytes) = self.find(start)?;
        let from = (start - offset) as usize;
        match from.checked_add(length).filter(|end| *end <= bytes.len()) {
            Some(end) => Ok(bytes.slice(from..end)),
            None => Err(ParquetError::EOF("a page reaches past its column".into())),
        }
    }
}

impl Chunks {
    fn find(&self, start: u64) -> Result<(u64, &Bytes), ParquetError> {
        // Where one column ends the next begins: a range is without its end.
        self.ranges
            .iter()
            .find(|(offset, bytes)| (*offset..offset + bytes.len() as u64).contains(&start))
            .map(|(offset, bytes)| (*offset, bytes))
            .ok_or_else(|| ParquetError::EOF("a page outside of its column".into()))
    }
}
