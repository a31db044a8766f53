//! What is written is what is read back.

use std::sync::Arc;
use swath_batch::Batch;

use super::fixture::{Folder, context, read};
use crate::every_dtype::{categories, every_dtype};
use crate::{JsonWriter, ReadJson, ToJson, WriteOptions};

/// Writes one partition, and gives the text of its file.
#[expect(
    clippy::disallowed_methods,
    reason = "the test reads what was written for others"
)]
fn written(options: &ToJson, batches: &[Batch]) -> Vec<u8> {
    let context = context();
    let write = (options.target(&context).expect("a folder"))
        .begin()
        .expect("begun");
    let meta = batches[0].meta();
    let mut writer =
        JsonWriter::create(options, write.staged(), meta, 0, &context).expect("a file");
    for batch in batches {
        writer.write(batch.record_batch()).expect("rows");
    }
    let file = writer.finish().expect("whole");
    let published = write
        .staged()
        .publish(std::slice::from_ref(&file), &context);
    published.expect("published");
    std::fs::read(file.path).expect("the file")
}

#[test]
fn every_dtype_comes_back_where_it_is_declared() {
    let batch = every_dtype();
    for codec in ["none", "gzip", "zstd"] {
        let folder = Folder::of::<&str>(&[]);
        let path = folder.path("out");
        written(
            &ToJson::new(path.as_str()).compression(codec),
            std::slice::from_ref(&batch),
        );
        let declared = batch.meta().fields().iter();
        let options = declared.fold(ReadJson::new(path.as_str()), |options, field| {
            options.dtype(&*field.name, field.dtype.clone())
        });
        let (found, _) = read(&options).expect("rows");
        for name in batch.meta().names() {
            let column = |batch: &Batch| Arc::clone(batch.column(name).expect("a column"));
            assert_eq!(&column(&found), &column(&batch), "{name}");
        }
    }
}

#[test]
fn every_value_has_a_text() {
    let folder = Folder::of::<&str>(&[]);
    let text = written(&ToJson::new(folder.path("out").as_str()), &[every_dtype()]);
    let text = String::from_utf8(text).expect("text");
    // One name a line, for who reads the difference.
    let first = text.lines().next().expect("a line").replace(",\"", ",\n\"");
    insta::assert_snapshot!(first, @r#"
    {"null":null,
    "bool":true,
    "int8":-128,
    "int16":-32768,
    "int32":-2147483648,
    "int64":-9223372036854775808,
    "uint8":0,
    "uint16":0,
    "uint32":0,
    "uint64":0,
    "float32":0.1,
    "float64":0.1,
    "infinite":"Infinity",
    "decimal":123.45,
    "string":"",
    "category":"x",
    "binary":"",
    "date":"1970-01-01",
    "time_s":"00:00:00",
    "time_ms":"00:00:00",
    "time_us":"00:00:00",
    "time_ns":"00:00:00",
    "at_s":"2038-01-19T03:14:07",
    "at_ms":"2038-01-19T03:14:07.333",
    "at_us":"2038-01-19T03:14:07.333333",
    "at_ns":"2038-01-19T03:14:07.333333333",
    "at_utc":"2038-01-19T03:14:07.333333Z",
    "at_zone":"2038-01-19T03:14:07Z",
    "span_s":2147483647,
    "span_ms":2147483647,
    "span_us":2147483647,
    "span_ns":2147483647,
    "list":[1,null,3],
    "texts":["a",
    "a text that no view has room for"],
    "struct":{"n":1,
    "s":"a"}}
    "#);
    let third = text.lines().nth(2).expect("a line");
    assert!(
        third.starts_with("{\"null\":null,\"bool\":null,"),
        "{third}"
    );
    assert_eq!(text.lines().count(), 4);
}

#[test]
fn moments_are_written_and_read_in_letters() {
    let folder = Folder::of::<&str>(&[]);
    let path = folder.path("out");
    let batch =
        Batch::from_csv("at,day,n\n2024-01-31T10:30:00,2024-01-31,1\n,,2\n").expect("a table");
    let options = ToJson::new(path.as_str())
        .date_format("%d.%m.%Y")
        .timestamp_format("%d.%m.%Y %H:%M");
    let text = written(&options, std::slice::from_ref(&batch));
    insta::assert_snapshot!(String::from_utf8_lossy(&text), @r#"
    {"at":"31.01.2024 10:30","day":"31.01.2024","n":1}
    {"at":null,"day":null,"n":2}
    "#);
    let read_formats = ReadJson::new(path.as_str())
        .date_format("at", "%d.%m.%Y %H:%M")
        .date_format("day", "%d.%m.%Y")
        .dtype("day", "date");
    let (found, _) = read(&read_formats).expect("rows");
    for name in ["at", "day", "n"] {
        assert_eq!(
            found.column(name).expect("a column"),
            batch.column(name).expect("a column")
        );
    }
    // A column that no line of the sample has is there by its format too.
    let (found, _) = read(&read_formats.clone().date_format("later", "%Y")).expect("rows");
    assert_eq!(
        found.meta().dtype("later").expect("a column").to_string(),
        "timestamp[us]"
    );
    let of_text = read_formats.date_format("n", "%Y-%m-%d");
    let refused = read(&of_text.dtype("n", "string")).expect_err("text is text");
    insta::assert_snapshot!(refused, @r#"option `date_format("n")` is `%Y-%m-%d`; expected none for a column declared as neither a date nor a timestamp"#);
    let error = read(&ReadJson::new(path.as_str()).date_format("at", "%Y-%m-%d"))
        .expect_err("another format");
    insta::assert_snapshot!(folder.hide(&error.to_string()), @"`31.01.2024 10:30` is no timestamp[us]: column `at`, line 1 of `DATA/out/part.0.jsonl`");
    let told = options
        .timestamp_format("%Q")
        .check(batch.meta())
        .expect_err("no letter");
    insta::assert_snapshot!(told, @"option `timestamp_format` is `%Q`; expected letters of `strftime` that every such column has, as in `%d.%m.%Y`");
}

#[test]
fn categories_are_texts() {
    let folder = Folder::of::<&str>(&[]);
    let batches = [
        categories(&[Some("b"), None], 0),
        categories(&[Some("c \"d\"")], 2),
    ];
    let text = written(&ToJson::new(folder.path("out").as_str()), &batches);
    insta::assert_snapshot!(String::from_utf8_lossy(&text), @r#"
    {"k":"b","v":0}
    {"k":null,"v":1}
    {"k":"c \"d\"","v":2}
    "#);
}
