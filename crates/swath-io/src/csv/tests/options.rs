//! What options change.

use super::fixture::{Folder, context, gzip, read, rows_of};
use crate::{CsvDataset, Dataset, OnBadLines, ReadCsv, ScanRequest};
use swath_expr::{col, lit};

/// Reads text with options, and shows dtypes and rows.
#[track_caller]
fn shown(text: impl AsRef<[u8]>, options: impl FnOnce(ReadCsv) -> ReadCsv) -> String {
    let folder = Folder::of(&[("a.csv", text)]);
    let options = options(ReadCsv::new(folder.path("a.csv")));
    match read(&options) {
        Ok((dtypes, rows, _)) => folder.hide(&format!("{dtypes}\n{}", rows.join("\n"))),
        Err(error) => folder.hide(&error.to_string()),
    }
}

#[test]
fn dtypes_are_inferred_or_declared() {
    let text = "i,f,b,d,t,s\n1,1.5,true,2024-01-31,2024-01-31 10:00:00,x\n,,,,,\n-2,2,FALSE,2024-02-29,2024-02-01T00:00:00.25,NA\n";
    insta::assert_snapshot!(shown(text, |read| read), @r"
    i: int64, f: float64, b: bool, d: date, t: timestamp[us], s: string
    1;1.5;true;2024-01-31;2024-01-31T10:00:00;x
    ~;~;~;~;~;~
    -2;2.0;false;2024-02-29;2024-02-01T00:00:00.250000;~
    ");
    insta::assert_snapshot!(shown(text, |read| read
        .dtype("i", "float32").dtype("f", "decimal(10, 2)").dtype("b", "string").dtype("d", "timestamp[s]").dtype("s", "category")), @r"
        i: float32, f: decimal(10, 2), b: string, d: timestamp[s], t: timestamp[us], s: category
        1.0;1.50;true;2024-01-31T00:00:00;2024-01-31T10:00:00;x
        ~;~;~;~;~;~
        -2.0;2.00;FALSE;2024-02-29T00:00:00;2024-02-01T00:00:00.250000;~
        ");
}

#[test]
fn dialects() {
    insta::assert_snapshot!(shown("a;b\n'x;y';2\n", |read| read.delimiter(';').quote('\'')), @r"
    a: string, b: int64
    x;y;2
    ");
    insta::assert_snapshot!(shown("a\tb\n\"x\t2\n", |read| read.delimiter('\t').quote(None)), @r#"
    a: string, b: int64
    "x;2
    "#);
    insta::assert_snapshot!(shown("# head\na,b\n1,2#x\n#y\n3,4\n", |read| read.comment('#')), @r"
    a: int64, b: int64
    1;2
    3;4
    ");
    insta::assert_snapshot!(shown("a,b\n\"x\\\"y\",1\\,2\n", |read| read.escape('\\')), @r#"
    a: string, b: string
    x"y;1,2
    "#);
    insta::assert_snapshot!(shown("junk\nmore\na,b\n1,2\n", |read| read.skip_rows(2)), @r"
    a: int64, b: int64
    1;2
    ");
    insta::assert_snapshot!(shown("1,2\n3,4\n", |read| read.header(false)), @r"
    0: int64, 1: int64
    1;2
    3;4
    ");
    insta::assert_snapshot!(shown("1,2\n3,4\n", |read| read.names(["x", "y"])), @r"
    x: int64, y: int64
    1;2
    3;4
    ");
    insta::assert_snapshot!(shown("a,b\n3,4\n", |read| read.names(["x", "y"]).header(true)), @r"
    x: int64, y: int64
    3;4
    ");
    insta::assert_snapshot!(shown("\u{feff}a,a,\n3,4,5\n", |read| read), @r"
    a: int64, a.1: int64, Unnamed: 2: int64
    3;4;5
    ");
    insta::assert_snapshot!(shown("a,b\r\n3,4\r\n\r\n5,\r\n", |read| read), @r"
    a: int64, b: int64
    3;4
    5;~
    ");
    insta::assert_snapshot!(shown("a\n\"\"\n\nx\n", |read| read), @r"
    a: string

    x
    ");
    insta::assert_snapshot!(shown("d\n31.01.2024 23:59\n", |read| read.date_format("d", "%d.%m.%Y %H:%M")), @r"
    d: timestamp[us]
    2024-01-31T23:59:00
    ");
}

#[test]
fn numbers_that_are_spelt_otherwise() {
    let german = "n,f,d,t,p\n1.234,\"1,5\",2024-01-31,1.5,1..2\n-1.000.000,\"-1.234,75\",2024-02-29,x,3\n,,,,\n";
    let german = german
        .replace(',', ";")
        .replace("1;5", "1,5")
        .replace("234;75", "234,75");
    insta::assert_snapshot!(shown(&german, |read| read.delimiter(';').decimal(',').thousands('.')), @r"
    n: int64, f: float64, d: date, t: string, p: int64
    1234;1.5;2024-01-31;1.5;12
    -1000000;-1234.75;2024-02-29;x;3
    ~;~;~;~;~
    ");
    // What may also be the delimiter is quoted then.
    let quoted = "a,b,c\n\"1,234\",\"5,678.5\",\"9,0\"\n12,\"-1,000\",\"x,y\"\n";
    insta::assert_snapshot!(shown(quoted, |read| read.thousands(',')), @r"
    a: int64, b: float64, c: string
    1234;5678.5;9,0
    12;-1000.0;x,y
    ");
    // Also where the dtype is declared; what is no number in this spelling is none.
    let declared = |policy| {
        shown("a;b;c\n1.234;1,5;1.000,25\n1.0;2.5;7\n", |read| {
            let read = read
                .delimiter(';')
                .decimal(',')
                .thousands('.')
                .on_bad_lines(policy);
            read.dtype("a", "uint16")
                .dtype("b", "float32")
                .dtype("c", "decimal(10, 2)")
        })
    };
    insta::assert_snapshot!(declared(OnBadLines::Null), @r"
    a: uint16, b: float32, c: decimal(10, 2)
    1234;1.5;1000.25
    10;25.0;7.00
    ");
    let text = |c| shown("x\n1\n", |read| read.thousands(c));
    insta::assert_snapshot!(text('.'), @"option `thousands` is `.`; expected one ASCII character that no number has, `decimal` and `thousands` not the same");
    insta::assert_snapshot!(text('-'), @"option `thousands` is `-`; expected one ASCII character that no number has, `decimal` and `thousands` not the same");
}

#[test]
fn a_carriage_return_alone_ends_a_line() {
    insta::assert_snapshot!(shown("a,b\r1,2\r\r3,\"4,5\"\r", |read| read), @r"
    a: int64, b: string
    1;2
    3;4,5
    ");
    insta::assert_snapshot!(shown("junk\rmore\ra,b\r\n1,2\r#x\r3,4#y\r", |read| read.skip_rows(2).comment('#')), @r"
    a: int64, b: int64
    1;2
    3;4
    ");
    insta::assert_snapshot!(shown("a,b\r1,2\r3,4,5\r", |read| read), @"line 3 of `DATA/a.csv` has 3 fields, and there are 2 columns");
}

/// Which rows there are does not depend on what is read of them.
#[test]
fn lines_that_are_left_out_are_not_counted() {
    let text = "a,b,c\n1,2,3\n4,x,6\n7,8,9,10\n11\n\n\"1\n2\",3,4\n";
    let folder = Folder::of(&[("a.csv", text)]);
    let rows = |policy, columns: &[&str], only: Option<&str>| {
        let read = ReadCsv::new(folder.path("a.csv")).on_bad_lines(policy);
        let read = read.dtype("b", "int64").dtype("a", "string");
        let read = match only {
            Some(only) => read.columns([only]),
            None => read,
        };
        let context = context();
        let dataset = CsvDataset::open(&read, &context).expect("a file");
        let part = dataset.parts(&[dataset.all_units().collect()]).remove(0);
        let request = ScanRequest::new(columns.iter().copied());
        rows_of(part.as_ref(), &request, &context)
            .map(|(rows, stats)| (rows.len(), stats.bad_lines))
            .map_err(|error| folder.hide(&error.to_string()))
    };
    for columns in [&[][..], &["c"], &["a", "c"], &["a", "b", "c"]] {
        assert_eq!(
            rows(OnBadLines::Skip, columns, None),
            Ok((3, 2)),
            "{columns:?}"
        );
        let bad = match columns.len() {
            0 => 0,
            3 => 2,
            _ => 1,
        };
        assert_eq!(
            rows(OnBadLines::Null, columns, None),
            Ok((5, bad)),
            "{columns:?}"
        );
    }
    // Columns that are none of the frame have no say.
    assert_eq!(rows(OnBadLines::Skip, &["c"], Some("c")), Ok((4, 1)));
    // An error is met where something is read.
    assert_eq!(rows(OnBadLines::Error, &[], None), Ok((5, 0)));
    let told = rows(OnBadLines::Error, &["c"], None).expect_err("a line is too long");
    insta::assert_snapshot!(told, @"line 4 of `DATA/a.csv` has 4 fields, and there are 3 columns");
}

#[test]
fn nulls() {
    let text = "n,s\n-,-\nNA,NA\n\"NA\",\"NA\"\nNaN,NaN\n1,\"\"\n";
    insta::assert_snapshot!(shown(text, |read| read.na_values(["-"])), @r"
    n: int64, s: string
    ~;~
    ~;~
    ~;NA
    ~;~
    1;
    ");
    insta::assert_snapshot!(shown("x\nnan\n1.5\n", |read| read.keep_default_na(false)), @r"
    x: float64
    NaN
    1.5
    ");
    insta::assert_snapshot!(shown("x\nnan\n1.5\n", |read| read.keep_default_na(false).nan_as_null(true)), @r"
    x: float64
    ~
    1.5
    ");
    insta::assert_snapshot!(shown("x\n-999\n5\n", |read| read.na_values(["-999"])), @r"
    x: int64
    ~
    5
    ");
}

#[test]
fn bad_lines() {
    let text = "a,b\n1,2\n3,4,5\nx,6\n7\n8,9\n";
    let policy = |policy| shown(text, |read| read.dtype("a", "int64").on_bad_lines(policy));
    insta::assert_snapshot!(policy(OnBadLines::Error), @"line 3 of `DATA/a.csv` has 3 fields, and there are 2 columns");
    insta::assert_snapshot!(policy(OnBadLines::Skip), @r"
    a: int64, b: int64
    1;2
    7;~
    8;9
    ");
    insta::assert_snapshot!(policy(OnBadLines::Null), @r"
    a: int64, b: int64
    1;2
    3;4
    ~;6
    7;~
    8;9
    ");
    let folder = Folder::of(&[("a.csv", text)]);
    let options = ReadCsv::new(folder.path("a.csv"))
        .dtype("a", "int64")
        .on_bad_lines(OnBadLines::Skip);
    assert_eq!(read(&options).expect("rows").2.bad_lines, 2);
}

#[test]
fn compressed_files_and_paths() {
    let text = b"# x\na,b\n1,x\n2,y\n";
    let zstd = zstd::encode_all(&text[..], 1).expect("memory");
    let folder = Folder::of(&[
        ("1.csv", text.to_vec()),
        ("2.csv.gz", gzip(text)),
        ("3.csv.zst", zstd),
    ]);
    let options = ReadCsv::new(folder.path(""))
        .skip_rows(1)
        .include_path_column("from")
        .columns(["b", "a"]);
    let (dtypes, rows, _) = read(&options).expect("rows");
    insta::assert_snapshot!(folder.hide(&format!("{dtypes}\n{}", rows.join("\n"))), @r"
    b: string, a: int64, from: category
    x;1;DATA/1.csv
    y;2;DATA/1.csv
    x;1;DATA/2.csv.gz
    y;2;DATA/2.csv.gz
    x;1;DATA/3.csv.zst
    y;2;DATA/3.csv.zst
    ");
}

#[test]
fn predicates_pass_rows_and_spare_columns() {
    use std::fmt::Write as _;
    let mut text = "k,v,s\n".to_owned();
    for row in 0..20_000 {
        let _ = writeln!(text, "{row},{}.5,\"s{}\"", row % 7, row % 300);
    }
    let folder = Folder::of(&[("a.csv", &text)]);
    let options = ReadCsv::new(folder.path("a.csv")).blocksize("50kB");
    let context = context();
    let dataset = CsvDataset::open(&options, &context).expect("a file");
    assert!(dataset.partitions().len() > 5);
    let units = vec![dataset.all_units().collect::<Vec<_>>()];
    for (predicate, expected) in [
        (col("k").lt(lit(100)), 100),
        (col("s").eq(lit("s7")).and(col("v").gt(lit(3.0))), 39),
        (col("k").ge(lit(100)), 19_900),
        (col("k").lt(lit(0)), 0),
    ] {
        let mut request = ScanRequest::new(["s", "v"]);
        request.predicate = Some(predicate.clone());
        let part = dataset.parts(&units).remove(0);
        let (some, stats) = rows_of(part.as_ref(), &request, &context).expect("rows");
        assert_eq!(some.len(), expected, "{predicate}");
        assert_eq!(stats.rows_read, 20_000);
        assert_eq!(stats.rows_selected, expected as u64);
        assert!(stats.bytes_read as usize >= text.len() - 10);
        // What is not asked for is not parsed, and of what is only the rows that pass.
        let all = stats.values_decoded.values().max().copied();
        assert_eq!(all, Some(20_000), "{predicate}");
        if expected == 100 {
            assert_eq!(stats.values_decoded["v"], 100);
        }
    }
}
