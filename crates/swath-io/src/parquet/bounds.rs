//! What statistics say about values: bounds of row groups and of pages.
//!
//! Whatever is doubtful is left out: bounds that are NaN, in an order that is not the dtype's, in a unit that is not the dtype's.
//! Float bounds say nothing about NaN, which they leave out.

use arrow_schema::TimeUnit;
use parquet::basic::{LogicalType, TimeUnit as ParquetUnit, Type};
use parquet::data_type::AsBytes;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::schema::types::ColumnDescriptor;
use swath_batch::Value;
use swath_expr::ColumnBounds;
use swath_meta::DType;

/// What the statistics of a column chunk say about its values.
pub(super) fn chunk_bounds(chunk: &ColumnChunkMetaData, dtype: &DType, rows: u64) -> ColumnBounds {
    let unknown = unknown(dtype, rows);
    let Some(statistics) = chunk.statistics() else {
        return unknown;
    };
    let nulls = statistics.null_count_opt().filter(|nulls| *nulls <= rows);
    let described = ColumnBounds {
        nulls,
        may_have_nan: dtype.is_float() && statistics.nan_count_opt() != Some(0),
        ..unknown
    };
    // The old fields were compared as signed bytes, whatever the type: right only for signed numbers.
    let ordered = !statistics.is_min_max_deprecated() || signed(dtype);
    if !ordered {
        return described;
    }
    let value =
        |bytes: Option<&[u8]>| bytes.and_then(|bytes| value_of(bytes, chunk.column_descr(), dtype));
    let (min, max) = (
        value(statistics.min_bytes_opt()),
        value(statistics.max_bytes_opt()),
    );
    let exact = statistics.min_is_exact() && statistics.max_is_exact();
    with_range(described, min, max, exact)
}

/// What the page index says about the values of one page, which has `rows` rows.
pub(super) fn page_bounds(
    index: &ColumnIndexMetaData,
    page: usize,
    column: &ColumnDescriptor,
    dtype: &DType,
    rows: u64,
) -> ColumnBounds {
    let unknown = unknown(dtype, rows);
    if page as u64 >= index.num_pages() {
        return unknown;
    }
    if index.is_null_page(page) {
        return ColumnBounds {
            nulls: Some(rows),
            may_have_nan: false,
            ..unknown
        };
    }
    let nulls = index
        .null_count(page)
        .and_then(|nulls| u64::try_from(nulls).ok())
        .filter(|nulls| *nulls <= rows);
    let described = ColumnBounds {
        nulls,
        may_have_nan: dtype.is_float() && index.nan_count(page) != Some(0),
        ..unknown
    };
    macro_rules! primitive {
        ($index:expr) => {
            (
                $index.min_value(page).map(|min| min.as_bytes().to_vec()),
                $index.max_value(page).map(|max| max.as_bytes().to_vec()),
            )
        };
    }
    let (min, max) = match index {
        ColumnIndexMetaData::BOOLEAN(index) => primitive!(index),
        ColumnIndexMetaData::INT32(index) => primitive!(index),
        ColumnIndexMetaData::INT64(index) => primitive!(index),
        ColumnIndexMetaData::FLOAT(index) => primitive!(index),
        ColumnIndexMetaData::DOUBLE(index) => primitive!(index),
        ColumnIndexMetaData::BYTE_ARRAY(index)
        | ColumnIndexMetaData::FIXED_LEN_BYTE_ARRAY(index) => (
            index.min_value(page).map(<[u8]>::to_vec),
            index.max_value(page).map(<[u8]>::to_vec),
        ),
        ColumnIndexMetaData::INT96(_) => (None, None),
    };
    let value = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| value_of(&bytes, column, dtype));
    // The index does not say whether its texts were cut.
    with_range(described, value(min), value(max), false)
}

