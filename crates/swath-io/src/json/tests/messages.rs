//! What is said about files and options that do not fit.

use std::fmt::Write as _;

use super::fixture::{Folder, gzip, read};
use crate::ReadJson;

#[test]
fn what_does_not_fit_is_told_with_what_to_do() {
    let mut long = String::new();
    for row in 0..30_000 {
        let _ = writeln!(long, "{{\"id\": {row}, \"v\": {row}}}");
    }
    let mut later = long.clone();
    let at = later[..later.len() / 3].rfind('\n').expect("a line end");
    later.insert_str(at, "\n\n{\"id\": 17, \"v\": \"n/k\"}");
    let later_broken = later.replace("\"n/k\"", "n/k");
    let mut cut = gzip(long.as_bytes());
    cut.truncate(cut.len() / 2);
    let folder = Folder::of(&[
        ("one.jsonl", "{\"id\": 1, \"v\": 2}\n".as_bytes()),
        ("list.jsonl", b"[\n{\"id\": 1},\n{\"id\": 2}\n]\n"),
        ("half.jsonl", b"{\"id\": 1}\n{\"id\": 2, \n"),
        ("number.jsonl", b"{\"id\": 1}\n2\n"),
        ("latin.jsonl", b"{\"id\": 1}\n{\"id\": \"caf\xe9\"}\n"),
        (
            "deep.jsonl",
            format!("{{\"id\": {}}}\n", "[".repeat(200)).as_bytes(),
        ),
        ("empty.jsonl", b""),
        ("blank.jsonl", b"\n\n"),
        ("later.jsonl", later.as_bytes()),
        ("later_broken.jsonl", later_broken.as_bytes()),
        ("nested.jsonl", b"{\"id\": 1}\n{\"id\": {\"a\": [1]}}\n"),
        ("cut.jsonl.gz", &cut),
    ]);
    let path = |name: &str| ReadJson::new(folder.path(name));
    let cases = [
        path("list.jsonl"),
        path("half.jsonl"),
        path("number.jsonl"),
        path("latin.jsonl"),
        path("deep.jsonl"),
        path("empty.jsonl"),
        path("blank.jsonl"),
        path("later.jsonl").sample("1kB"),
        path("later_broken.jsonl").sample("1kB"),
        path("nested.jsonl").dtype("id", "int64"),
        path("one.jsonl").dtype("id", "list<string>"),
        path("cut.jsonl.gz"),
        path("one.jsonl").dtype("id", "in64"),
        path("one.jsonl").columns(["w"]),
        path("one.jsonl").blocksize("0"),
        path("one.jsonl").compression("rar"),
        path("one.jsonl").include_path_column("id"),
        path("two.jsonl"),
    ];
    let mut told = String::new();
    for options in cases {
        let error = read(&options).expect_err("it does not fit");
        let _ = writeln!(told, "{error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(why) = cause {
            let _ = writeln!(told, "  why {why}");
            cause = why.source();
        }
        if let Some(fix) = error.fix() {
            let _ = writeln!(told, "  fix {fix}");
        }
    }
    insta::assert_snapshot!(folder.hide(&told), @r#"
    `DATA/list.jsonl` is not a newline-delimited JSON file: it is one list; write one object a line
      fix write the file again, or leave it out of the pattern
    line 2 of `DATA/half.jsonl` is no JSON object: EOF while parsing a value, at its byte 9
      fix each line must hold one object; `ReadJson::on_bad_lines(OnBadLines::Skip)` leaves others out
    line 2 of `DATA/number.jsonl` is no JSON object: it is a number, not an object
      fix each line must hold one object; `ReadJson::on_bad_lines(OnBadLines::Skip)` leaves others out
    line 2 of `DATA/latin.jsonl` is no JSON object: it is no text in UTF-8
      fix each line must hold one object; `ReadJson::on_bad_lines(OnBadLines::Skip)` leaves others out
    line 1 of `DATA/deep.jsonl` is no JSON object: lists and objects nest more than 120 deep
      fix each line must hold one object; `ReadJson::on_bad_lines(OnBadLines::Skip)` leaves others out
    `DATA/empty.jsonl` is not a newline-delimited JSON file: no file has a line that could tell its columns
      fix write the file again, or leave it out of the pattern
    `DATA/blank.jsonl` is not a newline-delimited JSON file: no file has a line that could tell its columns
      fix write the file again, or leave it out of the pattern
    `n/k` is no int64: column `v`, line 10571 of `DATA/later.jsonl`
      fix declare it with `ReadJson::dtype("v", "string")`; or say what becomes of such lines with `on_bad_lines`
    line 10571 of `DATA/later_broken.jsonl` is no JSON object: expected ident, at its byte 18
      fix each line must hold one object; `ReadJson::on_bad_lines(OnBadLines::Skip)` leaves others out
    `{"a":[1]}` is no int64: column `id`, line 2 of `DATA/nested.jsonl`
      fix declare it with `ReadJson::dtype("id", "string")`; or say what becomes of such lines with `on_bad_lines`
    `1` is no list<string>: column `id`, line 1 of `DATA/one.jsonl`
      fix declare it with `ReadJson::dtype("id", "string")`; or say what becomes of such lines with `on_bad_lines`
    `DATA/cut.jsonl.gz` is damaged: incomplete deflate stream
      fix write the file again, or leave it out of the pattern
    cannot use the columns of `DATA/one.jsonl`
      why unknown dtype `in64`; did you mean `int64`?
    cannot use the columns of `DATA/one.jsonl`
      why no column `w`; columns are `id`, `v`
    option `blocksize` is `0`; expected a number of bytes, such as `64MiB`
    option `compression` is `rar`; expected `infer`, `none`, `gzip` or `zstd`
    the files have a column `id`, and the column of their paths is to be named so
      fix give `include_path_column` another name
    there is no file or folder `DATA/two.jsonl`
      fix did you mean `DATA/one.jsonl`?
    "#);
}
