//! What is said about files and options that do not fit.

use std::fmt::Write as _;

use super::fixture::{Folder, gzip, read};
use crate::ReadCsv;

#[test]
fn what_does_not_fit_is_told_with_what_to_do() {
    let mut long = "id,v\n".to_owned();
    for row in 0..30_000 {
        let _ = writeln!(long, "{row},{row}");
    }
    let mut later = long.clone();
    later.insert_str(later.len() / 3, "\n17,n/k\n");
    let mut cut = gzip(long.as_bytes());
    cut.truncate(cut.len() / 2);
    let folder = Folder::of(&[
        ("one.csv", "id,v\n1,2\n".as_bytes()),
        ("other.csv", b"id,w\n1,2\n"),
        ("more.csv", b"id,v,w\n1,2,3\n"),
        ("empty.csv", b""),
        ("blank.csv", b"\n\n"),
        ("later.csv", later.as_bytes()),
        ("wide.csv", b"id,v\n1,2\n3,4,5\n"),
        ("open.csv", b"id,v\n1,2\n3,\"4\n5,6\n"),
        ("latin.csv", b"id,v\n1,caf\xe9\n"),
        ("cut.csv.gz", &cut),
    ]);
    let path = |name: &str| ReadCsv::new(folder.path(name));
    let both = |name: &str| ReadCsv::new(vec![folder.path("one.csv"), folder.path(name)]);
    let cases = [
        both("other.csv"),
        both("more.csv"),
        path("empty.csv"),
        path("blank.csv"),
        path("later.csv").sample("1kB"),
        path("wide.csv").dtype("id", "int64"),
        path("open.csv"),
        path("latin.csv"),
        path("cut.csv.gz"),
        path("one.csv").dtype("idd", "int64"),
        path("one.csv").dtype("id", "in64"),
        path("one.csv").dtype("v", "list<int64>"),
        path("one.csv").columns(["w"]),
        path("one.csv").names(["only"]),
        path("one.csv").delimiter('é'),
        path("one.csv").quote(','),
        path("one.csv").blocksize("0"),
        path("one.csv").compression("rar"),
        path("one.csv").include_path_column("id"),
        path("one.csv").date_format("v", "%!"),
        path("one.csv").date_format("v", "%Y").dtype("v", "int64"),
        path("two.csv"),
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
    `DATA/other.csv` has `w` where `DATA/one.csv` has `v`, column 2
      fix read them apart, or, where the columns mean the same, name them with `ReadCsv::names([..]).header(true)`
    `DATA/more.csv` has 3 columns, and `DATA/one.csv` has 2 columns
      fix read them apart, or, where the columns mean the same, name them with `ReadCsv::names([..]).header(true)`
    `DATA/empty.csv` is empty (0 bytes), not a CSV file
      fix write the file again, or leave it out of the pattern
    `DATA/blank.csv` is not a CSV file: it has no lines but blank ones
      fix write the file again, or leave it out of the pattern
    `n/k` is no int64: column `v`, line 11237 of `DATA/later.csv`
      fix declare it with `ReadCsv::dtype("v", "string")`; or say that it means null with `na_values(["n/k"])`, or what becomes of such lines with `on_bad_lines`
    line 3 of `DATA/wide.csv` has 3 fields, and there are 2 columns
      fix where fields hold delimiters they must be quoted; `ReadCsv::on_bad_lines(OnBadLines::Skip)` leaves such lines out
    a quoted field of `DATA/open.csv` is never closed: it is in the record that begins in line 3
      fix close the quote; where quotes mean nothing in these files say `ReadCsv::quote(None)`
    `caf�` is no text in UTF-8: column `v`, line 2 of `DATA/latin.csv`
      fix the file is not UTF-8: convert it, or leave the column out with `ReadCsv::columns`
    `DATA/cut.csv.gz` is damaged: incomplete deflate stream
      fix write the file again, or leave it out of the pattern
    cannot use the columns of `DATA/one.csv`
      why no column `idd`; did you mean `id`? columns are `id`, `v`
    cannot use the columns of `DATA/one.csv`
      why unknown dtype `in64`; did you mean `int64`?
    column `v` cannot be read as list<int64>: a field of a text file has no parts
      fix read it as `string`, and take it apart with expressions
    cannot use the columns of `DATA/one.csv`
      why no column `w`; columns are `id`, `v`
    1 name given for lines of 2 fields
      fix give one name for each field
    option `delimiter` is `\u{e9}`; expected one ASCII character, other than a line end and those with another meaning
    option `quote` is `,`; expected one ASCII character, other than a line end and those with another meaning
    option `blocksize` is `0`; expected a number of bytes, such as `64MiB`
    option `compression` is `rar`; expected `infer`, `none`, `gzip` or `zstd`
    the files have a column `id`, and the column of their paths is to be named so
      fix give `include_path_column` another name
    option `date_format("v")` is `%!`; expected letters of `strptime`, as in `%d.%m.%Y`
    option `date_format("v")` is `%Y`; expected none for a column declared as neither a date nor a timestamp
    there is no file or folder `DATA/two.csv`
      fix check the path; `DATA` has `blank.csv`, `cut.csv.gz`, `empty.csv` and 7 more
    "#);
}
