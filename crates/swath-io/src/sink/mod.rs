//! What writing is in every format: where files go, what becomes of those that are there, and folders named by values.
//!
//! ```text
//! options ─ WriteTo ─► existing: do the columns go with those of the files that stay?
//!                  └─► begin ─► one file a partition, or PartitionedWriter ─► a file for each folder
//! ```

mod partition_on;
mod write_to;

mod begin;
mod existing;
mod partitioned;

pub(crate) use begin::{Begin, BeginFile, begin};
pub(crate) use existing::{Existing, names_difference, recorded_difference};
pub use partition_on::IntoPartitionOn;
pub(crate) use partitioned::file_meta;
pub(crate) use write_to::WriteTo;
