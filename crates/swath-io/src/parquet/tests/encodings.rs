//! Which encoding a column comes in.

use arrow_array::{
    Array, ArrayRef, BinaryArray, DurationMicrosecondArray, FixedSizeBinaryArray, Float16Array,
    Float32Array, Int8Array, LargeStringArray, RecordBatch, StringArray, StructArray,
    Time32MillisecondArray, Time64NanosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt32Array, UInt64Array,
};
use arrow_array::{Decimal128Array, DictionaryArray, types::Int32Type};
use arrow_schema::DataType;
use parquet::basic::Encoding;
use parquet::file::properties::WriterProperties;
use std::sync::Arc;
use swath_batch::Batch;

use super::fixture::{batch, context, file, put, scan, whole};
use crate::{ParquetDataset, ParquetReader, ReadParquet, ScanRequest};

fn strings(rows: usize, distinct: usize) -> ArrayRef {
    Arc::new(
        (0..rows)
            .map(|row| Some(format!("text number {}", row * 7 % distinct)))
            .collect::<StringArray>(),
    )
}

fn types_of(path: &std::path::Path, column: &str) -> Vec<DataType> {
    let context = context();
    let dataset = ParquetDataset::open(&ReadParquet::from(path), &context).expect("a file");
    let mut reader = ParquetReader::open(&whole(&dataset), &ScanRequest::new([column]), &context)
        .expect("a reader");
    let mut found = Vec::new();
    while let Some(chunk) = reader.next().expect("rows") {
        found.push(chunk.columns[0].data_type().clone());
    }
    found.dedup();
    found
}

fn codes(key: DataType) -> DataType {
    DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8View))
}

#[test]
fn coded_text_stays_codes_and_other_text_is_views() {
    let check = |distinct: usize, properties: WriterProperties, expected: &[DataType]| {
        let table = batch(vec![("a", strings(20_000, distinct))]);
        let (_folder, path) = file(&table, properties);
        assert_eq!(types_of(&path, "a"), expected);
        let (found, _) = scan(&ReadParquet::from(path), None, None, 8192).expect("rows");
        assert_eq!(found, Batch::from_record_batch(table).expect("a batch"));
    };
    let properties = WriterProperties::builder;
    check(100, properties().build(), &[codes(DataType::UInt8)]);
    check(300, properties().build(), &[codes(DataType::UInt16)]);
    check(19_000, properties().build(), &[codes(DataType::UInt16)]);
    check(
        100,
        properties().set_dictionary_enabled(false).build(),
        &[DataType::Utf8View],
    );
    check(
        19_000,
        properties().set_dictionary_page_size_limit(10_000).build(),
        &[DataType::Utf8View],
    );
    let delta = properties()
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BYTE_ARRAY)
        .build();
    check(100, delta, &[DataType::Utf8View]);
}

