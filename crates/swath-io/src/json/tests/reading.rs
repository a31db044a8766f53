//! What lines give, with and without options.

use std::fmt::Write as _;
use swath_expr::{col, lit};

use super::fixture::{Folder, context, gzip, lines, read, rows_of, shown};
use crate::{Dataset, JsonDataset, OnBadLines, ReadJson};

#[test]
fn dtypes_are_inferred_or_declared() {
    let text = r#"
{"i": 1, "f": 1.5, "b": true, "d": "2024-01-31", "t": "2024-01-31T10:00:00Z", "s": "x", "l": [1, null], "o": {"x": 1, "y": ["a"]}}
{}
{"i": -2, "f": "NaN", "s": "", "o": {"y": null}, "l": [], "z": 1e3, "m": {"k": 1}}
{"i": null, "f": 2, "t": "2024-01-31 10:00:00.25+01:00", "o": null, "m": "mixed", "n": null}
"#;
    insta::assert_snapshot!(shown(text, |read| read), @r#"
    i: int64, f: float64, b: bool, d: date, t: timestamp[us, UTC], s: string, l: list<int64>, o: struct<x: int64, y: list<string>>, z: float64, m: string, n: string
    1;1.5;true;2024-01-31;2024-01-31T10:00:00Z;x;[1, null];{x: 1, y: [a]};~;~;~
    ~;~;~;~;~;~;~;~;~;~;~
    -2;NaN;~;~;~;;[];{x: null, y: null};1000.0;{"k":1};~
    ~;2.0;~;~;2024-01-31T09:00:00.250000Z;~;~;~;~;mixed;~
    "#);
    insta::assert_snapshot!(shown(text, |read| read
        .dtype("i", "float32").dtype("f", "string").dtype("b", "string").dtype("d", "timestamp[s]")
        .dtype("s", "category").dtype("o", "string").dtype("l", "list<float64>").dtype("q", "date")
        .columns(["i", "f", "b", "d", "s", "o", "l", "q"])), @r#"
    i: float32, f: string, b: string, d: timestamp[s], s: category, o: string, l: list<float64>, q: date
    1.0;1.5;true;2024-01-31T00:00:00;x;{"x":1,"y":["a"]};[1.0, null];~
    ~;~;~;~;~;~;~;~
    -2.0;NaN;~;~;;{"y":null};[];~
    ~;2;~;~;~;~;~;~
    "#);
}

/// Nothing is rounded or cut off on its way in.
#[test]
fn only_what_is_a_value_of_the_dtype_is_read() {
    let value = |json: &str, dtype: &str| {
        let text = format!("{{\"v\": {json}}}");
        let shown = shown(text, |read| read.dtype("v", dtype));
        shown.lines().nth(1).map(str::to_owned)
    };
    for (json, dtype, expected) in [
        ("2.0", "int64", Some("2")),
        ("4e2", "int32", Some("400")),
        ("\"7\"", "int8", Some("7")),
        ("1.5", "int64", None),
        ("300", "uint8", None),
        ("-1", "uint64", None),
        ("1e300", "int64", None),
        ("true", "int64", None),
        (
            "18446744073709551615",
            "uint64",
            Some("18446744073709551615"),
        ),
        ("\"-Infinity\"", "float64", Some("-inf")),
        ("\"x\"", "float64", None),
        ("1", "bool", None),
        ("\"true\"", "bool", Some("true")),
        ("1.25", "decimal(5, 2)", Some("1.25")),
        ("1.005", "decimal(5, 2)", None),
        ("\"12.5e-1\"", "decimal(5, 2)", Some("1.25")),
        ("\"2024-02-30\"", "date", None),
        ("1700000000", "timestamp[s]", Some("2023-11-14T22:13:20")),
        ("1.5", "timestamp[s]", None),
        ("\"2024-01-31T10:00:00.5\"", "timestamp[s]", None),
        ("\"2024-01-31T10:00:00+02:00\"", "timestamp[s]", None),
        (
            "\"2024-01-31T10:00:00+02:00\"",
            "timestamp[s, UTC]",
            Some("2024-01-31T08:00:00Z"),
        ),
        ("\"10:00:00.25\"", "time[ms]", Some("10:00:00.250")),
        ("\"25:00:00\"", "time[ms]", None),
        ("\"00ff\"", "binary", Some("0x00ff")),
        ("\"0\"", "binary", None),
        ("[1, \"2\"]", "list<int64>", Some("[1, 2]")),
        ("1", "list<int64>", None),
        ("[1]", "struct<a: int64>", None),
        (
            "[{\"a\": \"é\\n\"}, null, true]",
            "string",
            Some("[{\"a\":\"é\\n\"},null,true]"),
        ),
        ("1", "null", None),
    ] {
        assert_eq!(value(json, dtype).as_deref(), expected, "{json} as {dtype}");
    }
}

#[test]
fn lines_that_do_not_fit_are_errors_or_left_out_or_null() {
    let text = "{\"a\": 1}\n{\"a\": \"x\"}\n{\"a\": 2\n\n[3]\n{\"a\": 4}\n";
    let folder = Folder::of(&[("a.jsonl", text)]);
    let of = |policy| {
        let options = ReadJson::new(folder.path("a.jsonl"))
            .dtype("a", "int64")
            .on_bad_lines(policy);
        let (rows, stats) = read(&options).expect("rows");
        (lines(&rows), stats.bad_lines)
    };
    assert_eq!(of(OnBadLines::Skip), ("a: int64\n1\n4".to_owned(), 3));
    assert_eq!(of(OnBadLines::Null), ("a: int64\n1\n~\n4".to_owned(), 3));
}

#[test]
fn what_is_not_asked_for_is_not_looked_at() {
    let mut text = String::new();
    for row in 0..100 {
        let _ = writeln!(
            text,
            "{{\"id\": {row}, \"bad\": {}, \"s\": \"text {row}\"}}",
            ["1", "\"x\""][row % 2]
        );
    }
    let folder = Folder::of(&[("a.jsonl", &text)]);
    let options = ReadJson::new(folder.path("a.jsonl"))
        .dtype("bad", "int64")
        .include_path_column("path")
        .blocksize("1kB");
    let dataset = JsonDataset::open(&options, &context()).expect("a file");
    assert!(dataset.partitions().len() > 3);
    let units: Vec<usize> = dataset.all_units().collect();
    let few = col("id").ge(lit(90)).and(col("path").ne("elsewhere"));
    let (rows, stats) = rows_of(&dataset, &units, &["s", "path"], Some(&few), 8).expect("rows");
    assert_eq!((stats.rows_read, rows.num_rows()), (100, 10));
    let first = format!("text 90;{}", folder.path("a.jsonl"));
    assert_eq!(lines(&rows).lines().nth(1), Some(first.as_str()));
    let (rows, _) = rows_of(&dataset, &units, &[], None, 8).expect("rows");
    assert_eq!(rows.num_rows(), 100);
    assert!(rows_of(&dataset, &units, &["bad"], None, 8).is_err());
}

#[test]
fn files_may_be_compressed_empty_and_of_different_keys() {
    let folder = Folder::of(&[
        ("a.jsonl", b"{\"a\": 1}\n".to_vec()),
        ("b.json.gz", gzip(b"{\"b\": \"x\"}\n{\"a\": 2.5}")),
        (
            "c.ndjson.zst",
            zstd::encode_all(&b"{\"c\": true}"[..], 0).expect("memory"),
        ),
        ("d.jsonl", Vec::new()),
    ]);
    let (rows, stats) = read(&ReadJson::new(folder.path(""))).expect("rows");
    assert_eq!(
        lines(&rows),
        "a: float64, b: string, c: bool\n1.0;~;~\n~;x;~\n2.5;~;~\n~;~;true"
    );
    assert_eq!(stats.row_groups, 4);
}

#[test]
fn a_part_is_read_in_any_process() {
    use crate::{Formats, ScanRequest};
    use swath_graph::{Decoder, Encoder};

    let folder = Folder::of(&[("a.jsonl", "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n")]);
    let options = ReadJson::new(folder.path("a.jsonl")).blocksize("10");
    let dataset = JsonDataset::open(&options, &context()).expect("a file");
    let mut rows = 0;
    for unit in dataset.all_units() {
        let mut encoder = Encoder::new();
        dataset.parts(&[vec![unit]])[0].encode(&mut encoder);
        let bytes = encoder.into_bytes().expect("plain data");
        let formats = Formats::standard();
        let part = (formats.get("json").expect("the format"))
            .decode_part(&Decoder::new(&bytes))
            .expect("a part");
        let mut reader = part
            .open(&ScanRequest::new(["a"]), &context())
            .expect("a reader");
        while let Some(chunk) = reader.next().expect("rows") {
            rows += chunk.rows;
        }
    }
    assert_eq!(rows, 3);
}

/// Lines that nest without end, and other things that no honest program writes.
#[test]
fn hostile_lines_are_errors() {
    let deep = |open: &str, close: &str| {
        let times = 100_000;
        format!(
            "{{\"a\": {}1{}}}\n",
            open.repeat(times),
            close.repeat(times)
        )
    };
    let long = format!("{{\"a\": \"{}\"}}\n", "x".repeat(3 << 20));
    for (text, fits) in [
        (deep("[", "]"), false),
        (deep("{\"a\":", "}"), false),
        (format!("{{\"a\": \"{}\"}}", "[{".repeat(500)), true),
        (long, true),
        ("{\"a\": \"\\ud800\"}".to_owned(), false),
        ("{\"a\": \"\u{0}\"}".to_owned(), true),
        ("\u{0}\u{0}\u{0}".to_owned(), false),
    ] {
        let folder = Folder::of(&[("a.jsonl", &text)]);
        for dtype in ["string", "int64", "list<int64>"] {
            let options = ReadJson::new(folder.path("a.jsonl"))
                .columns(["a"])
                .dtype("a", dtype);
            let found = read(&options).is_ok();
            assert!(!found || fits, "{dtype}: {}", &text[..text.len().min(40)]);
        }
    }
}
