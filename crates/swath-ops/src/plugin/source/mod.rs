//! Sources of plugins as data sets: what a scan reads that reads no files.
//!
//! ```text
//!  PluginRows: bound and listed once ─► a unit for each partition ─► PluginPart, which tasks get as data ─► Reading: filters again
//! ```

mod filters;
mod part;
mod reading;
mod rows;

pub(crate) use part::FORMAT;
pub use part::PluginFormat;
pub use rows::PluginRows;

use filters::filters;
use part::{PluginPart, Unit};
use reading::Reading;
