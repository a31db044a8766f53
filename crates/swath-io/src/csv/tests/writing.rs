//! What is written is what is read back.

use proptest::prelude::*;
use std::sync::Arc;
use swath_batch::Batch;

use super::fixture::{Folder, context, read};
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
        prop_assume!(batch.meta().dtype("s").is_ok_and(swath_meta::DType::is_string));
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
