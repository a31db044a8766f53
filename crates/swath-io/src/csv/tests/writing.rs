//! What is written is what is read back.

use arrow_array::{
    ArrayRef, BinaryViewArray, Date32Array, DurationSecondArray, RecordBatch, StringViewArray,
    TimestampMicrosecondArray,
};
use proptest::prelude::*;
use std::sync::Arc;
use swath_batch::{Batch, Value};
use swath_meta::DType;

use super::fixture::{Folder, context, read};
use crate::every_dtype::every_dtype;
use crate::{CsvWriter, ReadCsv, ToCsv, WriteOptions};

/// Writes one partition, and gives the text of its file.
#[expect(
    clippy::disallowed_methods,
    reason = "the test reads what was written for others"
)]
fn written(options: &ToCsv, folder: &str, batch: &Batch) -> Vec<u8> {
    let context = context();
    let meta = Arc::clone(batch.meta());
    let write = options
        .target(&context)
        .expect("a folder")
        .begin()
        .expect("begun");
    let mut writer =
        CsvWriter::create(options, write.staged(), &meta, 0, &context).expect("a file");
    writer.write(batch.record_batch()).expect("rows");
    let file = writer.finish().expect("whole");
    write
        .staged()
        .publish(&[file], &context)
        .expect("published");
    let part = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("part.0"))
        })
        .expect("a file");
    std::fs::read(part).expect("the file")
}

