//! What other programs make of the same text: `tests/golden/text.py` records it.

use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;
use swath_batch::{Batch, Value};

use super::fixture::{Folder, context};
use crate::{CsvDataset, Dataset, ReadCsv, ScanRequest, ToCsv, ToJson, WriteOptions};

fn recorded() -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/text.json");
    let text = std::fs::read_to_string(path).expect("the answers");
    serde_json::from_str(&text).expect("JSON")
}

fn text<'a>(of: &'a Json, key: &str) -> &'a str {
    of[key].as_str().expect(key)
}

/// The options under swath's names.
fn options(path: &str, said: &Json) -> ReadCsv {
    let said = said.as_object().expect("options");
    said.iter().fold(ReadCsv::new(path), |read, (name, value)| {
        let letter = || {
            value
                .as_str()
                .and_then(|text| text.chars().next())
                .expect("a letter")
        };
        match name.as_str() {
            "sep" => read.delimiter(letter()),
            "decimal" => read.decimal(letter()),
            "thousands" => read.thousands(letter()),
            "comment" => read.comment(letter()),
            "skiprows" => read.skip_rows(value.as_u64().expect("a number") as usize),
            other => panic!("an option that the test does not know: {other}"),
        }
    })
}

/// What a frame of the file has, as pandas would say it: a whole number in a column with nulls is a float there.
fn found(read: &ReadCsv) -> (Vec<&'static str>, Vec<Vec<Json>>) {
    let context = context();
    let dataset = CsvDataset::open(read, &context).expect("a file");
    let names: Vec<Arc<str>> = dataset.meta().names().map(Arc::from).collect();
    let part = dataset.parts(&[dataset.all_units().collect()]).remove(0);
    let mut reader = part
        .open(&ScanRequest::new(names), &context)
        .expect("a reader");
    let (mut rows, mut nulls) = (Vec::new(), vec![false; dataset.meta().len()]);
    while let Some(chunk) = reader.next().expect("rows") {
        for row in 0..chunk.rows {
            let value = |(at, column): (usize, &arrow_array::ArrayRef)| match Value::from_array(
                column.as_ref(),
                row,
            ) {
                Value::Null => {
                    nulls[at] = true;
                    Json::Null
                }
                Value::String(text) => Json::from(&*text),
                number => Json::from(number.to_string().parse::<f64>().expect("a number")),
            };
            rows.push(chunk.columns.iter().enumerate().map(value).collect());
        }
    }
    let kind = |(field, nulls): (&swath_meta::Field, bool)| match &field.dtype {
        dtype if dtype.is_integer() && !nulls => "integer",
        dtype if dtype.is_numeric() => "float",
        _ => "text",
    };
    let kinds = dataset
        .meta()
        .fields()
        .iter()
        .zip(nulls)
        .map(kind)
        .collect();
    (kinds, rows)
}

#[test]
fn text_is_read_as_pandas_reads_it() {
    for case in recorded()["read"].as_array().expect("cases") {
        let folder = Folder::of(&[("a.csv", text(case, "text"))]);
        let (kinds, rows) = found(&options(&folder.path("a.csv"), &case["options"]));
        assert_eq!(Json::from(kinds), case["kinds"], "{case}");
        let plain = |row: &Json| {
            let values = row.as_array().expect("a row").iter();
            let values =
                values.map(|value| value.as_f64().map_or_else(|| value.clone(), Json::from));
            values.collect::<Vec<_>>()
        };
        let expected = case["rows"].as_array().expect("rows").iter().map(plain);
        assert_eq!(rows, expected.collect::<Vec<_>>(), "{case}");
    }
}

#[test]
fn moments_are_written_as_pandas_and_polars_write_them() {
    let batch = Batch::from_csv("n,at\n1,2024-01-31T23:05:07\n2,1999-12-31T00:00:00\n3,\n");
    let batch = batch.expect("a table");
    for case in recorded()["written"].as_array().expect("cases") {
        let letters = text(case, "letters");
        let folder = Folder::of::<&str>(&[]);
        let path = folder.path("out");
        let to = ToCsv::new(path.as_str()).timestamp_format(letters);
        assert_eq!(written(&to, &batch), text(case, "text"), "{letters}");
        // And read again, in the same letters, from either format.
        let read = ReadCsv::new(path.as_str()).date_format("at", letters);
        let (_, rows) = found(
            &read
                .dtype("at", "timestamp[s]")
                .dtype("n", "string")
                .columns(["n"]),
        );
        assert_eq!(rows.len(), 3);
        let lines = written(
            &ToJson::new(path.as_str()).timestamp_format(letters),
            &batch,
        );
        let mut csv = text(case, "text").lines().skip(1);
        for line in lines.lines() {
            let object: Json = serde_json::from_str(line).expect("an object");
            let fields = csv
                .next()
                .expect("as many lines")
                .split_once(',')
                .expect("two fields")
                .1;
            assert_eq!(
                object["at"].as_str().unwrap_or_default(),
                fields.trim_matches('"')
            );
        }
    }
}

/// The text of the one file of a write.
fn written(options: &dyn WriteOptions, batch: &Batch) -> String {
    let context = context();
    let write = options
        .target(&context)
        .expect("a folder")
        .begin()
        .expect("begun");
    let mut writer = options
        .create(write.staged(), batch.meta(), 0, &context)
        .expect("a file");
    writer.write(batch.record_batch()).expect("rows");
    let files = writer.finish().expect("whole");
    let files = write.staged().publish(&files, &context).expect("published");
    std::fs::read_to_string(&files[0].path).expect("the file")
}
