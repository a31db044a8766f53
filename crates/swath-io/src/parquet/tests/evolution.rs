//! Files whose columns have changed with time.

use arrow_array::{
    ArrayRef, Float32Array, Float64Array, Int8Array, Int32Array, Int64Array, StringArray,
};
use parquet::file::properties::WriterProperties;
use std::sync::Arc;
use swath_expr::{Functions, col};
use tempfile::TempDir;

use super::fixture::{batch, context, file_bytes, folder, put, scan};
use crate::{ParquetDataset, ReadParquet};

fn table(files: Vec<Vec<(&str, ArrayRef)>>) -> TempDir {
    let folder = folder();
    for (at, columns) in files.into_iter().enumerate() {
        let bytes = file_bytes(&[batch(columns)], WriterProperties::builder().build());
        put(folder.path(), &format!("{at}.parquet"), &bytes);
    }
    folder
}

/// A column that came, one that went, and two that grew.
fn years() -> TempDir {
    let ints = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
    let texts = |values: Vec<&str>| Arc::new(StringArray::from(values)) as ArrayRef;
    table(vec![
        vec![
            ("id", Arc::new(Int32Array::from(vec![1, 2])) as ArrayRef),
            ("old", texts(vec!["x", "y"])),
            ("price", Arc::new(Float32Array::from(vec![1.5, 2.5]))),
        ],
        vec![
            ("price", Arc::new(Float64Array::from(vec![3.5, f64::NAN]))),
            ("new", ints(vec![30, 40])),
            ("id", ints(vec![3, 1 << 40])),
        ],
        vec![
            ("id", Arc::new(Int8Array::from(vec![5])) as ArrayRef),
            ("old", texts(vec!["z"])),
            ("new", ints(vec![50])),
            ("price", Arc::new(Float64Array::from(vec![5.5]))),
        ],
    ])
}

