//! Columns as codes whose unsigned order is the order asked for.

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_buffer::NullBuffer;
use arrow_row::{RowConverter, SortField};
use arrow_schema::{DataType, SortOptions};
use swath_meta::DType;

use std::ops::Range;

use super::SortKey;
use crate::KernelError;
use crate::encoding::{Views, plain};
use crate::native::{Native, values, with_native};

/// One sort column as codes.
pub(super) struct Codes {
    /// Direction is applied; garbage where the row is null.
    pub(super) of: Vec<u64>,
    pub(super) nulls: Option<NullBuffer>,
    /// Equal codes mean equal values. Otherwise a smaller code means a smaller value and equal codes
    /// mean nothing: text goes by its first eight bytes.
    pub(super) is_exact: bool,
}

impl Codes {
    /// Where a row stands: nulls that come first are 0, values 1, nulls that come last 2; then by code.
    #[inline]
    pub(super) fn position(&self, key: &SortKey, row: u32) -> (u8, u64) {
        match &self.nulls {
            Some(nulls) if nulls.is_null(row as usize) => (if key.nulls_last { 2 } else { 0 }, 0),
            _ => (1, self.of[row as usize]),
        }
    }
}

/// The column a key names.
pub(super) fn key_column<'a>(
    columns: &'a [ArrayRef],
    key: &SortKey,
) -> Result<&'a ArrayRef, KernelError> {
    columns.get(key.column).ok_or(KernelError::KeyOutOfRange {
        position: key.column,
        columns: columns.len(),
    })
}

/// The codes of a column; codes of several batches compare.
pub(super) fn codes_of(array: &ArrayRef, descending: bool) -> Result<Codes, KernelError> {
    let array = plain(array)?;
    let nulls = array
        .nulls()
        .filter(|nulls| nulls.null_count() > 0)
        .cloned();
    if let Some(views) = Views::of(&array) {
        let codes = (0..array.len()).map(|row| views.with(row, |bytes| prefix(bytes, descending)));
        return Ok(Codes {
            of: codes.collect(),
            nulls,
            is_exact: false,
        });
    }
    with_native!(array.data_type(), N => {
        let values = values::<N>(&array);
        let codes = if descending {
            values.iter().map(|value| value.order(true)).collect()
        } else {
            values.iter().map(|value| value.order(false)).collect()
        };
        Ok(Codes { of: codes, nulls, is_exact: N::WIDTH <= 8 })
    }, _ => Err(no_order(array.data_type())))
}

/// A code that none of some rows is below; `None` where finding it is not faster than looking at each of them. The column has no
/// nulls.
pub(super) fn best_code(array: &ArrayRef, rows: Range<usize>, descending: bool) -> Option<u64> {
    with_native!(array.data_type(), N => {
        let values = values::<N>(array);
        let values = &values[rows];
        let best = if descending { N::largest(values) } else { N::smallest(values) };
        // NaN is the largest value and the last code: behind one there may be others.
        Some(best.order(descending)).filter(|code| *code != u64::MAX)
    }, _ => None)
}

/// The first eight bytes, zeros after a shorter text.
fn prefix(bytes: &[u8], descending: bool) -> u64 {
    let mut first = [0; 8];
    let len = bytes.len().min(8);
    first[..len].copy_from_slice(&bytes[..len]);
    let code = u64::from_be_bytes(first);
    if descending { !code } else { code }
}

fn no_order(found: &DataType) -> KernelError {
    match DType::from_arrow(found) {
        Ok(dtype) => KernelError::unsupported("order", &dtype, None),
        Err(_) => KernelError::Encoding {
            operation: "sort",
            expected: DType::String,
            found: found.clone(),
        },
    }
}

/// Encodes rows of the key columns as bytes whose order is the order asked for.
pub(super) struct RowOrder {
    keys: Vec<SortKey>,
    converter: RowConverter,
}

impl RowOrder {
    /// For columns like these.
    pub(super) fn try_new(columns: &[ArrayRef], keys: &[SortKey]) -> Result<Self, KernelError> {
        let fields = keys
            .iter()
            .map(|key| {
                let column = row_column(&key_column(columns, key)?.slice(0, 0), key)?;
                let is_coded = *column.data_type() == DataType::UInt64;
                let options = SortOptions {
                    // Codes have their direction in them.
                    descending: key.descending && !is_coded,
                    nulls_first: !key.nulls_last,
                };
                Ok(SortField::new_with_options(
                    column.data_type().clone(),
                    options,
                ))
            })
            .collect::<Result<Vec<_>, KernelError>>()?;
        let converter =
            RowConverter::new(fields).map_err(KernelError::arrow("planning an order of rows"))?;
        Ok(Self {
            keys: keys.to_vec(),
            converter,
        })
    }

    /// No rows yet.
    pub(super) fn empty(&self) -> arrow_row::Rows {
        self.converter.empty_rows(0, 0)
    }

    /// Appends the rows of these columns.
    pub(super) fn append(
        &self,
        rows: &mut arrow_row::Rows,
        columns: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let keys = self
            .keys
            .iter()
            .map(|key| row_column(key_column(columns, key)?, key))
            .collect::<Result<Vec<_>, _>>()?;
        self.converter
            .append(rows, &keys)
            .map_err(KernelError::arrow("encoding rows to be ordered"))
    }
}

/// What is encoded for a column: codes for what fits one exactly, so that NaN is last in both
/// directions; else its plain values.
fn row_column(array: &ArrayRef, key: &SortKey) -> Result<ArrayRef, KernelError> {
    let array = plain(array)?;
    let is_wide = matches!(
        array.data_type(),
        DataType::Utf8View | DataType::BinaryView | DataType::Decimal128(..)
    );
    if is_wide {
        return Ok(array);
    }
    let codes = codes_of(&array, key.descending)?;
    Ok(std::sync::Arc::new(UInt64Array::new(
        codes.of.into(),
        codes.nulls,
    )))
}
