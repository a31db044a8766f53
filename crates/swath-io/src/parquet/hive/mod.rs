//! Folders named `key=value`: columns whose values are in the names of folders, not in files.
//!
//! ```text
//!  sales/year=2024/country=de/part.0.parquet   ─►  year = 2024, country = "de" for every row of the file
//! ```

mod filter;
mod keys;
mod segment;

pub(crate) use filter::Filter;
pub(super) use keys::{Directories, Keys, bounds_of, spelt_otherwise, verdict};
pub(super) use segment::{PARTITION_ON_KEY, segment};
