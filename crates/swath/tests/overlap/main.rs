//! Functions that see rows of neighbouring partitions, against plain Rust over all rows at once, however these are cut.

mod any_cut;
mod dask;
mod mistakes;
mod own_rows;
mod spans;
mod what_is_held;

use std::sync::Arc;

use swath::arrow::array::{ArrayRef, TimestampSecondArray};
use swath::prelude::*;
use swath::{BatchError, FromMap, MapOverlap, Meta};

/// A second, and a number.
type Row = (i64, i64);

fn batch(rows: &[Row]) -> Result<Batch, BatchError> {
    let seconds: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let t: ArrayRef = Arc::new(TimestampSecondArray::from(seconds.clone()));
    Batch::from_columns([("s", seconds)])?
        .with("v", rows.iter().map(|row| row.1).collect::<Vec<i64>>())?
        .with("t", t)
}

/// How the partitions of a frame come to be: what is known of them differs.
#[derive(Clone, Copy, Debug)]
enum Made {
    /// Held, with a known number of rows.
    Held,
    /// What a filter leaves: nobody knows how many rows.
    Filtered,
    /// The same, held.
    Persisted,
    /// By a function.
    Mapped,
}

const MADE: [Made; 4] = [Made::Held, Made::Filtered, Made::Persisted, Made::Mapped];

fn frame(session: &Session, parts: &[Vec<Row>], made: Made) -> swath::Result<DataFrame> {
    let batches = |extra: bool| {
        let parts = parts.iter().map(move |rows| {
            let mut rows = rows.clone();
            if extra {
                // Rows that a filter takes out again, between the others.
                let second = rows.first().map_or(0, |row| row.0);
                rows.insert(0, (second, -1));
                let second = rows.last().map_or(0, |row| row.0);
                rows.push((second, -1));
            }
            batch(&rows)
        });
        parts.collect::<Result<Vec<_>, _>>()
    };
    let filtered = || {
        let all = session.from_batches(batches(true)?)?;
        all.filter(col("v").ge(0))
    };
    match made {
        Made::Held => session.from_batches(batches(false)?),
        Made::Filtered => filtered(),
        Made::Persisted => filtered()?.persist(),
        Made::Mapped => {
            let parts = parts.to_vec();
            session.from_map(FromMap::new(parts, |rows: &Vec<Row>| batch(rows)).meta([
                ("s", "int64"),
                ("v", "int64"),
                ("t", "timestamp[s]"),
            ]))
        }
    }
}

/// The sum of `v` over the rows that `of` says for each row.
fn sums(rows: &[Row], of: impl Fn(usize) -> std::ops::Range<usize>) -> Vec<i64> {
    let sum = |row| rows[of(row)].iter().map(|row| row.1).sum();
    (0..rows.len()).map(sum).collect()
}

/// The rows `before` and `after` a row, and itself.
fn by_rows(rows: &[Row], before: usize, after: usize) -> Vec<i64> {
    let n = rows.len();
    sums(rows, |row| {
        row.saturating_sub(before)..(row + after + 1).min(n)
    })
}

/// The rows that are no more seconds away, and the row itself.
fn by_time(rows: &[Row], before: i64, after: i64) -> Vec<i64> {
    sums(rows, |row| {
        let (from, to) = (rows[row].0 - before, rows[row].0 + after);
        rows.partition_point(|row| row.0 < from)..rows.partition_point(|row| row.0 <= to)
    })
}

fn rows_of(part: &Batch) -> Result<Vec<Row>, BatchError> {
    let (s, v) = (part.i64("s")?, part.i64("v")?);
    Ok(s.iter().flatten().zip(v.iter().flatten()).collect())
}

/// A function that adds what `of` makes of the rows it sees.
fn adding(of: impl Fn(&[Row]) -> Vec<i64> + Send + Sync + 'static) -> MapOverlap {
    let function = move |part: Batch| part.with("sum", of(&rows_of(&part)?));
    MapOverlap::new(function).meta(|meta: &Meta| meta.with("sum", "int64"))
}

fn sums_in(df: &DataFrame) -> swath::Result<Vec<i64>> {
    Ok(df
        .reset_index()?
        .select("sum")?
        .compute()?
        .rows::<(i64,)>()?
        .map(|row| row.0)
        .collect())
}

/// Cuts rows; equal numbers make empty partitions.
fn cut(rows: &[Row], cuts: &[usize]) -> Vec<Vec<Row>> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (rows.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(rows.len());
    let mut from = 0;
    cuts.into_iter()
        .map(|to| rows[std::mem::replace(&mut from, to)..to].to_vec())
        .collect()
}

fn session(threads: usize) -> Session {
    let session = Session::builder().threads(threads);
    session.memory_limit("64MiB").build().expect("a session")
}

/// Partitions that are shorter than what is seen, and without rows, at the ends and between.
fn ragged() -> Vec<Vec<Row>> {
    let lengths = [0, 2, 0, 0, 1, 5, 1, 1, 0, 3, 0];
    let mut second = 0;
    let part = |length: &i64| {
        let rows = (0..*length).map(|_| {
            second += 1;
            (second * 10, second)
        });
        rows.collect()
    };
    lengths.iter().map(part).collect()
}

/// The text of an error, without lines and columns of these files.
#[track_caller]
fn said<T>(result: swath::Result<T>) -> String {
    let text = result.err().expect("a mistake").to_string();
    let mut parts = text.split(".rs:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        shown.push_str(".rs:[line]");
        if part[..part.len() - rest.len()].ends_with(':') {
            shown.push(':');
        }
        shown.push_str(rest);
    }
    shown
}
