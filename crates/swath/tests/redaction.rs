//! Under `redact_values` no value out of the data is in anything that is said.
//!
//! One test: what is redacted is so for the process.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make and damage files as no part of swath would"
)]

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use swath::prelude::*;
use swath::{Event, Observer, ReadIpc, ReadJson, ToIpc, ToJson};

/// What must not be said: as a text, and as a number.
const SECRET: &str = "CH93-0076";
const NUMBER: &str = "930076";

/// What a mistake says, and every cause of it.
fn said(error: &swath::Error) -> String {
    let mut text = format!("{error}\n{error:?}");
    let mut cause = error.source();
    while let Some(current) = cause {
        let _ = write!(text, "\n{current}");
        cause = current.source();
    }
    let _ = write!(text, "\n{:?}", error.kind());
    text
}

/// A user's own error, which quotes what it was given.
#[derive(Debug)]
struct Closed(String);

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the account {} is closed", self.0)
    }
}

impl std::error::Error for Closed {}

/// A user's own type, which says what it cannot be.
#[derive(Debug, serde::Deserialize)]
enum Kind {
    Checking,
    Savings,
}

/// What an observer that prints all that it is told has printed.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<String>>);

impl Observer for Told {
    fn on(&self, event: &Event) {
        let mut told = self.0.lock().expect("no panic");
        let _ = writeln!(told, "{event:?}");
    }
}

/// Mistakes, by what is done.
type Mistakes = Vec<(&'static str, swath::Error)>;

fn text_files(session: &Session, folder: &Path) -> Mistakes {
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).expect("a file");
        path
    };
    let csv = file("a.csv", &format!("iban,n\nx,1\n{SECRET},{NUMBER}\n"));
    let of_csv = |read: ReadCsv| session.read_csv(read).and_then(|df| df.compute());
    let json = file(
        "a.jsonl",
        &format!("{{\"iban\":\"x\",\"n\":1}}\n{{\"iban\":\"{SECRET}\",\"n\":{NUMBER}}}\n"),
    );
    let of_json = |read: ReadJson| session.read_json(read).and_then(|df| df.compute());
    let folders = folder.join("keys").join(format!("iban={SECRET}"));
    fs::create_dir_all(&folders).expect("folders");
    fs::write(folders.join("a.csv"), "n\n1\n").expect("a file");
    let no_file = file("text.parquet", &format!("{SECRET}\n"));
    let no_ipc = file("text.arrow", &format!("{SECRET}\n"));
    let open = file("open.csv", &format!("iban,n\n\"{SECRET},1\n"));
    let long = file("long.csv", &format!("iban,n\n{SECRET},1,2\n"));
    let broken = file(
        "broken.jsonl",
        &format!("{{\"iban\":\"x\"}}\n{{\"iban\": {SECRET}}}\n"),
    );
    let list = file(
        "list.jsonl",
        &format!("{{\"iban\":\"x\"}}\n[\"{SECRET}\"]\n"),
    );
    let keys = ReadCsv::new(folder.join("keys")).key_dtype("iban", "int64");
    vec![
        (
            "csv: text as a number",
            of_csv(ReadCsv::new(&csv).dtype("iban", "int64")).expect_err("no number"),
        ),
        (
            "csv: a number too large",
            of_csv(ReadCsv::new(&csv).dtype("n", "int8")).expect_err("too large"),
        ),
        (
            "csv: a quote that is open",
            of_csv(ReadCsv::new(&open)).expect_err("open"),
        ),
        (
            "csv: a long line",
            of_csv(ReadCsv::new(&long)).expect_err("long"),
        ),
        (
            "csv: a date in no format",
            of_csv(ReadCsv::new(&csv).date_format("iban", "%Y")).expect_err("no date"),
        ),
        (
            "json: text as a number",
            of_json(ReadJson::new(&json).dtype("iban", "int64")).expect_err("no number"),
        ),
        (
            "json: a number too large",
            of_json(ReadJson::new(&json).dtype("n", "int8")).expect_err("too large"),
        ),
        (
            "json: no value",
            of_json(ReadJson::new(&broken).sample("15B")).expect_err("no JSON"),
        ),
        (
            "json: a list",
            of_json(ReadJson::new(&list)).expect_err("no object"),
        ),
        (
            "folders: a key that is none",
            session.read_csv(keys).expect_err("no number"),
        ),
        (
            "parquet: text",
            session.read_parquet(no_file).expect_err("no Parquet"),
        ),
        (
            "ipc: text",
            session
                .read_ipc(ReadIpc::new(no_ipc))
                .expect_err("no Arrow"),
        ),
    ]
}

