//! Parquet: what a user says, what files say about themselves, reading and writing.

mod options;
mod write_options;

mod footer;
mod schema;
mod bounds;
mod contain;

mod dataset;
mod unit;
mod partitions;

mod part;
mod request;
mod reader;
mod prune;
mod row_group;
mod column;
mod stats;

mod writer;

#[cfg(test)]
mod tests;

pub use dataset::ParquetDataset;
pub use footer::FooterCache;
pub use options::{ReadParquet, SplitRowGroups};
pub use part::ParquetPart;
pub use reader::ParquetReader;
pub use request::ScanRequest;
pub use stats::ScanStats;
pub use unit::{FileId, Unit};
pub use write_options::ToParquet;
pub use writer::{ParquetWriter, Written, WrittenFile, prepare_folder, remove_replaced};
