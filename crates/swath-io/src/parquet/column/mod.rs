//! Decoding one column of one row group, by the strategy that its footer allows.
//!
//! ```text
//!  chunk bytes ─► pages ─► levels ─► values          strategy
//!                 thrift              fixed.rs       numbers, dates, times
//!                 codec    hybrid.rs  codes.rs       text, all pages coded: stays codes
//!                                     text.rs        text, some pages plain: views
//!                 └────────────────── generic.rs     everything else, by the `parquet` crate
//! ```
//!
//! The first three take out what is wanted where it stands: rows that were dropped cost no decoding, and a page whose rows are
//! all dropped is not even decompressed. Page buffers are kept from page to page and from row group to row group.

mod codes;
mod fixed;
mod flat;
mod generic;
mod hybrid;
mod pages;
mod text;
mod thrift;

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};
use parquet::basic::{Compression, Encoding, Type};
use parquet::file::metadata::ColumnChunkMetaData;
use std::sync::Arc;
use swath_meta::DType;

use super::bounds::stored_unit;
use super::footer::Footer;
use super::unit::is_coded;
pub(super) use codes::Dictionary;
pub(super) use pages::Buffers;
pub(crate) use pages::Waiting;

/// What is wrong with the bytes of a column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ColumnError {
    /// Bytes that contradict themselves or the footer.
    #[error("{0}")]
    Corrupt(&'static str),
    /// What a codec or the `parquet` crate says.
    #[error("{0}")]
    Decoder(String),
}

impl ColumnError {
    #[expect(clippy::needless_pass_by_value, reason = "made for `map_err`")]
    pub(super) fn decoder(error: impl ToString) -> Self {
        Self::Decoder(error.to_string())
    }
}

/// Walks down one column of a row group.
pub(super) trait ColumnReader: Send {
    /// Of the next `rows` rows those whose bit is set in `keep` (all of them without it), in order.
    fn read(&mut self, rows: usize, keep: Option<&BooleanBuffer>) -> Result<ArrayRef, ColumnError>;

    /// Steps over the next `rows` rows.
    fn skip(&mut self, rows: usize) -> Result<(), ColumnError>;

    /// Values decoded so far.
    fn decoded(&self) -> u64;

    /// The buffers, for the next row group, where they are not given away.
    fn into_buffers(self: Box<Self>) -> Option<Buffers>;
}

/// How a column of a row group is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    /// Values of 4 or 8 bytes, as arrays of this type.
    Fixed(DataType),
    /// Text of which every page is codes.
    Codes,
    /// Text of which some pages are not.
    Text,
    /// By the `parquet` crate.
    Generic,
}

/// The strategy for the column at `position` of a footer in one of its row groups.
pub(super) fn strategy(footer: &Footer, row_group: usize, position: usize) -> Strategy {
    let leaves = footer.leaves[position].clone();
    let metadata = footer.metadata.row_group(row_group);
    if leaves.len() != 1 {
        return Strategy::Generic;
    }
    let chunk = metadata.column(leaves.start);
    let column = chunk.column_descr();
    let flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
    let codec = matches!(
        chunk.compression(),
        Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::ZSTD(_)
            | Compression::LZ4_RAW
    );
    if !flat || !codec || chunk.file_path().is_some() || !plain_or_coded(chunk) {
        return Strategy::Generic;
    }
    let dtype = &footer.meta.fields()[position].dtype;
    let text = *footer.arrow.schema().field(position).data_type() == DataType::Utf8View;
    let border = dtype.border();
    match (column.physical_type(), &border) {
        (Type::BYTE_ARRAY, _) if text && matches!(dtype, DType::String | DType::Category) => {
            if is_coded(chunk) {
                Strategy::Codes
            } else {
                Strategy::Text
            }
        }
        (Type::INT32, DataType::Int32 | DataType::UInt32 | DataType::Date32)
        | (Type::INT64, DataType::Int64 | DataType::UInt64)
        | (Type::FLOAT, DataType::Float32)
        | (Type::DOUBLE, DataType::Float64) => Strategy::Fixed(border),
        (Type::INT32, DataType::Time32(unit))
        | (Type::INT64, DataType::Time64(unit) | DataType::Timestamp(unit, _))
            if stored_unit(column) == Some(*unit) =>
        {
            Strategy::Fixed(border)
        }
        // Parquet has no type for these; what is stored is the number itself.
        (Type::INT64, DataType::Timestamp(TimeUnit::Second, _) | DataType::Duration(_))
            if stored_unit(column).is_none() =>
        {
            Strategy::Fixed(border)
        }
        _ => Strategy::Generic,
    }
}

/// Whether every data page is plain values or codes, as far as the footer tells.
fn plain_or_coded(chunk: &ColumnChunkMetaData) -> bool {
    let decoded = |encoding: &Encoding| {
        matches!(
            encoding,
            Encoding::PLAIN | Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY
        )
    };
    match chunk.page_encoding_stats_mask() {
        Some(mask) => mask.encodings().all(|encoding| decoded(&encoding)),
        // The list is of the encodings of levels too.
        None => chunk
            .encodings()
            .all(|encoding| decoded(&encoding) || encoding == Encoding::RLE),
    }
}

/// Opens the column at `position` of a footer in one of its row groups, whose bytes are in `buffers`. `dictionary` is what
/// earlier row groups of the same column had.
pub(super) fn open_column(
    footer: &Arc<Footer>,
    row_group: usize,
    position: usize,
    strategy: &Strategy,
    buffers: Buffers,
    dictionary: &Dictionary,
) -> Result<Box<dyn ColumnReader>, ColumnError> {
    let leaf = footer.leaves[position].start;
    Ok(match strategy {
        Strategy::Fixed(arrow) => {
            let chunk = footer.metadata.row_group(row_group).column(leaf);
            fixed::open(chunk, arrow, buffers)?
        }
        Strategy::Codes => {
            let chunk = footer.metadata.row_group(row_group).column(leaf);
            Box::new(flat::Flat::open(
                chunk,
                buffers,
                codes::Codes::new(dictionary.clone()),
            )?)
        }
        Strategy::Text => {
            let chunk = footer.metadata.row_group(row_group).column(leaf);
            Box::new(flat::Flat::open(chunk, buffers, text::Text::default())?)
        }
        Strategy::Generic => Box::new(generic::Generic::open(
            footer, row_group, position, buffers,
        )?),
    })
}