/// The bounds of several parts together, those of the whole.
pub(super) fn union(parts: impl IntoIterator<Item = ColumnBounds>, dtype: &DType) -> ColumnBounds {
    use std::cmp::Ordering::{Greater, Less};
    let mut whole: Option<ColumnBounds> = None;
    for part in parts {
        // A part without any value has no bounds to lose.
        let void = part.rows == 0 || part.nulls == Some(part.rows);
        let Some(before) = whole.take() else {
            whole = Some(part);
            continue;
        };
        let before_void = before.rows == 0 || before.nulls == Some(before.rows);
        let pick = |left: Option<Value>, right: Option<Value>, keep: std::cmp::Ordering| match (
            left, right,
        ) {
            (left, _) if void => left,
            (_, right) if before_void => right,
            (Some(left), Some(right)) => match right.compare(&left) {
                Some(order) if order == keep => Some(right),
                Some(_) => Some(left),
                None => None,
            },
            _ => None,
        };
        whole = Some(ColumnBounds {
            min: pick(before.min, part.min, Less),
            max: pick(before.max, part.max, Greater),
            nulls: before
                .nulls
                .zip(part.nulls)
                .map(|(left, right)| left + right),
            rows: before.rows + part.rows,
            may_have_nan: before.may_have_nan || part.may_have_nan,
            exact: (before.exact || before_void) && (part.exact || void),
        });
    }
    whole.unwrap_or_else(|| ColumnBounds {
        nulls: Some(0),
        may_have_nan: false,
        ..unknown(dtype, 0)
    })
}

/// Whether the file has a page index for this leaf of a row group.
pub(super) fn page_index_of(
    metadata: &ParquetMetaData,
    row_group: usize,
    leaf: usize,
) -> Option<(ColumnIndexMetaData, Vec<u64>)> {
    let pages = metadata.page_index_for_row_group(row_group);
    let starts: Vec<u64> = pages
        .page_locations(leaf)?
        .iter()
        .map(|page| u64::try_from(page.first_row_index).ok())
        .collect::<Option<_>>()?;
    let index = pages.column_index(leaf)?;
    let sound = starts.first() == Some(&0)
        && starts.is_sorted_by(|left, right| left < right)
        && starts
            .last()
            .is_some_and(|last| *last <= metadata.row_group(row_group).num_rows() as u64)
        && index.num_pages() == starts.len() as u64;
    sound.then(|| (index.clone(), starts))
}

fn unknown(dtype: &DType, rows: u64) -> ColumnBounds {
    ColumnBounds {
        min: None,
        max: None,
        nulls: None,
        rows,
        may_have_nan: dtype.is_float(),
        exact: false,
    }
}

fn with_range(
    bounds: ColumnBounds,
    min: Option<Value>,
    max: Option<Value>,
    exact: bool,
) -> ColumnBounds {
    let nan = |value: &Value| matches!(value, Value::Float(value) if value.is_nan());
    // A writer that lets NaN into its bounds has lost the real ones.
    if min.as_ref().is_some_and(nan) || max.as_ref().is_some_and(nan) {
        return bounds;
    }
    // Writers widen a zero to the sign that bounds both, so the column may have the other one.
    let known = |value: &Option<Value>| {
        value
            .as_ref()
            .is_some_and(|value| !matches!(value, Value::Float(0.0)))
    };
    let exact = exact && known(&min) && known(&max);
    ColumnBounds {
        min,
        max,
        exact,
        ..bounds
    }
}

fn signed(dtype: &DType) -> bool {
    dtype.is_signed_integer()
        || matches!(dtype, DType::Date | DType::Time(_) | DType::Timestamp(..))
}

