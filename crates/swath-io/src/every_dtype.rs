//! Rows of every dtype, for tests of formats.

use arrow_array::builder::{Int64Builder, ListBuilder, StringBuilder};
use arrow_array::types::{Int8Type, UInt32Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    DurationMicrosecondArray, DurationMillisecondArray, DurationNanosecondArray,
    DurationSecondArray, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    NullArray, RecordBatch, StringArray, StructArray, Time32MillisecondArray, Time32SecondArray,
    Time64MicrosecondArray, Time64NanosecondArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use arrow_schema::{DataType, Field, Fields};
use std::sync::Arc;
use swath_batch::{Batch, normalise};
use swath_meta::{DType, Index, Meta};

/// A text that no view has room for.
const LONG: &str = "a text that no view has room for";

type Columns = Vec<(&'static str, ArrayRef)>;

macro_rules! column {
    ($array:ty, $values:expr) => {
        Arc::new(<$array>::from($values.to_vec())) as ArrayRef
    };
}

/// Four rows of every dtype, in border encodings: extremes, usual ones, and a null.
pub(crate) fn every_dtype() -> Batch {
    let columns = [numbers(), texts(), moments(), nested()].concat();
    let columns = columns
        .into_iter()
        .map(|(name, column)| (name, column, true));
    let rows = RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one height");
    let meta = Meta::from_arrow(rows.schema_ref()).expect("dtypes");
    let fields = meta.fields().iter().map(|field| swath_meta::Field {
        dtype: match &*field.name {
            "category" => DType::Category,
            _ => field.dtype.clone(),
        },
        ..field.clone()
    });
    let meta = Arc::new(Meta::try_new(fields, Index::none()).expect("the same columns"));
    let rows = normalise(&rows, &meta).expect("border encodings");
    Batch::try_new(rows, meta).expect("the columns of the meta")
}

fn numbers() -> Columns {
    let infinite = [
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
        None,
        Some(1e300),
    ];
    let decimal = Decimal128Array::from(vec![Some(12_345), Some(-1), None, Some(10_i128.pow(20))]);
    let decimal = decimal.with_precision_and_scale(30, 2).expect("it fits");
    vec![
        ("null", Arc::new(NullArray::new(4))),
        (
            "bool",
            column!(BooleanArray, [Some(true), Some(false), None, Some(true)]),
        ),
        (
            "int8",
            column!(Int8Array, [Some(i8::MIN), Some(i8::MAX), None, Some(0)]),
        ),
        (
            "int16",
            column!(Int16Array, [Some(i16::MIN), Some(i16::MAX), None, Some(0)]),
        ),
        (
            "int32",
            column!(Int32Array, [Some(i32::MIN), Some(i32::MAX), None, Some(0)]),
        ),
        (
            "int64",
            column!(Int64Array, [Some(i64::MIN), Some(i64::MAX), None, Some(0)]),
        ),
        (
            "uint8",
            column!(UInt8Array, [Some(0), Some(u8::MAX), None, Some(1)]),
        ),
        (
            "uint16",
            column!(UInt16Array, [Some(0), Some(u16::MAX), None, Some(1)]),
        ),
        (
            "uint32",
            column!(UInt32Array, [Some(0), Some(u32::MAX), None, Some(1)]),
        ),
        (
            "uint64",
            column!(UInt64Array, [Some(0), Some(u64::MAX), None, Some(1)]),
        ),
        (
            "float32",
            column!(Float32Array, [Some(0.1), Some(f32::NAN), None, Some(-0.0)]),
        ),
        (
            "float64",
            column!(Float64Array, [Some(0.1), Some(f64::NAN), None, Some(-0.0)]),
        ),
        ("infinite", column!(Float64Array, infinite)),
        ("decimal", Arc::new(decimal)),
    ]
}

fn texts() -> Columns {
    let text = [Some(""), Some("\"é\"\n\\\u{1}日"), None, Some(LONG)];
    let category = [Some("x"), Some("y \"z\""), None, Some("x")];
    let category: DictionaryArray<Int8Type> = category.into_iter().collect();
    let bytes = [Some(&b""[..]), Some(b"\xff\0"), None, Some(b"abc")];
    vec![
        ("string", column!(StringArray, text)),
        ("category", Arc::new(category)),
        ("binary", column!(BinaryArray, bytes)),
    ]
}

fn moments() -> Columns {
    let at = [
        Some(i64::from(i32::MAX)),
        Some(-1),
        None,
        Some(1_700_000_000),
    ];
    let of_day = [Some(0), Some(86_399), None, Some(3_661)];
    let times = |per_second: i64| of_day.map(|time| time.map(|time: i64| time * per_second));
    let short = |per_second: i64| times(per_second).map(|time| time.map(|time| time as i32));
    let ats = |per_second: i64| at.map(|at| at.map(|at| at * per_second + per_second / 3));
    let zoned = TimestampSecondArray::from(ats(1).to_vec()).with_timezone("+02:00");
    let utc = TimestampMicrosecondArray::from(ats(1_000_000).to_vec()).with_timezone("UTC");
    vec![
        (
            "date",
            column!(Date32Array, [Some(0), Some(-719_162), None, Some(20_000)]),
        ),
        ("time_s", column!(Time32SecondArray, short(1))),
        ("time_ms", column!(Time32MillisecondArray, short(1_000))),
        ("time_us", column!(Time64MicrosecondArray, times(1_000_000))),
        (
            "time_ns",
            column!(Time64NanosecondArray, times(1_000_000_000)),
        ),
        ("at_s", column!(TimestampSecondArray, ats(1))),
        ("at_ms", column!(TimestampMillisecondArray, ats(1_000))),
        ("at_us", column!(TimestampMicrosecondArray, ats(1_000_000))),
        (
            "at_ns",
            column!(TimestampNanosecondArray, ats(1_000_000_000)),
        ),
        ("at_utc", Arc::new(utc)),
        ("at_zone", Arc::new(zoned)),
        ("span_s", column!(DurationSecondArray, at)),
        ("span_ms", column!(DurationMillisecondArray, at)),
        ("span_us", column!(DurationMicrosecondArray, at)),
        ("span_ns", column!(DurationNanosecondArray, at)),
    ]
}

fn nested() -> Columns {
    let mut numbers = ListBuilder::new(Int64Builder::new());
    numbers.append_value([Some(1), None, Some(3)]);
    numbers.append_value([]);
    numbers.append_null();
    numbers.append_value([Some(4)]);
    let mut texts = ListBuilder::new(StringBuilder::new());
    texts.append_value([Some("a"), Some(LONG)]);
    texts.append_value([None::<&str>]);
    texts.append_null();
    texts.append_value([Some("")]);
    let fields = Fields::from(vec![
        Field::new("n", DataType::Int64, true),
        Field::new("s", DataType::Utf8, true),
    ]);
    let parts = vec![
        column!(Int64Array, [Some(1), None, None, Some(-1)]),
        column!(StringArray, [Some("a"), Some(LONG), None, None]),
    ];
    let valid = vec![true, true, false, true].into();
    vec![
        ("list", Arc::new(numbers.finish())),
        ("texts", Arc::new(texts.finish())),
        (
            "struct",
            Arc::new(StructArray::new(fields, parts, Some(valid))),
        ),
    ]
}

/// Rows of two columns: categories that are others in every batch, and a number.
pub(crate) fn categories(texts: &[Option<&str>], first: i64) -> Batch {
    let codes: DictionaryArray<UInt32Type> = texts.iter().copied().collect();
    let numbers = Int64Array::from_iter_values((first..).take(texts.len()));
    let columns: [(&str, ArrayRef); 2] = [("k", Arc::new(codes)), ("v", Arc::new(numbers))];
    let rows = RecordBatch::try_from_iter(columns).expect("columns of one height");
    let meta = Arc::new(Meta::of([("k", "category"), ("v", "int64")]).expect("a meta"));
    let rows = normalise(&rows, &meta).expect("border encodings");
    Batch::try_new(rows, meta).expect("the columns of the meta")
}
