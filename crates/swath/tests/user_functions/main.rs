//! Closures as user functions: program P5 of the surface, what functions see, and what their faults say.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a function of a partition is given the rows, whether or not it keeps them"
)]

mod every_kind;
mod partitions;
mod placing;
mod surface;
mod values;

use std::fmt::{self, Write as _};

use swath::BatchError;
use swath::prelude::*;

fn ticks(session: &Session) -> swath::Result<DataFrame> {
    session.from_batches([
        Batch::from_csv("ts,side,px,ccy\n2024-01-01,bid,1.5,usd\n2024-01-02,ask,-2.0,eur\n")?,
        Batch::from_csv("ts,side,px,ccy\n2024-01-03,ask,4.0,usd\n2024-01-04,bid,,eur\n")?,
        Batch::from_csv("ts,side,px,ccy\n2024-01-05,ask,8.0,eur\n2024-01-06,bid,0.5,usd\n")?,
    ])
}

/// The error of the author of a function.
#[derive(Debug)]
enum CleanError {
    Batch(BatchError),
    NoRate(String),
}

impl fmt::Display for CleanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(error) => error.fmt(f),
            Self::NoRate(ccy) => write!(f, "no rate for {ccy}"),
        }
    }
}

impl std::error::Error for CleanError {}

impl From<BatchError> for CleanError {
    fn from(error: BatchError) -> Self {
        Self::Batch(error)
    }
}

fn clean(part: Batch) -> Result<Batch, CleanError> {
    let px = part.f64("px")?;
    Ok(part.with("px", px.map(|p| p.max(0.0)))?)
}

/// A column as text.
fn texts(table: &Table, column: &str) -> Vec<String> {
    let value = |row| table.value(column, row).expect("a row").to_string();
    (0..table.num_rows()).map(value).collect()
}

/// The text of an error, without lines and columns of these files.
#[track_caller]
fn said<T>(result: swath::Result<T>) -> String {
    let text = result.err().expect("a mistake").to_string();
    let mut shown = String::new();
    let mut parts = text.split(".rs:");
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        shown.push_str(".rs:[line]");
        // The colon that ends a place stays.
        if part[..part.len() - rest.len()].ends_with(':') {
            shown.push(':');
        }
        shown.push_str(rest);
    }
    shown
}

/// What was said so far.
#[derive(Default)]
struct Said(String);

impl Said {
    fn note(&mut self, what: &str, text: String) {
        write!(self.0, "## {what}\n{text}\n\n").expect("a text grows");
    }
}
