//! Wherever a file is cut, its rows are those of the whole file.

use proptest::prelude::*;
use swath_batch::Batch;

use super::fixture::{Folder, context, lines, rows_of};
use crate::{Dataset, JsonDataset, ReadJson};

const FILES: [&str; 6] = [
    "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": \"y\"}\n{\"b\": null}",
    "\n\n{\"a\":1}\r\n \r\n{\"b\":\"}{\\n\\\"\"}\n\n",
    "{\"a\": 1}",
    "\u{feff}{\"a\": 1}\n{\"b\": \"é\u{2028}日\"}\n",
    "{\"b\":\"\"}\n\n\n\n{\"a\":-7}\n",
    "{\"a\":1,\"b\":\"{\\\"a\\\":2}\"}\n{\"a\":3,\"c\":[{\"a\":9},{\"b\":\"z\"}]}\n{}\n",
];

/// The rows of every block on its own, together.
fn read_cut(path: &str, blocksize: usize) -> String {
    let options = ReadJson::new(path)
        .blocksize(blocksize.to_string())
        .dtype("a", "int64")
        .dtype("b", "string");
    let dataset = JsonDataset::open(&options, &context()).expect("a file");
    let rows: Vec<Batch> = dataset
        .all_units()
        .map(|unit| {
            rows_of(&dataset, &[unit], &["a", "b"], None, 2)
                .expect("rows")
                .0
        })
        .collect();
    let rows = rows.iter().flat_map(|rows| {
        let lines = lines(rows);
        lines.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check_all_cuts(text: &str) {
    let folder = Folder::of(&[("a.jsonl", text)]);
    let path = folder.path("a.jsonl");
    let whole = read_cut(&path, text.len());
    for blocksize in 1..text.len() {
        assert_eq!(
            read_cut(&path, blocksize),
            whole,
            "{text:?} in blocks of {blocksize}"
        );
    }
}

#[test]
fn every_cut_gives_the_rows_of_the_whole_file() {
    for text in FILES {
        check_all_cuts(text);
    }
}

/// A record is one line, wherever the file is cut: what spans lines is an error of the whole file too.
#[test]
fn objects_that_span_lines_are_errors_wherever_they_are_cut() {
    for text in [
        "{\"a\":\n1}\n{\"a\":2}\n",
        "{\"a\":1} {\"a\":2}\n",
        "{\"a\":\n1} {\"a\":2}\n",
    ] {
        let folder = Folder::of(&[("a.jsonl", text)]);
        for blocksize in 1..=text.len() {
            let options = ReadJson::new(folder.path("a.jsonl"))
                .blocksize(blocksize.to_string())
                .columns(["a"])
                .dtype("a", "int64");
            let dataset = JsonDataset::open(&options, &context()).expect("a file");
            let failed = |unit: usize| rows_of(&dataset, &[unit], &["a"], None, 9).is_err();
            assert!(
                dataset.all_units().any(failed),
                "{text:?} in blocks of {blocksize}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn every_cut_of_any_table_gives_the_same_rows(
        table in proptest::collection::vec(
            (proptest::option::of(-99_i64..99), "[a\"\n\r\\\\{} ]{0,5}", "[\n ]{0,2}"),
            1..9,
        ),
    ) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (a, b, blank) in &table {
            text.push_str(&serde_json::json!({"a": a, "b": b}).to_string());
            text.push('\n');
            text.push_str(blank);
            text.push('\n');
            let a = a.map_or("~".to_owned(), |a| a.to_string());
            let b = b.replace('\n', "\\n").replace('\r', "\\r");
            expected.push(format!("{a};{b}"));
        }
        let folder = Folder::of(&[("a.jsonl", &text)]);
        let path = folder.path("a.jsonl");
        let whole = read_cut(&path, text.len());
        prop_assert_eq!(&whole, &expected.join("\n"));
        for blocksize in 1..text.len() {
            prop_assert_eq!(&read_cut(&path, blocksize), &whole);
        }
    }
}