fn expressions(accounts: &DataFrame) -> swath::Result<Mistakes> {
    let number: i64 = NUMBER.parse().expect("a number");
    let failed = |name: &str, expr: Expr| accounts.assign(name, expr).and_then(|df| df.compute());
    let cast = failed("x", col("iban").cast("int64"));
    let narrow = failed("x", col("n").cast("int8"));
    let overflow = failed("x", col("n") * i64::MAX);
    let zero = failed("x", col("n") / (col("n") - col("n")).cast("int64"));
    let divided = failed("x", col("n").floordiv(col("zero")));
    let date = failed("x", col("iban").cast("date"));
    let filter = accounts.filter(col("n").eq(SECRET));
    let literal = accounts.filter(col("small").cast("int8").eq(number));
    let map = failed(
        "x",
        col("iban").map(|iban: String| -> Result<i64, Closed> { Err(Closed(iban)) }),
    );
    let panics = failed(
        "x",
        col("iban").map(|iban: String| iban.parse::<i64>().expect(&iban)),
    );
    let closes = |part: Batch| -> Result<Batch, Closed> {
        match part.value("iban", 0) {
            Ok(Value::String(iban)) => Err(Closed(iban.to_string())),
            _ => Ok(part),
        }
    };
    let closes = MapPartitions::new(closes).meta([("iban", "string")]);
    let parts = accounts.map_partitions(closes).and_then(|df| df.compute());
    let rows = accounts.compute()?.rows::<(i8, i8, i8, i8)>().map(|_| ());
    let rows_of = accounts
        .select(["n"])?
        .compute()?
        .rows::<(i8,)>()
        .map(Iterator::count);
    let scalar = accounts.max("n")?.get::<i8>();
    let kinds = accounts.select(["iban"])?.compute()?;
    let kinds = kinds.rows::<(Kind,)>().map(Iterator::count);
    let month = failed("x", col("iban").str().slice(2..4).str().strptime("%m"));
    let pattern = accounts.filter(col("iban").str().matches(&format!("{SECRET}(")));
    let mut mistakes = Vec::new();
    let mut add = |what, error: swath::Error| mistakes.push((what, error));
    add("a cast of text", cast.expect_err("no number"));
    add("a cast to a narrow integer", narrow.expect_err("too large"));
    add("an overflow", overflow.expect_err("too large"));
    for (what, result) in [
        ("a division by zero", zero),
        ("a whole division by zero", divided),
    ] {
        if let Err(error) = result {
            add(what, error);
        }
    }
    add("a cast to a date", date.expect_err("no date"));
    add(
        "a literal of another dtype",
        filter.expect_err("text and number"),
    );
    if let Err(error) = literal {
        add("a literal that does not fit", error);
    }
    add("a closure's own error", map.expect_err("closed"));
    add("a closure that panics", panics.expect_err("a panic"));
    add(
        "a partition function's own error",
        parts.expect_err("closed"),
    );
    if let Err(error) = rows {
        add("rows of another type", error);
    }
    if let Err(error) = rows_of {
        add("rows of a narrow type", error);
    }
    add("a scalar of a narrow type", scalar.expect_err("too large"));
    add(
        "rows of a type without this value",
        kinds.expect_err("no such kind"),
    );
    add(
        "a text that is no month",
        month.expect_err("month 93 or 07"),
    );
    add(
        "a pattern that is none",
        pattern.expect_err("an open bracket"),
    );
    Ok(mistakes)
}

