//! Formats, readers and writers over files and object stores.
//!
//! A format says what a user may ask ([`ReadParquet`], [`ToParquet`]) and what files hold: a [`Dataset`] (one meta, units,
//! partitions, divisions), cut into a [`Part`] for each task, which a [`Reader`] reads as chunks. Plans and tasks know those
//! three traits and no format. Bytes come through a
//! [`RangeReader`]: local files by positioned reads, objects through [`Stores`]. Every file is taken as hostile: what
//! it declares is checked, decoding is contained, and what is wrong is an error that names file, row group and column.
//!
//! This crate refuses to know tasks, schedulers and plans, and never maps a file into memory.
//!
//! ```text
//!  paths ─list─► files ─footers─► ParquetDataset ─► ParquetPart ─► ParquetReader ─► Chunk
//!                        (cached)  meta, units       a task's        prune, decode,
//!                                  divisions         row groups      filter
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use swath_batch::Batch;
//! use swath_io::{FooterCache, IoContext, ParquetDataset, ParquetReader, ParquetWriter, ReadParquet, ScanRequest, ToParquet};
//! use swath_memory::CancelToken;
//!
//! let context = IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()));
//! let folder = tempfile::tempdir()?;
//! let batch = Batch::from_csv("region,amount\neu,10\nus,5\n")?;
//! let options = ToParquet::from(folder.path());
//! let write = options.target(&context)?.begin()?;
//! let mut writer = ParquetWriter::create(&options, write.staged(), batch.meta(), 0, &context)?;
//! writer.write(batch.record_batch())?;
//! write.staged().publish(&[writer.finish()?], &context)?;
//!
//! let dataset = ParquetDataset::open(&ReadParquet::from(folder.path()), &context)?;
//! assert_eq!(dataset.rows(), 2);
//! let mut reader = ParquetReader::open(&dataset.part(&[0]), &ScanRequest::new(["amount"]), &context)?;
//! assert_eq!(reader.next()?.map(|chunk| chunk.live_rows()), Some(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod byte_size;
mod context;
mod difference;
#[cfg(test)]
mod every_dtype;
mod footers;
mod identity;
mod list;
mod local;
mod mark;
mod missing;
mod natural;
mod paths;
mod range;
mod room;
mod store;

mod folder;

mod format;
mod request;
mod stats;

mod file_set;
mod fit;
mod hive;
mod sink;

mod csv;
mod ipc;
mod json;
mod parquet;
mod text;

mod error;
mod words;

#[cfg(feature = "testing")]
pub mod testing;

pub use context::IoContext;
pub use csv::{CsvDataset, CsvPart, CsvReader, CsvWriter, ReadCsv, RecordStarts, ToCsv};
pub use error::IoError;
pub use file_set::FileSet;
pub use folder::{FolderWrite, Staged, WriteTarget, Written, WrittenFile};
pub use footers::FooterCache;
pub use format::{
    Csv, Dataset, Format, Formats, Ipc, Json, Parquet, Part, Reader, Statistics, WriteOptions,
    Writer,
};
pub use identity::FileIdentity;
pub use ipc::{IpcDataset, IpcPart, IpcReader, IpcWriter, ReadIpc, ToIpc};
pub use json::{JsonDataset, JsonPart, JsonReader, JsonWriter, ReadJson, ToJson};
pub use parquet::{
    FileId, ParquetDataset, ParquetPart, ParquetReader, ParquetWriter, ReadParquet, SplitRowGroups,
    ToParquet, Unit,
};
pub use range::{LocalFile, Pending, RangeReader};
pub use request::ScanRequest;
pub use sink::IntoPartitionOn;
pub use stats::ScanStats;
pub use store::{StorageOptions, Stores};
pub use text::OnBadLines;
