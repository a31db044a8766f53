//! The files that the pipeline reads, made unless they are there.

use crate::options::Options;
use anyhow::Result;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use swath_data::{Dataset, Form, Logs, Made, Sales};

/// The seed of the data that the benchmarks run on too, so that either finds what the other made.
const SEED: u64 = 108;

/// Files of logs, one a day.
const LOG_FILES: u64 = 4;

/// Files on disk, and what making them took.
pub(crate) struct Files {
    pub(crate) folder: PathBuf,
    /// All of them, as a glob.
    pub(crate) pattern: PathBuf,
    pub(crate) made: Made,
    pub(crate) took: Duration,
}

/// Makes the sales that the options ask for; files that are there and hold these rows stay.
///
/// # Errors
/// A number of rows that is none; a folder that cannot be written.
pub(crate) fn make(options: &Options) -> Result<Files> {
    let rows = swath_data::rows(&options.rows)?;
    let sales = Sales { rows, seed: SEED };
    files(options, "sales", &sales, Form::Parquet, options.files)
}

/// Makes a log line for every ten sales.
///
/// # Errors
/// As [`make`].
pub(crate) fn make_logs(options: &Options) -> Result<Files> {
    let rows = (swath_data::rows(&options.rows)? / 10).max(1);
    let logs = Logs { rows, seed: SEED };
    files(options, "logs-of-sales", &logs, Form::Csv, LOG_FILES)
}

fn files(
    options: &Options,
    name: &str,
    dataset: &dyn Dataset,
    form: Form,
    files: u64,
) -> Result<Files> {
    let start = Instant::now();
    let folder = options.data.join(format!("{name}-{}", options.rows));
    let made = swath_data::write(dataset, form, files.min(dataset.rows()), &folder)?;
    Ok(Files {
        pattern: folder.join(match form {
            Form::Parquet => "*.parquet",
            Form::Csv => "*.csv",
        }),
        folder,
        made,
        took: start.elapsed(),
    })
}