#[test]
fn columns_come_go_and_grow_where_the_options_say_so() {
    let folder = years();
    let read = ReadParquet::from(folder.path()).widen_numbers(true);
    let union = read.clone().missing_columns_as_null(true);
    let (rows, _) = scan(&union, None, None, 1).expect("rows");
    insta::assert_snapshot!(rows, @r"
               id  old       price    new
            int64  string  float64  int64
    ─────────────────────────────────────
                1  x           1.5   null
                2  y           2.5   null
                3  null        3.5     30
    1099511627776  null        NaN     40
                5  z           5.5     50

    5 rows, 4 columns
    ");
    assert_eq!(
        rows.meta().dtype("id").expect("a column").to_string(),
        "int64"
    );
    assert!(rows.meta().field("old").expect("a column").nullable);
    let (first, _) =
        scan(&union.clone().ignore_extra_columns(true), None, None, 8192).expect("rows");
    assert_eq!(
        first.meta().names().collect::<Vec<_>>(),
        ["id", "old", "price"]
    );
    assert_eq!(first.num_rows(), 5);
    let (named, _) = scan(&union.clone().columns(["new", "id"]), None, None, 8192).expect("rows");
    assert_eq!(named.meta().names().collect::<Vec<_>>(), ["new", "id"]);

    for predicate in [
        col("id").gt(2),
        col("id").eq(1_i64 << 40),
        col("id").lt(0),
        col("old").is_null(),
        col("old").eq("z") | col("new").gt(30),
        col("new").notna() & col("price").lt(4.0),
        col("price").ne(2.5),
        (col("new") + col("id")).ge(33),
        col("old").ge("y"),
    ] {
        let bound = predicate
            .bind_predicate(rows.meta(), &Functions::standard())
            .expect("a predicate");
        let mask = bound.mask(rows.record_batch().columns(), rows.num_rows());
        let expected = rows
            .filter(mask.expect("a mask").iter().map(Some))
            .expect("a mask");
        let (found, _) = scan(&union, None, Some(&predicate), 8192).expect("rows");
        assert_eq!(found, expected, "{predicate}");
    }
}

#[test]
fn statistics_are_those_of_the_table() {
    let folder = years();
    let read = ReadParquet::from(folder.path())
        .widen_numbers(true)
        .missing_columns_as_null(true);
    let dataset = ParquetDataset::open(&read, &context()).expect("files");
    let told = |column: &str| {
        let bounds = dataset.column_bounds(column).expect("known");
        let text = |value: Option<swath_batch::Value>| value.map(|value| value.to_string());
        (text(bounds.min), text(bounds.max), bounds.nulls)
    };
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(told("id"), (text("1"), text("1099511627776"), Some(0)));
    assert_eq!(told("old"), (text("x"), text("z"), Some(2)));
    assert_eq!(told("new"), (text("30"), text("50"), Some(2)));
    let index = ParquetDataset::open(&read.index("id").split_row_groups(false), &context());
    assert!(
        !index.expect("files").divisions().is_known(),
        "1..2, 3..2^40, 5"
    );
}

#[test]
fn what_the_options_do_not_admit_is_told_with_the_option_that_would() {
    let ints =
        |name: &'static str| -> (&str, ArrayRef) { (name, Arc::new(Int64Array::from(vec![1]))) };
    let small =
        |name: &'static str| -> (&str, ArrayRef) { (name, Arc::new(Int32Array::from(vec![1]))) };
    let text =
        |name: &'static str| -> (&str, ArrayRef) { (name, Arc::new(StringArray::from(vec!["x"]))) };
    let float = |name: &'static str| -> (&str, ArrayRef) {
        (name, Arc::new(Float64Array::from(vec![1.0])))
    };
    let mut told = Vec::new();
    let mut tell = |files: Vec<Vec<(&str, ArrayRef)>>,
                    options: &dyn Fn(ReadParquet) -> ReadParquet| {
        let folder = table(files);
        let read = options(ReadParquet::from(folder.path()));
        let error = ParquetDataset::open(&read, &context()).expect_err("refused");
        let error = format!("{error}\n  {}", error.fix().unwrap_or_default());
        told.push(error.replace(&folder.path().display().to_string(), "DATA"));
    };
    let none = |read: ReadParquet| read;
    tell(vec![vec![ints("a"), ints("b")], vec![ints("a")]], &none);
    tell(vec![vec![ints("a")], vec![ints("a"), ints("b")]], &none);
    tell(vec![vec![ints("a")], vec![small("a")]], &none);
    tell(vec![vec![ints("a")], vec![float("a")]], &|read| {
        read.widen_numbers(true)
    });
    tell(vec![vec![ints("a")], vec![text("a")]], &|read| {
        read.widen_numbers(true)
    });
    // Of columns that the first file has not, the first that has one counts.
    let later = || {
        vec![
            vec![ints("a")],
            vec![ints("b")],
            vec![small("b")],
            vec![text("b")],
        ]
    };
    tell(later(), &|read| read.missing_columns_as_null(true));
    tell(later(), &|read| {
        read.missing_columns_as_null(true).widen_numbers(true)
    });
    tell(vec![vec![ints("a")], vec![ints("b")]], &|read| {
        read.ignore_extra_columns(true)
    });
    // Each of the others goes with the first, and they do not with each other.
    tell(
        vec![vec![small("a")], vec![ints("a")], vec![float("a")]],
        &|read| read.widen_numbers(true),
    );
    insta::assert_snapshot!(told.join("\n"), @r#"
    `DATA/1.parquet` has no column `b`, which `0.parquet` has
      read them with `ReadParquet::missing_columns_as_null(true)`; or read the columns they share with `ReadParquet::columns(["a"])`
    `DATA/1.parquet` has a column `b`, which `0.parquet` has not
      read them with `ReadParquet::ignore_extra_columns(true)`, or have them as null with `missing_columns_as_null(true)`; or read the columns they share with `ReadParquet::columns(["a"])`
    column `a` is int32 in `DATA/1.parquet` and int64 in `0.parquet`
      read them with `ReadParquet::widen_numbers(true)`, or read them apart
    column `a` is float64 in `DATA/1.parquet` and int64 in `0.parquet`
      they share no column: read them apart
    column `a` is string in `DATA/1.parquet` and int64 in `0.parquet`
      they share no column: read them apart
    column `b` is int32 in `DATA/2.parquet` and int64 in `1.parquet`
      read them with `ReadParquet::widen_numbers(true)`, or read them apart
    column `b` is string in `DATA/3.parquet` and int64 in `1.parquet`
      they share no column: read them apart
    `DATA/1.parquet` has no column `a`, which `0.parquet` has
      read them with `ReadParquet::missing_columns_as_null(true)`, or read them apart
    column `a` is float64 in `DATA/2.parquet` and int64 in `1.parquet`
      they share no column: read them apart
    "#);
}
