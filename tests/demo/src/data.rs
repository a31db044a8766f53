//! The files that the pipeline reads, made unless they are there.

use crate::options::Options;
use anyhow::Result;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use swath_data::{Made, Sales};

/// The seed of the data that the benchmarks run on too, so that either finds what the other made.
const SEED: u64 = 108;

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
    let start = Instant::now();
    let sales = Sales {
        rows: swath_data::rows(&options.rows)?,
        seed: SEED,
    };
    let folder = options.data.join(format!("sales-{}", options.rows));
    let made = swath_data::write(&sales, options.files.min(sales.rows), &folder)?;
    Ok(Files {
        pattern: folder.join("*.parquet"),
        folder,
        made,
        took: start.elapsed(),
    })
}
