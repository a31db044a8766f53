//! Made-up data in files: the same rows for the same seed, written by every core, kept while they still fit.
//!
//! ```text
//!  Sales ┐                        ┌ part-000.parquet   each file is made from (seed, file) alone, so any number of
//!  G1    ├─ rows of one file ──►  ├ part-001.parquet   threads gives the same bytes; written under another name and
//!  Logs  ┘                        └ …                  renamed, so a file that is there is whole
//! ```
//!
//! [`Sales`] are orders over three years, sorted by time: few regions, a long tail of categories, log-normal amounts. [`G1`] has
//! the columns of the h2o.ai group-by benchmark. [`Logs`] are the lines of a web server, with quotes in some. Each is written as
//! text, or as most tools write Parquet: row groups of 262,144 rows, snappy, dictionaries while they stay under a mebibyte,
//! page index.
//!
//! What it refuses to be: a reader, or a part of the engine. It names no crate of swath, so that it cannot share a mistake with it.
//!
//! ```
//! use swath_data::{Dataset, Form, Sales};
//!
//! let folder = tempfile::tempdir()?;
//! let sales = Sales { rows: 1_000, seed: 108 };
//! let made = swath_data::write(&sales, Form::Parquet, 2, folder.path())?;
//! assert_eq!((made.files, made.kept, sales.rows()), (2, 0, 1_000));
//! assert_eq!(swath_data::write(&sales, Form::Parquet, 2, folder.path())?.kept, 2);
//! # anyhow::Ok(())
//! ```

mod csv;
mod dataset;
mod draw;
mod folder;
mod g1;
mod logs;
mod sales;

pub use dataset::{Dataset, FileRange};
pub use folder::{Form, Made, write};
pub use g1::G1;
pub use logs::Logs;
pub use sales::Sales;

use anyhow::{Result, ensure};

/// Reads a number of rows as people write it: `50000000`, `5e7`, `2.5e6`, `50_000_000`.
///
/// # Errors
/// When the text is no number, or not a whole number of rows from 1 to 10^12.
///
/// ```
/// assert_eq!(swath_data::rows("5e7")?, 50_000_000);
/// assert!(swath_data::rows("0.5").is_err());
/// # anyhow::Ok(())
/// ```
pub fn rows(text: &str) -> Result<u64> {
    let number: f64 = text
        .replace('_', "")
        .parse()
        .map_err(|_| anyhow::anyhow!("`{text}` is no number of rows: write 50000000 or 5e7"))?;
    ensure!(
        number.fract() == 0.0 && (1.0..=1e12).contains(&number),
        "`{text}` is no whole number of rows from 1 to 1e12"
    );
    Ok(number as u64)
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn rows_are_whole_and_not_too_many() {
        for (text, expected) in [
            ("5e7", Some(50_000_000)),
            ("2.5e6", Some(2_500_000)),
            ("1_000", Some(1_000)),
            ("1e12", Some(1_000_000_000_000)),
            ("0", None),
            ("-1", None),
            ("1.5", None),
            ("1e13", None),
            ("NaN", None),
            ("many", None),
        ] {
            assert_eq!(rows(text).ok(), expected, "{text}");
        }
    }
}