#[test]
fn every_dtype_has_a_text() {
    let folder = Folder::of::<&str>(&[]);
    let path = folder.path("out");
    let batch = Batch::from_csv(
        "i,f,b,d,t,s\n1,1.5,true,2024-01-31,2024-01-31T10:00:00,x\n,,,,,\n-2,1e300,false,2024-02-29,2024-02-01T00:00:00.25,\"a, \"\"b\"\"\"\n3,0.1,true,2024-01-01,2024-01-01T00:00:00,NA\n4,2,true,2024-01-01,2024-01-01T00:00:00,\"\"\n",
    )
    .expect("a table");
    let text = written(&ToCsv::new(path.as_str()), &path, &batch);
    insta::assert_snapshot!(String::from_utf8_lossy(&text), @r#"
    i,f,b,d,t,s
    1,1.5,true,2024-01-31,2024-01-31 10:00:00,x
    ,,,,,
    -2,1e300,false,2024-02-29,2024-02-01 00:00:00.250,"a, ""b"""
    3,0.1,true,2024-01-01,2024-01-01 00:00:00,"NA"
    4,2.0,true,2024-01-01,2024-01-01 00:00:00,""
    "#);
    let options = ToCsv::new(path.as_str())
        .delimiter('|')
        .header(false)
        .na_rep("-")
        .overwrite();
    let text = written(&options, &path, &batch);
    insta::assert_snapshot!(String::from_utf8_lossy(&text), @r#"
    1|1.5|true|2024-01-31|2024-01-31 10:00:00|x
    -|-|-|-|-|-
    -2|1e300|false|2024-02-29|2024-02-01 00:00:00.250|"a, ""b"""
    3|0.1|true|2024-01-01|2024-01-01 00:00:00|"NA"
    4|2.0|true|2024-01-01|2024-01-01 00:00:00|""
    "#);
}

/// The options that declare every column as it was.
fn declared(path: &str, batch: &Batch) -> ReadCsv {
    let fields = batch.meta().fields().iter();
    fields.fold(ReadCsv::new(path), |options, field| {
        options.dtype(&*field.name, field.dtype.clone())
    })
}

#[test]
fn every_dtype_comes_back_where_it_is_declared() {
    let batch = every_dtype();
    let fields = batch.meta().fields().iter();
    let texts = fields.filter(|field| !field.dtype.is_nested() && field.dtype != DType::Binary);
    let names: Vec<&str> = texts.map(|field| &*field.name).collect();
    let batch = batch.select(&names).expect("columns");
    let folder = Folder::of::<&str>(&[]);
    let path = folder.path("out");
    written(&ToCsv::new(path.as_str()), &path, &batch);
    let (dtypes, rows, _) = read(&declared(&path, &batch)).expect("rows");
    let expected = batch.meta().fields().iter();
    let expected: Vec<String> = expected
        .map(|field| format!("{}: {}", field.name, field.dtype))
        .collect();
    assert_eq!(dtypes, expected.join(", "));
    for (row, found) in rows.iter().enumerate() {
        let columns = batch.record_batch().columns().iter();
        let expected = columns.map(|column| match Value::from_array(column, row) {
            Value::Null => "~".to_owned(),
            Value::Float(value) if value.is_nan() => "~".to_owned(),
            value => value.to_string(),
        });
        assert_eq!(*found, expected.collect::<Vec<_>>().join(";"), "row {row}");
    }
}

#[test]
fn what_has_no_text_is_an_error_that_names_the_column() {
    let columns: [(&str, ArrayRef); 4] = [
        ("wait", Arc::new(DurationSecondArray::from(vec![i64::MAX]))),
        (
            "bytes",
            Arc::new(BinaryViewArray::from_iter_values([b"\xff"])),
        ),
        ("day", Arc::new(Date32Array::from(vec![i32::MAX]))),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX]).with_timezone("UTC")),
        ),
    ];
    let folder = Folder::of::<&str>(&[]);
    let told = columns.map(|column| {
        let rows = RecordBatch::try_from_iter([column]).expect("a row");
        let batch = Batch::from_record_batch(rows).expect("a batch");
        let (path, context) = (folder.path("out"), context());
        let options = ToCsv::new(path);
        let write = options.target(&context).and_then(|target| target.begin());
        let write = write.expect("begun");
        let mut writer =
            CsvWriter::create(&options, write.staged(), batch.meta(), 0, &context).expect("a file");
        let error = writer.write(batch.record_batch()).expect_err("no text");
        let why = std::error::Error::source(&error).expect("a cause");
        why.to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    Invalid argument error: column `wait` holds 9223372036854775807 as Duration(s), which is too long to be written as text
    Invalid argument error: column `bytes` holds bytes that are no text
    Invalid argument error: column `day` holds 2147483647 as Date32, which is not within the years 0000 to 9999, or the hours of a day
    Invalid argument error: column `at` holds 9223372036854775807 as Timestamp(µs, "UTC"), which is not within the years 0000 to 9999, or the hours of a day
    "#);
}

#[test]
fn one_column_and_any_name_come_back() {
    let folder = Folder::of::<&str>(&[]);
    for (at, name) in ["a", " a ", "b ", "x,y", "\"q\"", "é", "NA", "1"]
        .iter()
        .enumerate()
    {
        let texts = StringViewArray::from(vec![Some("NA"), None, Some(""), Some("x"), None]);
        let rows = RecordBatch::try_from_iter([(*name, Arc::new(texts) as ArrayRef)]);
        let batch = Batch::from_record_batch(rows.expect("rows")).expect("a batch");
        let path = folder.path(&format!("out{at}"));
        written(&ToCsv::new(path.as_str()), &path, &batch);
        let (dtypes, rows, _) = read(&declared(&path, &batch)).expect("rows");
        assert_eq!(dtypes, format!("{name}: string"));
        assert_eq!(rows, ["NA", "~", "", "x", "~"]);
    }
}

#[test]
fn nothing_is_rounded_on_its_way_in() {
    let folder = Folder::of(&[(
        "in.csv",
        "d,t,at,span\n1.005,10:00:00.9,2024-07-01 12:00:00,PT0.5S\n",
    )]);
    let file = || ReadCsv::new(folder.path("in.csv"));
    let (dtypes, rows, _) = read(
        &file()
            .dtype("d", "decimal(5, 3)")
            .dtype("t", "time[ms]")
            .dtype("at", "timestamp[us, Europe/Zurich]")
            .dtype("span", "duration[ms]"),
    )
    .expect("rows");
    insta::assert_snapshot!(format!("{dtypes}\n{}", rows.join("\n")), @r"
    d: decimal(5, 3), t: time[ms], at: timestamp[us, Europe/Zurich], span: duration[ms]
    1.005;10:00:00.900;2024-07-01T14:00:00+02:00;500ms
    ");
    let told = [
        ("d", "decimal(5, 2)"),
        ("t", "time[s]"),
        ("span", "duration[s]"),
        ("at", "timestamp[us, Mars/Base]"),
    ]
    .map(|(column, dtype)| {
        let error =
            read(&file().columns([column]).dtype(column, dtype)).expect_err("it does not fit");
        format!(
            "{}\n  fix {}",
            folder.hide(&error.to_string()),
            error.fix().as_deref().unwrap_or("-")
        )
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    `1.005` is no decimal(5, 2): column `d`, line 2 of `DATA/in.csv`
      fix declare it with `ReadCsv::dtype("d", "string")`; or say that it means null with `na_values(["1.005"])`, or what becomes of such lines with `on_bad_lines`
    `10:00:00.9` is no time[s]: column `t`, line 2 of `DATA/in.csv`
      fix declare it with `ReadCsv::dtype("t", "string")`; or say that it means null with `na_values(["10:00:00.9"])`, or what becomes of such lines with `on_bad_lines`
    `PT0.5S` is no duration[s]: column `span`, line 2 of `DATA/in.csv`
      fix declare it with `ReadCsv::dtype("span", "string")`; or say that it means null with `na_values(["PT0.5S"])`, or what becomes of such lines with `on_bad_lines`
    column `at` cannot be read as timestamp[us, Mars/Base]: there is no time zone `Mars/Base`
      fix zones are called as in the IANA database, `Europe/Berlin`, or by their offset, `+02:00`
    "#);
}

#[test]
fn zoned_timestamps_and_formats_of_moments() {
    use swath_meta::{Field, Meta, TimeUnit};

    let zoned = DType::Timestamp(TimeUnit::Microsecond, Some("Europe/Berlin".into()));
    let meta = Meta::try_new(
        [
            Field::new("at", zoned, true),
            Field::new("local", DType::Timestamp(TimeUnit::Microsecond, None), true),
            Field::new("day", DType::Date, true),
        ],
        swath_meta::Index::none(),
    )
    .expect("a meta");
    let micros = vec![
        Some(1_717_243_200_500_000),
        Some(1_704_110_400_000_000),
        None,
    ];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(TimestampMicrosecondArray::from(micros.clone()).with_timezone("Europe/Berlin")),
        Arc::new(TimestampMicrosecondArray::from(micros)),
        Arc::new(Date32Array::from(vec![Some(19_875), Some(-1), None])),
    ];
    let rows = RecordBatch::try_new(Arc::new(meta.to_arrow().as_ref().clone()), columns);
    let batch = Batch::try_new(rows.expect("rows"), Arc::new(meta)).expect("a batch");
    let folder = Folder::of::<&str>(&[]);
    let path = folder.path("out");
    let text = written(&ToCsv::new(path.as_str()), &path, &batch);
    insta::assert_snapshot!(String::from_utf8_lossy(&text), @r"
    at,local,day
    2024-06-01 14:00:00.500+02:00,2024-06-01 12:00:00.500,2024-06-01
    2024-01-01 13:00:00+01:00,2024-01-01 12:00:00,1969-12-31
    ,,
    ");
    // The moment comes back, on the clock of UTC.
    let back = read(&ReadCsv::new(path.as_str())).expect("rows");
    insta::assert_snapshot!(format!("{}\n{}", back.0, back.1.join("\n")), @r"
    at: timestamp[us, UTC], local: timestamp[us], day: date
    2024-06-01T12:00:00.500000Z;2024-06-01T12:00:00.500000;2024-06-01
    2024-01-01T12:00:00Z;2024-01-01T12:00:00;1969-12-31
    ~;~;~
    ");
    let options = ToCsv::new(path.as_str())
        .overwrite()
        .date_format("%d.%m.%Y")
        .timestamp_format("%d.%m.%Y, %H:%M");
    let text = written(&options, &path, &batch);
    insta::assert_snapshot!(String::from_utf8_lossy(&text), @r#"
    at,local,day
    "01.06.2024, 14:00","01.06.2024, 12:00",01.06.2024
    "01.01.2024, 13:00","01.01.2024, 12:00",31.12.1969
    ,,
    "#);
    let formats = ReadCsv::new(path.as_str()).date_format("local", "%d.%m.%Y, %H:%M");
    let formats = formats.date_format("day", "%d.%m.%Y").dtype("day", "date");
    let back = read(&formats.columns(["local", "day"])).expect("rows");
    assert_eq!(
        back.1,
        [
            "2024-06-01T12:00:00;2024-06-01",
            "2024-01-01T12:00:00;1969-12-31",
            "~;~"
        ]
    );
    let told = [
        options.clone().date_format("%H:%M"),
        options.clone().timestamp_format("%Q"),
        options.timestamp_format("%H:%M %z"),
    ]
    .map(|options| {
        options
            .check(batch.meta())
            .expect_err("it says nothing")
            .to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @r"
    option `date_format` is `%H:%M`; expected letters of `strftime` that every such column has, as in `%d.%m.%Y`
    option `timestamp_format` is `%Q`; expected letters of `strftime` that every such column has, as in `%d.%m.%Y`
    option `timestamp_format` is `%H:%M %z`; expected letters of `strftime` that every such column has, as in `%d.%m.%Y`
    ");
}

#[test]
fn compressed_files_are_read_back() {
    for codec in ["gzip", "zstd"] {
        let folder = Folder::of::<&str>(&[]);
        let path = folder.path("out");
        let batch = Batch::from_csv("a,b\n1,x\n2,\n").expect("a table");
        written(&ToCsv::new(path.as_str()).compression(codec), &path, &batch);
        let (dtypes, rows, _) = read(&ReadCsv::new(path.as_str())).expect("rows");
        assert_eq!(
            (dtypes.as_str(), rows.as_slice()),
            (
                "a: int64, b: string",
                ["1;x".to_owned(), "2;~".to_owned()].as_slice()
            )
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_text_comes_back(texts in proptest::collection::vec(proptest::option::of("[a\",\n\r; NA]{0,5}|NA|null|-"), 1..20)) {
        let rows: Vec<String> = texts
            .iter()
            .map(|text| match text {
                None => "1,".to_owned(),
                Some(text) => format!("1,\"{}\"", text.replace('"', "\"\"")),
            })
            .collect();
        // The small reader for tests knows no line ends in fields.
        prop_assume!(texts.iter().flatten().all(|text| !text.contains(['\n', '\r'])));
        let batch = Batch::from_csv(&format!("n,s\n{}\n", rows.join("\n"))).expect("a table");
        prop_assume!(batch.meta().dtype("s").is_ok_and(DType::is_string));
        let folder = Folder::of::<&str>(&[]);
        let path = folder.path("out");
        written(&ToCsv::new(path.as_str()), &path, &batch);
        let (_, read, _) = read(&ReadCsv::new(path.as_str()).dtype("s", "string")).expect("rows");
        let expected: Vec<String> = texts
            .iter()
            .map(|text| format!("1;{}", text.as_deref().unwrap_or("~")))
            .collect();
        prop_assert_eq!(read, expected);
    }
}
