//! The lines of a web server's log, sorted by time.

use crate::{
    dataset::{Dataset, FileRange},
    draw::{Draw, rounded, summed},
    folder::ROW_GROUP_ROWS,
};
use anyhow::Result;
use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

/// Log lines: `date` in seconds, rising, one day a file from 2025-03-01 on; `status`, 5 values, of which 4 % `invalid`; `user_id`, a
/// few users often and half a million seldom; `level`, 5 values, of which 4.5 % `ERROR`; `message`, 800 values, some with commas
/// and quotes; `latency` in milliseconds with three decimals. No nulls. About 80 bytes a line.
#[derive(Debug, Clone)]
pub struct Logs {
    /// Rows in all files together.
    pub rows: u64,
    /// Another seed, other rows.
    pub seed: u64,
}

const STATUS: [(&str, f64); 5] = [
    ("ok", 0.78),
    ("redirect", 0.07),
    ("client_error", 0.08),
    ("server_error", 0.03),
    ("invalid", 0.04),
];

const LEVEL: [(&str, f64); 5] = [
    ("DEBUG", 0.1),
    ("INFO", 0.75),
    ("WARN", 0.1),
    ("ERROR", 0.045),
    ("FATAL", 0.005),
];

const VERBS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

const PLACES: [&str; 8] = [
    "users", "orders", "cart", "search", "items", "login", "report", "export",
];

const ENDS: [&str; 10] = [
    "completed",
    "completed with retries",
    "upstream timeout, retrying",
    "cache miss",
    "cache hit",
    "rate limited",
    "payload too large",
    "slow query, 3 rows examined",
    "token refreshed",
    "validation failed: \"name\" missing",
];

/// 2025-03-01, in seconds since 1970.
const START: i64 = 1_740_787_200;
const DAY: i64 = 86_400;
const USERS: i64 = 500_000;

impl Dataset for Logs {
    fn schema(&self) -> SchemaRef {
        let time = DataType::Timestamp(TimeUnit::Microsecond, None);
        Arc::new(Schema::new(vec![
            Field::new("date", time, true),
            Field::new("status", DataType::Utf8, true),
            Field::new("user_id", DataType::Int64, true),
            Field::new("level", DataType::Utf8, true),
            Field::new("message", DataType::Utf8, true),
            Field::new("latency", DataType::Float64, true),
        ]))
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn recipe(&self) -> String {
        format!("logs 1 rows={} seed={}", self.rows, self.seed)
    }

    fn file(
        &self,
        range: FileRange,
        write: &mut dyn FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let column = |number| Draw::new(self.seed, range.file, number);
        let first = START + range.file as i64 * DAY;
        let mut time = column(0);
        let mut times: Vec<i64> = (0..range.rows)
            .map(|_| (first + time.between(0, DAY - 1)) * 1_000_000)
            .collect();
        times.sort_unstable();
        let (mut status, mut user, mut level) = (column(1), column(2), column(3));
        let (mut message, mut latency) = (column(4), column(5));
        let status_sums = summed(STATUS.iter().map(|(_, weight)| *weight));
        let level_sums = summed(LEVEL.iter().map(|(_, weight)| *weight));
        let messages = messages();
        for (start, rows) in range.pieces(ROW_GROUP_ROWS) {
            let (start, end) = (start as usize, (start + rows) as usize);
            let words = |draw: &mut dyn FnMut() -> String| -> ArrayRef {
                Arc::new(StringArray::from_iter_values((0..rows).map(|_| draw())))
            };
            let status = words(&mut || STATUS[status.place(&status_sums)].0.to_owned());
            let level = words(&mut || LEVEL[level.place(&level_sums)].0.to_owned());
            let last = messages.len() as i64 - 1;
            let message = words(&mut || messages[message.between(0, last) as usize].clone());
            let users = (0..rows).map(|_| {
                // A Pareto tail: most lines are of few users.
                let tail = (1.0 - user.unit()).powf(-1.0 / 1.1) - 1.0;
                ((tail * 400.0) as i64).min(USERS - 1)
            });
            let users = Int64Array::from_iter_values(users);
            // The sum of two waits of the same kind.
            let waits = (0..rows).map(|_| {
                let wait = -40.0 * ((1.0 - latency.unit()) * (1.0 - latency.unit())).ln();
                rounded(wait, 3)
            });
            let columns: Vec<ArrayRef> = vec![
                Arc::new(TimestampMicrosecondArray::from(times[start..end].to_vec())),
                status,
                Arc::new(users),
                level,
                message,
                Arc::new(Float64Array::from_iter_values(waits)),
            ];
            write(&RecordBatch::try_new(self.schema(), columns)?)?;
        }
        Ok(())
    }
}

fn messages() -> Vec<String> {
    let mut messages = Vec::new();
    for verb in VERBS {
        for version in ["v1", "v2"] {
            for place in PLACES {
                for end in ENDS {
                    messages.push(format!("{verb} /api/{version}/{place} {end}"));
                }
            }
        }
    }
    messages
}
