//! What files say about themselves, and what is wrong with them.

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::file::properties::WriterProperties;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use swath_batch::Value;
use swath_expr::col;
use swath_graph::Canon;

use super::fixture::{batch, context, file, file_bytes, folder, put, scan, table, whole};
use crate::{IoError, ParquetDataset, ParquetReader, ReadParquet, ScanRequest};

fn ints(values: impl IntoIterator<Item = i64>) -> RecordBatch {
    batch(vec![(
        "a",
        Arc::new(
            values
                .into_iter()
                .collect::<Vec<_>>()
                .into_iter()
                .map(Some)
                .collect::<Int64Array>(),
        ),
    )])
}

fn plain() -> WriterProperties {
    WriterProperties::builder().build()
}

fn by_group(rows: usize) -> WriterProperties {
    WriterProperties::builder()
        .set_max_row_group_row_count(Some(rows))
        .build()
}

/// An error of opening a folder, with the folder's name taken out.
fn error(folder: &std::path::Path, read: impl Into<ReadParquet>) -> String {
    let error = ParquetDataset::open(&read.into(), &context()).expect_err("refused");
    let mut text = error.to_string();
    if let Some(source) = std::error::Error::source(&error) {
        text = format!("{text}\n{source}");
    }
    text.replace(&folder.display().to_string(), "DATA")
}

#[test]
fn files_that_differ_are_named() {
    let folder = folder();
    put(
        folder.path(),
        "a.parquet",
        &file_bytes(&[ints([1])], plain()),
    );
    let floats = batch(vec![("a", Arc::new(Float64Array::from(vec![1.0])))]);
    put(folder.path(), "b.parquet", &file_bytes(&[floats], plain()));
    insta::assert_snapshot!(error(folder.path(), ReadParquet::from(folder.path())), @"column `a` is float64 in `DATA/b.parquet` and int64 in `a.parquet`");
    let other = batch(vec![("aa", Arc::new(Int64Array::from(vec![1])))]);
    put(folder.path(), "b.parquet", &file_bytes(&[other], plain()));
    insta::assert_snapshot!(error(folder.path(), ReadParquet::from(folder.path())), @"`DATA/b.parquet` has no column `a`, which `a.parquet` has");
}

#[test]
fn columns_that_all_files_share_can_be_read() {
    let folder = folder();
    let column = |name: &'static str, at: i64| -> (&str, ArrayRef) {
        (name, Arc::new(Int64Array::from(vec![at])))
    };
    let files = [
        vec![column("a", 1), column("b", 2)],
        vec![column("a", 3)],
        vec![column("a", 5), column("c", 6)],
    ];
    for (at, columns) in files.into_iter().enumerate() {
        let bytes = file_bytes(&[batch(columns)], plain());
        put(folder.path(), &format!("{at}.parquet"), &bytes);
    }
    let read = ReadParquet::from(folder.path());
    let refused = ParquetDataset::open(&read, &context()).expect_err("they differ");
    let text = format!("{refused}\n{}", refused.fix().expect("what to do"));
    insta::assert_snapshot!(text.replace(&folder.path().display().to_string(), "DATA"), @r#"
    `DATA/1.parquet` has no column `b`, which `0.parquet` has; 2 of 3 files differ from `0.parquet`
    read them with `ReadParquet::missing_columns_as_null(true)`; or read the columns they share with `ReadParquet::columns(["a"])`
    "#);
    let (rows, _) = scan(&read.clone().columns(["a"]), None, None, 8192).expect("rows");
    assert_eq!(rows.rows::<(i64,)>().expect("a column"), [(1,), (3,), (5,)]);
    let refused = ParquetDataset::open(&read.columns(["a"]).index("b"), &context());
    assert!(
        matches!(refused, Err(IoError::Schemas { .. })),
        "{refused:?}"
    );
}

