//! Verbs of the everyday frame against plain Rust over the same rows, however they are cut.

mod columns;
mod distinct;
mod missing;
mod one_after_another;
mod some_rows;
mod summaries;

use swath::prelude::*;

/// Rows of a key with repeats and nulls, and a number with nulls and NaN.
fn rows() -> Vec<(Option<String>, Option<f64>, i64)> {
    (0..97_i64)
        .map(|row| {
            let key = (row % 7 > 0).then(|| format!("key {}", row * 5 % 11));
            let value = match row % 13 {
                0 => None,
                1 => Some(f64::NAN),
                2 => Some(-0.0),
                3 => Some(0.0),
                other => Some(other as f64 / 4.0),
            };
            (key, value, row)
        })
        .collect()
}

/// The rows in batches of these lengths.
fn frame(session: &Session, lengths: &[usize]) -> swath::Result<DataFrame> {
    let rows = rows();
    let mut from = 0_usize;
    let mut batches = Vec::new();
    for len in lengths.iter().copied().chain([usize::MAX]) {
        let to = from.max(from.saturating_add(len).min(rows.len()));
        let part = &rows[from..to];
        from = to;
        let keys: Vec<Option<String>> = part.iter().map(|(key, _, _)| key.clone()).collect();
        let values: Vec<Option<f64>> = part.iter().map(|(_, value, _)| *value).collect();
        let numbers: Vec<i64> = part.iter().map(|(_, _, row)| *row).collect();
        let batch = Batch::from_columns([("key", keys)])?
            .with("value", values)?
            .with("row", numbers)?;
        batches.push(batch);
    }
    session.from_batches(batches)
}

/// Asks the same of the rows in one partition, in several, and in several with empty ones, in memory and in files.
#[track_caller]
fn check(expected: &[String], ask: impl Fn(&DataFrame) -> swath::Result<DataFrame>) {
    for lengths in [&[][..], &[30, 30], &[0, 1, 50, 0, 40, 0]] {
        for threads in [1, 3] {
            let session = Session::builder()
                .threads(threads)
                .memory_limit("64MiB")
                .build()
                .expect("a session");
            let folder = tempfile::tempdir().expect("a temporary folder");
            let memory = frame(&session, lengths).expect("a frame");
            memory.to_parquet(folder.path()).expect("written");
            let files = session.read_parquet(folder.path()).expect("files");
            for df in [memory, files] {
                let table = ask(&df).and_then(|df| df.compute()).expect("an answer");
                let found = texts(&table);
                assert_eq!(found, expected, "{lengths:?} on {threads} threads");
            }
        }
    }
}

/// Every row as text, sorted: no order is promised where groups meet.
fn texts(table: &Table) -> Vec<String> {
    let names: Vec<String> = table.meta().names().map(str::to_owned).collect();
    let cell = |name: &String, row| table.value(name, row).expect("a cell").to_string();
    let row = |row| {
        let cells: Vec<String> = names.iter().map(|name| cell(name, row)).collect();
        cells.join("|")
    };
    let mut rows: Vec<String> = (0..table.num_rows()).map(row).collect();
    rows.sort();
    rows
}

fn sorted(rows: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<String> = rows.into_iter().collect();
    rows.sort();
    rows
}

fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "null".to_owned(), ToString::to_string)
}

/// A float as results print it.
fn float(value: Option<f64>) -> String {
    Value::from(value).to_string()
}