/// A bound, from the bytes that Parquet stores, as a value of the column's dtype.
fn value_of(bytes: &[u8], column: &ColumnDescriptor, dtype: &DType) -> Option<Value> {
    let int32 = || bytes.try_into().ok().map(i32::from_le_bytes);
    let int64 = || bytes.try_into().ok().map(i64::from_le_bytes);
    match (column.physical_type(), dtype) {
        (Type::BOOLEAN, DType::Bool) => bytes.first().map(|byte| Value::Bool(*byte != 0)),
        (Type::INT32, DType::Int8 | DType::Int16 | DType::Int32) => int32().map(Value::from),
        (Type::INT64, DType::Int64) => int64().map(Value::from),
        // Unsigned order is told by the logical type; without it the bounds were compared as signed.
        (Type::INT32, DType::UInt8 | DType::UInt16 | DType::UInt32) if is_unsigned(column) => {
            int32().map(|value| Value::from(value as u32))
        }
        (Type::INT64, DType::UInt64) if is_unsigned(column) => {
            int64().map(|value| Value::from(value as u64))
        }
        (Type::FLOAT, DType::Float32) => bytes
            .try_into()
            .ok()
            .map(f32::from_le_bytes)
            .map(Value::from),
        (Type::DOUBLE, DType::Float64) => bytes
            .try_into()
            .ok()
            .map(f64::from_le_bytes)
            .map(Value::from),
        (Type::INT32, DType::Date) => int32().map(Value::Date),
        (Type::INT32, DType::Decimal { precision, scale }) => {
            int32().map(|value| decimal(value.into(), *precision, *scale))
        }
        (Type::INT64, DType::Decimal { precision, scale }) => {
            int64().map(|value| decimal(value.into(), *precision, *scale))
        }
        (Type::FIXED_LEN_BYTE_ARRAY | Type::BYTE_ARRAY, DType::Decimal { precision, scale }) => {
            big_endian(bytes).map(|value| decimal(value, *precision, *scale))
        }
        (Type::INT64, DType::Timestamp(unit, zone)) if stored_unit(column) == Some(*unit) => {
            Some(Value::Timestamp {
                value: int64()?,
                unit: *unit,
                zone: zone.clone(),
            })
        }
        (Type::INT64, DType::Time(unit)) if stored_unit(column) == Some(*unit) => {
            Some(Value::Time {
                value: int64()?,
                unit: *unit,
            })
        }
        (Type::INT32, DType::Time(unit)) if stored_unit(column) == Some(*unit) => {
            Some(Value::Time {
                value: int32()?.into(),
                unit: *unit,
            })
        }
        (Type::BYTE_ARRAY, DType::String | DType::Category) => {
            std::str::from_utf8(bytes).ok().map(Value::from)
        }
        (Type::BYTE_ARRAY, DType::Binary) => Some(Value::from(bytes)),
        _ => None,
    }
}

fn decimal(value: i128, precision: u8, scale: i8) -> Value {
    Value::Decimal {
        value,
        precision,
        scale,
    }
}

fn big_endian(bytes: &[u8]) -> Option<i128> {
    let first = *bytes.first()?;
    let fill = if first & 0x80 == 0 { 0 } else { 0xff };
    let mut word = [fill; 16];
    word.get_mut(16_usize.checked_sub(bytes.len())?..)?
        .copy_from_slice(bytes);
    Some(i128::from_be_bytes(word))
}

fn is_unsigned(column: &ColumnDescriptor) -> bool {
    use parquet::basic::ConvertedType;
    match column.logical_type_ref() {
        Some(LogicalType::Integer(integer)) => !integer.is_signed,
        _ => matches!(
            column.converted_type(),
            ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64
        ),
    }
}

/// The unit that a time is stored in; the dtype may have another, by a note of the writer.
pub(super) fn stored_unit(column: &ColumnDescriptor) -> Option<TimeUnit> {
    use parquet::basic::ConvertedType;
    let unit = match column.logical_type_ref() {
        Some(LogicalType::Timestamp(timestamp)) => timestamp.unit,
        Some(LogicalType::Time(time)) => time.unit,
        _ => {
            return match column.converted_type() {
                ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIME_MILLIS => {
                    Some(TimeUnit::Millisecond)
                }
                ConvertedType::TIMESTAMP_MICROS | ConvertedType::TIME_MICROS => {
                    Some(TimeUnit::Microsecond)
                }
                _ => None,
            };
        }
    };
    Some(match unit {
        ParquetUnit::MILLIS => TimeUnit::Millisecond,
        ParquetUnit::MICROS => TimeUnit::Microsecond,
        ParquetUnit::NANOS => TimeUnit::Nanosecond,
    })
}
