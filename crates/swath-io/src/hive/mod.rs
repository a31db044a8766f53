//! Folders named `key=value`: columns whose values are in the names of folders, not in files.
//!
//! ```text
//!  sales/year=2024/country=de/part.0.parquet   ─►  year = 2024, country = "de" for every row of the file
//! ```

mod filter;
mod options;

mod segment;

mod directories;
mod keys;

pub(crate) use directories::{Directories, spelt_otherwise};
pub(crate) use filter::Filter;
pub(crate) use keys::{Keys, bounds_of, columns_with, keys_of, verdict};
pub(crate) use options::{FolderKeys, KeyOptions};
pub(crate) use segment::{PARTITION_ON_KEY, record_of_keys, recorded_keys, segment};