/// What is printed of a frame whose divisions are known.
fn divisions(session: &Session, folder: &Path) -> swath::Result<Vec<String>> {
    let rows = |from: &str| Batch::from_csv(&format!("iban,n\n{from}-1,1\n{from}-2,2\n"));
    let sorted = session.from_batches([rows("AA")?, rows(SECRET)?])?;
    let out = folder.join("sorted");
    sorted.to_parquet(&out)?;
    let sorted = ReadParquet::new(&out).index("iban").split_row_groups(false);
    let sorted = session.read_parquet(sorted)?;
    let number: i64 = NUMBER.parse().expect("a number");
    let bounds = sorted.divisions().bounds().expect("known divisions");
    let filtered = sorted.filter(col("n").eq(number) & col("n").isin([number]))?;
    Ok(vec![
        sorted.divisions().to_string(),
        bounds.to_string(),
        format!("{:?}", bounds.labels()),
        sorted.to_string(),
        filtered.to_string(),
        filtered.explain().to_string(),
    ])
}

fn writes(session: &Session, accounts: &DataFrame, folder: &Path) -> swath::Result<Mistakes> {
    let out = folder.join("out");
    accounts.to_parquet(ToParquet::new(&out).partition_on(["iban"]))?;
    // A frame that reads what it wrote there before.
    let again = session
        .read_parquet(&out)?
        .to_parquet(ToParquet::new(&out).overwrite());
    let narrow = accounts.assign("x", (col("n") * col("n")).cast("int16"))?;
    let narrow = narrow.to_json(ToJson::new(folder.join("json")));
    let named = accounts.to_ipc(ToIpc::new(folder.join("ipc")).partition_on(["none"]));
    let results = [
        ("files that are read", again.err()),
        ("a write of what does not fit", narrow.err()),
        ("a key that is no column", named.err()),
    ];
    Ok(results
        .into_iter()
        .filter_map(|(what, error)| Some((what, error?)))
        .collect())
}

#[test]
fn no_value_is_said() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let told = Told::default();
    let session = Session::builder()
        .threads(1)
        .memory_limit("128MiB")
        .redact_values(true)
        .observer(told.clone())
        .build()?;
    let text = format!("iban,n,small,zero\n{SECRET},{NUMBER},1,0\n");
    let accounts = session.from_batches([Batch::from_csv(&text)?])?;
    let mut mistakes = text_files(&session, folder.path());
    mistakes.extend(expressions(&accounts)?);
    let shown = divisions(&session, folder.path())?;
    mistakes.extend(writes(&session, &accounts, folder.path())?);
    assert!(mistakes.len() >= 25, "{}", mistakes.len());
    let mut all = String::new();
    for (what, error) in &mistakes {
        // A folder is named by a value, and files are told by their paths.
        let path = format!("iban={SECRET}");
        let hide = |text: &str| {
            text.replace(&folder.path().display().to_string(), "DATA")
                .replace(&path, "iban=…")
        };
        let text = hide(&said(error));
        for secret in [SECRET, NUMBER, "CH93", "0076"] {
            assert!(!text.contains(secret), "{what}: {text}");
        }
        let _ = writeln!(all, "{what}\n{}\n", hide(&error.to_string()));
    }
    let told = told.0.lock().expect("no panic").clone();
    assert!(told.contains("TaskFailed"), "{told}");
    for text in shown
        .iter()
        .chain([&told.replace(&format!("iban={SECRET}"), "iban=…")])
    {
        assert!(!text.contains("CH93") && !text.contains(NUMBER), "{text}");
    }
    // What a program asks for by its type is its own.
    let own = mistakes
        .iter()
        .filter_map(|(_, error)| error.downcast_ref::<Closed>());
    assert_eq!(own.count(), 2);
    insta::with_settings!({filters => vec![
        (r"redaction\.rs:\d+(:\d+)?", "redaction.rs:LINE"),
    ]}, {
        insta::assert_snapshot!("mistakes", all);
    });
    Ok(())
}