#[test]
fn row_groups_share_a_dictionary() {
    let table = batch(vec![("a", strings(5000, 50))]);
    let (_folder, path) = file(
        &table,
        WriterProperties::builder()
            .set_max_row_group_row_count(Some(500))
            .build(),
    );
    let context = context();
    let dataset = ParquetDataset::open(&ReadParquet::from(path), &context).expect("a file");
    let mut reader = ParquetReader::open(&whole(&dataset), &ScanRequest::new(["a"]), &context)
        .expect("a reader");
    let mut dictionaries = Vec::new();
    while let Some(chunk) = reader.next().expect("rows") {
        dictionaries.push(Arc::clone(
            arrow_array::cast::AsArray::as_any_dictionary(&chunk.columns[0]).values(),
        ));
    }
    assert_eq!(dictionaries.len(), 10);
    assert!(
        dictionaries
            .windows(2)
            .all(|pair| Arc::ptr_eq(&pair[0], &pair[1]))
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line for each type")]
fn every_type_comes_back() {
    let dictionary: DictionaryArray<Int32Type> =
        vec![Some("x"), None, Some("y")].into_iter().collect();
    let structure = StructArray::from(RecordBatch::from(StructArray::from(vec![
        (
            Arc::new(arrow_schema::Field::new("n", DataType::Int8, true)),
            Arc::new(Int8Array::from(vec![Some(1), None, Some(3)])) as ArrayRef,
        ),
        (
            Arc::new(arrow_schema::Field::new("s", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec![Some("a"), Some("b"), None])) as ArrayRef,
        ),
    ])));
    let decimal = Decimal128Array::from(vec![Some(12345), None, Some(-1)])
        .with_precision_and_scale(10, 2)
        .expect("fits");
    let wide = Decimal128Array::from(vec![Some(i128::MAX / 10), None, Some(-1)])
        .with_precision_and_scale(38, 0)
        .expect("fits");
    let half = arrow_cast::cast(
        &Float32Array::from(vec![Some(1.5), None, Some(f32::NAN)]),
        &DataType::Float16,
    )
    .expect("casts");
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "int8",
            Arc::new(Int8Array::from(vec![Some(-1), None, Some(3)])),
        ),
        (
            "uint8",
            Arc::new(UInt8Array::from(vec![Some(255), None, Some(3)])),
        ),
        (
            "uint32",
            Arc::new(UInt32Array::from(vec![Some(u32::MAX), None, Some(3)])),
        ),
        (
            "uint64",
            Arc::new(UInt64Array::from(vec![Some(u64::MAX), None, Some(3)])),
        ),
        ("half", half),
        (
            "float32",
            Arc::new(Float32Array::from(vec![Some(0.1), None, Some(f32::NAN)])),
        ),
        (
            "large",
            Arc::new(LargeStringArray::from(vec![
                Some("x"),
                None,
                Some("a longer text of more than twelve"),
            ])),
        ),
        (
            "binary",
            Arc::new(BinaryArray::from_opt_vec(vec![
                Some(&b"x"[..]),
                None,
                Some(&[0xff, 0][..]),
            ])),
        ),
        (
            "fixed",
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(
                    [Some([1_u8, 2]), None, Some([3, 4])].into_iter(),
                    2,
                )
                .expect("fits"),
            ),
        ),
        ("dictionary", Arc::new(dictionary)),
        ("decimal", Arc::new(decimal)),
        ("wide", Arc::new(wide)),
        (
            "time32",
            Arc::new(Time32MillisecondArray::from(vec![Some(1), None, Some(3)])),
        ),
        (
            "time64",
            Arc::new(Time64NanosecondArray::from(vec![Some(1), None, Some(3)])),
        ),
        (
            "second",
            Arc::new(TimestampSecondArray::from(vec![Some(1), None, Some(3)])),
        ),
        (
            "milli",
            Arc::new(
                TimestampMillisecondArray::from(vec![Some(1), None, Some(3)]).with_timezone("UTC"),
            ),
        ),
        (
            "nano",
            Arc::new(
                TimestampNanosecondArray::from(vec![Some(1), None, Some(3)])
                    .with_timezone("+02:00"),
            ),
        ),
        (
            "duration",
            Arc::new(DurationMicrosecondArray::from(vec![Some(1), None, Some(3)])),
        ),
        ("struct", Arc::new(structure)),
        ("empty", Arc::new(Float16Array::new_null(3))),
        ("null", Arc::new(arrow_array::NullArray::new(3))),
    ];
    let table = batch(columns);
    for properties in [
        WriterProperties::builder().build(),
        WriterProperties::builder()
            .set_dictionary_enabled(false)
            .build(),
    ] {
        let (_folder, path) = file(&table, properties);
        let (found, _) = scan(&ReadParquet::from(path), None, None, 2).expect("rows");
        assert_eq!(
            found,
            Batch::from_record_batch(table.clone()).expect("a batch")
        );
    }
}

#[test]
fn a_category_comes_back_as_one() {
    let meta = swath_meta::Meta::of([("c", "category")]).expect("a meta");
    let text: ArrayRef = Arc::new(StringArray::from(vec![
        Some("x"),
        None,
        Some("y"),
        Some("x"),
    ]));
    let coded = arrow_cast::cast(&text, &meta.fields()[0].dtype.border()).expect("casts");
    let rows = RecordBatch::try_new(meta.to_arrow(), vec![coded]).expect("fits");
    for dictionary in [true, false] {
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(dictionary)
            .build();
        let folder = super::fixture::folder();
        let path = put(
            folder.path(),
            "a.parquet",
            &super::fixture::file_bytes(std::slice::from_ref(&rows), properties),
        );
        let (found, _) = scan(&ReadParquet::from(path), None, None, 8192).expect("rows");
        assert_eq!(
            found.meta().dtype("c").expect("a column").to_string(),
            "category"
        );
        assert_eq!(
            found.str("c").expect("text").iter().collect::<Vec<_>>(),
            [Some("x"), None, Some("y"), Some("x")]
        );
    }
}