#[test]
fn columns_may_stand_in_another_order() {
    let folder = folder();
    let (a, b): (ArrayRef, ArrayRef) = (
        Arc::new(Int64Array::from(vec![1])),
        Arc::new(StringArray::from(vec!["x"])),
    );
    put(
        folder.path(),
        "a.parquet",
        &file_bytes(
            &[batch(vec![("a", Arc::clone(&a)), ("b", Arc::clone(&b))])],
            plain(),
        ),
    );
    put(
        folder.path(),
        "b.parquet",
        &file_bytes(&[batch(vec![("b", b), ("a", a)])], plain()),
    );
    let (rows, _) = scan(&ReadParquet::from(folder.path()), None, None, 8192).expect("rows");
    assert_eq!(
        rows.rows::<(i64, String)>().expect("two columns"),
        vec![(1, "x".to_owned()); 2]
    );
}

#[test]
fn what_is_no_file_of_parquet_is_told() {
    let folder = folder();
    let check = |name: &str, bytes: &[u8]| {
        let path = put(folder.path(), name, bytes);
        error(folder.path(), ReadParquet::from(path))
    };
    let whole = file_bytes(&[ints(0..100)], plain());
    insta::assert_snapshot!(check("empty.parquet", b""), @"`DATA/empty.parquet` is empty (0 bytes), not a Parquet file");
    insta::assert_snapshot!(check("text.parquet", b"region,amount\neu,10\n"), @"`DATA/text.parquet` is not a Parquet file: it is text, which begins with `region,amount`");
    insta::assert_snapshot!(check("cut.parquet", &whole[..whole.len() / 2]), @"`DATA/cut.parquet` is cut off after 691 bytes: it begins as a Parquet file and has no end");
    insta::assert_snapshot!(check("short.parquet", b"PAR1"), @"`DATA/short.parquet` is cut off after 4 bytes: it begins as a Parquet file and has no end");
    insta::assert_snapshot!(check("encrypted.parquet", b"PARE....xxxx\x01\0\0\0PARE"), @"`DATA/encrypted.parquet` is encrypted, and encrypted Parquet files are not supported");
    let mut long = whole.clone();
    let end = long.len() - 8;
    long[end..end + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    insta::assert_snapshot!(check("long.parquet", &long), @"`DATA/long.parquet` is damaged: its footer says that it has 4294967295 bytes, more than the file has");
    let mut garbled = whole.clone();
    garbled[end - 60..end].fill(0xff);
    insta::assert_snapshot!(check("garbled.parquet", &garbled), @r"
    `DATA/garbled.parquet` is damaged: its footer does not decode
    invalid utf-8 sequence of 1 bytes from index 146
    ");
    insta::assert_snapshot!(error(folder.path(), ReadParquet::from(folder.path().join("none.parquet"))), @"there is no file or folder `DATA/none.parquet`");
    insta::assert_snapshot!(error(folder.path(), ReadParquet::from(folder.path().join("cut.parquet")).columns(["a"])), @"`DATA/cut.parquet` is cut off after 691 bytes: it begins as a Parquet file and has no end");
}

#[test]
fn columns_and_index_that_are_not_there_are_told() {
    let (folder, path) = file(&table(10, 1), plain());
    let read = ReadParquet::from(path);
    insta::assert_snapshot!(error(folder.path(), read.clone().columns(["regoin"])), @r"
    cannot use the columns of `DATA/a.parquet`
    no column `regoin`; did you mean `region`? columns are `sorted`, `int`, `few`, `float`, `region`, `note`, `day`, `at`, `ok`, `list`
    ");
    insta::assert_snapshot!(error(folder.path(), read.index("list")), @r"
    cannot use the columns of `DATA/a.parquet`
    column `list` is list<int64>, which has no order, so it cannot be an index
    ");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test changes its own files")]
fn a_file_that_changes_is_noticed() {
    let whole_file = file_bytes(&[ints(0..100)], plain());
    let other = file_bytes(&[ints(100..200)], plain());
    let open = || {
        let folder = folder();
        let path = put(folder.path(), "a.parquet", &whole_file);
        let context = context();
        let dataset =
            ParquetDataset::open(&ReadParquet::from(path.as_path()), &context).expect("a file");
        (folder, path, context, dataset)
    };
    let read = |dataset: &ParquetDataset, context: &crate::IoContext| -> Result<(), IoError> {
        let mut reader = ParquetReader::open(&whole(dataset), &ScanRequest::new(["a"]), context)?;
        while reader.next()?.is_some() {}
        Ok(())
    };
    // Shorter, longer, of the same length, gone.
    let (_folder, path, context, dataset) = open();
    std::fs::write(&path, &whole_file[..whole_file.len() - 1]).expect("written");
    let error = read(&dataset, &context).expect_err("changed");
    insta::assert_snapshot!(error.to_string().replace(&path.display().to_string(), "DATA"), @"`DATA` changed after the frame was planned: it had 1383 bytes and has 1382");
    let (_folder, path, context, dataset) = open();
    std::fs::write(&path, [&whole_file[..], b"more"].concat()).expect("written");
    assert!(matches!(
        read(&dataset, &context),
        Err(IoError::Changed { .. })
    ));
    let (_folder, path, context, dataset) = open();
    assert_eq!(other.len(), whole_file.len());
    std::fs::write(&path, &other).expect("written");
    std::fs::File::options()
        .write(true)
        .open(&path)
        .expect("open")
        .set_modified(SystemTime::now() + Duration::from_secs(10))
        .expect("a time");
    assert!(matches!(
        read(&dataset, &context),
        Err(IoError::Changed { .. })
    ));
    let (_folder, path, context, dataset) = open();
    std::fs::remove_file(&path).expect("removed");
    let gone = read(&dataset, &context).expect_err("gone");
    assert!(
        matches!(gone, IoError::Gone { .. }) && gone.is_not_found(),
        "{gone}"
    );

    // Between two chunks.
    let (_folder, path, context, dataset) = open();
    let request = ScanRequest {
        batch_rows: 10,
        ..ScanRequest::new(["a"])
    };
    let mut reader = ParquetReader::open(&whole(&dataset), &request, &context).expect("a reader");
    assert!(reader.next().expect("rows").is_some());
    std::fs::write(&path, [&other[..], b"more"].concat()).expect("written");
    let rest = loop {
        match reader.next() {
            Ok(Some(_)) => {}
            other => break other.map(drop),
        }
    };
    assert!(matches!(rest, Err(IoError::Changed { .. })), "{rest:?}");
    assert!(reader.next().expect("stays at its end").is_none());
}

#[test]
fn a_cancelled_scan_stops() {
    let (_folder, path) = file(&table(1000, 1), plain());
    let context = context();
    let dataset = ParquetDataset::open(&ReadParquet::from(path), &context).expect("a file");
    let request = ScanRequest {
        batch_rows: 10,
        ..ScanRequest::new(["int"])
    };
    let mut reader = ParquetReader::open(&whole(&dataset), &request, &context).expect("a reader");
    assert!(reader.next().expect("rows").is_some());
    context.cancel.cancel();
    assert!(matches!(reader.next(), Err(IoError::Cancelled(_))));
    assert!(matches!(
        ParquetDataset::open(&ReadParquet::from("x"), &context),
        Err(IoError::Cancelled(_))
    ));
}

#[test]
fn names_follow_files_and_options() {
    let (_folder, path) = file(&ints(0..10), plain());
    let print = |read: &ReadParquet| {
        Canon::new("test", 1)
            .feed(&ParquetDataset::open(read, &context()).expect("a file"))
            .finish()
    };
    let read = ReadParquet::from(path.as_path());
    let before = print(&read);
    assert_eq!(before, print(&read));
    assert_ne!(before, print(&read.clone().nan_as_null(true)));
    put(
        path.parent().expect("a folder"),
        "a.parquet",
        &file_bytes(&[ints(0..11)], plain()),
    );
    assert_ne!(before, print(&read));
}

#[test]
fn divisions_are_known_where_statistics_prove_them() {
    let check = |values: Vec<i64>, split: usize| {
        let (_folder, path) = file(&ints(values), by_group(split));
        let read = ReadParquet::from(path).index("a").split_row_groups(true);
        ParquetDataset::open(&read, &context())
            .expect("a file")
            .divisions()
            .to_string()
    };
    insta::assert_snapshot!(check((0..30).collect(), 10), @"Known(0 … 29, 3 partitions)");
    insta::assert_snapshot!(check((0..30).rev().collect(), 10), @"Unknown(3 partitions)");
    insta::assert_snapshot!(check(vec![1, 2, 2, 3], 2), @"Known(1 … 3, 2 partitions)");
    insta::assert_snapshot!(check(vec![1, 2, 2, 2, 2, 3], 2), @"Known(1 … 3, 2 partitions)");
    insta::assert_snapshot!(check(vec![1, 2, 2, 1, 2, 3], 2), @"Unknown(3 partitions)");
    let (_folder, path) = file(&ints(0..30), by_group(10));
    let dataset = ParquetDataset::open(&ReadParquet::from(path).split_row_groups(2), &context())
        .expect("a file");
    assert_eq!(
        (dataset.npartitions(), dataset.divisions().is_known()),
        (2, false)
    );
    assert_eq!(dataset.partition_units(0), 0..2);
}

/// The labels that each partition reads.
fn labels(dataset: &ParquetDataset) -> Vec<Vec<i64>> {
    let read = |partition| {
        let request = ScanRequest::new(["a"]);
        let part = dataset.partition(partition);
        let mut reader = ParquetReader::open(&part, &request, &context()).expect("a reader");
        let mut labels = Vec::new();
        while let Some(chunk) = reader.next().expect("rows") {
            let column = Arc::clone(&chunk.compact().expect("rows").columns[0]);
            labels.extend(
                (0..column.len()).map(|row| match Value::from_array(&column, row) {
                    Value::Int(label) => label,
                    other => panic!("{other}"),
                }),
            );
        }
        labels
    };
    (0..dataset.npartitions()).map(read).collect()
}

#[test]
fn rows_of_a_shared_label_are_in_one_partition() {
    let check = |values: &[i64], split: i32, expected: &[&[i64]]| {
        let (_folder, path) = file(&ints(values.iter().copied()), by_group(1));
        for read in [
            ReadParquet::from(&*path).split_row_groups(split),
            ReadParquet::from(&*path),
        ] {
            let dataset = ParquetDataset::open(&read.index("a"), &context()).expect("a file");
            assert!(dataset.divisions().is_known());
            assert_eq!(labels(&dataset).concat(), values);
        }
        let read = ReadParquet::from(path).split_row_groups(split).index("a");
        let dataset = ParquetDataset::open(&read, &context()).expect("a file");
        assert_eq!(labels(&dataset), expected);
        assert_eq!(dataset.npartitions(), dataset.divisions().npartitions());
    };
    check(&[1, 2, 2, 3], 2, &[&[1], &[2, 2, 3]]);
    check(
        &[1, 2, 2, 2, 2, 2, 2, 3, 4],
        2,
        &[&[1], &[2, 2, 2, 2, 2, 2, 3], &[4]],
    );
    check(&[1, 2, 2, 2], 2, &[&[1], &[2, 2, 2]]);
    check(&[2, 2, 2, 2], 2, &[&[2, 2, 2, 2]]);
    check(&[2, 2, 2, 3, 3, 5], 2, &[&[2, 2, 2], &[3, 3, 5]]);
    // Not sorted inside: rows keep the order of the files.
    let (_folder, path) = file(&ints([3, 1, 3, 2, 5, 3, 4, 3]), by_group(4));
    let read = ReadParquet::from(path).split_row_groups(true).index("a");
    let dataset = ParquetDataset::open(&read, &context()).expect("a file");
    assert_eq!(labels(&dataset), [vec![1, 2], vec![3, 3, 5, 3, 4, 3]]);
}

#[test]
fn a_file_without_rows_does_not_hide_the_order_of_the_others() {
    let folder = folder();
    for (name, values) in [("a", 0..3), ("b", 3..3), ("c", 3..6), ("d", 6..6)] {
        put(
            folder.path(),
            &format!("{name}.parquet"),
            &file_bytes(&[ints(values)], plain()),
        );
    }
    let read = ReadParquet::from(folder.path()).split_row_groups(false);
    let dataset = ParquetDataset::open(&read, &context()).expect("files");
    assert_eq!(dataset.npartitions(), 4);
    let dataset = ParquetDataset::open(&read.index("a"), &context()).expect("files");
    insta::assert_snapshot!(dataset.divisions(), @"Known(0 … 5, 2 partitions)");
    assert_eq!(labels(&dataset), [[0, 1, 2], [3, 4, 5]]);
}

#[test]
fn bounds_of_columns_are_exact_or_say_so() {
    let (_folder, path) = file(&table(1000, 3), by_group(100));
    let dataset = ParquetDataset::open(&ReadParquet::from(path), &context()).expect("a file");
    let sorted = dataset.column_bounds("sorted").expect("a column");
    assert_eq!(
        (sorted.min, sorted.max, sorted.nulls, sorted.rows),
        (Some(Value::Int(0)), Some(Value::Int(999)), Some(0), 1000)
    );
    assert!(sorted.exact && !sorted.may_have_nan);
    let float = dataset.column_bounds("float").expect("a column");
    assert!(float.may_have_nan && !float.exact);
    assert!(float.nulls.is_some_and(|nulls| nulls > 0));
    let at = dataset.column_bounds("at").expect("a column");
    assert_eq!(at.max, Some(Value::timestamp_us(999_000_000)));
    assert_eq!(dataset.column_bounds("list"), None);
    assert_eq!(dataset.column_bounds("nothing"), None);
}

#[test]
fn a_part_travels() {
    let (_folder, path) = file(&table(1000, 3), by_group(100));
    let context = context();
    let dataset =
        ParquetDataset::open(&ReadParquet::from(path).option("filter", "early"), &context)
            .expect("a file");
    let part = dataset.part(&[1, 3, 4]);
    assert_eq!((part.rows(), part.files().count()), (300, 1));
    let mut out = swath_graph::Encoder::new();
    part.encode(&mut out);
    let bytes = out.into_bytes().expect("encodes");
    assert_eq!(
        crate::ParquetPart::decode(&swath_graph::Decoder::new(&bytes)).expect("decodes"),
        part
    );

    let request = ScanRequest {
        predicate: Some(col("int").gt(10)),
        ..ScanRequest::new(["sorted"])
    };
    let mut out = swath_graph::Encoder::new();
    request.encode(&mut out);
    let bytes = out.into_bytes().expect("encodes");
    let back = ScanRequest::decode(&swath_graph::Decoder::new(&bytes), &context.functions)
        .expect("decodes");
    assert_eq!(format!("{back:?}"), format!("{request:?}"));
    let mut reader = ParquetReader::open(&part, &back, &context).expect("a reader");
    let first = reader.next().expect("rows").expect("rows");
    let first = Value::from_array(&first.compact().expect("rows").columns[0], 0);
    assert!(
        first.compare(&Value::Int(100)) != Some(std::cmp::Ordering::Less),
        "{first}"
    );
}

#[test]
fn footers_are_read_once() {
    let (_folder, path) = file(&table(10, 3), plain());
    let context = context();
    let read = ReadParquet::from(path.as_path());
    let first = ParquetDataset::open(&read, &context).expect("a file");
    let again = ParquetDataset::open(&read, &context).expect("a file");
    assert_eq!(first.files(), again.files());
    let footer = || {
        context
            .footers
            .open(&first.files()[0], &context)
            .expect("a footer")
    };
    assert!(Arc::ptr_eq(&footer(), &footer()));
    insta::assert_snapshot!(first.label().replace(&path.display().to_string(), "a.parquet"), @"a.parquet (1 file, 1 row group)");
}
