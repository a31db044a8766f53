//! Parquet: what a user says, what files say about themselves, reading and writing.

mod options;
mod write_options;

mod bounds;
mod contain;
mod footer;
mod footers;
mod mark;
mod schema;

mod dataset;
mod divide;
mod partitions;
mod unit;
mod within;

mod column;
mod part;
mod prune;
mod reader;
mod row_group;

mod writer;

#[cfg(test)]
mod tests;

pub(crate) use column::Waiting;
pub(crate) use contain::contain;
pub use dataset::ParquetDataset;
pub(crate) use footer::Footer;
pub use options::{ReadParquet, SplitRowGroups};
pub use part::ParquetPart;
pub(crate) use partitions::partitions;
pub use reader::ParquetReader;
pub use unit::{FileId, Unit};
pub use write_options::ToParquet;
pub use writer::ParquetWriter;
