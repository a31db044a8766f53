//! Plugins looked at, allowed, loaded and called.
//!
//! What comes first happens before any code of a plugin runs: a constructor in a library runs while it is opened, and a library
//! that was cut off takes the process with it. So a [`PluginFile`] is read whole and checked, from the bounds of its segments to
//! the functions in its manifest; a [`Policy`] says whether it may be used here; and what is opened is a copy of the bytes that
//! were checked, in [`PluginCopies`], where nobody else writes.
//!
//! A [`Plugin`] has [`Function`]s; bound to parameters and columns, before any data is read, one is a [`BoundPartition`], a
//! [`BoundScalar`], a [`BoundAggregate`], a [`BoundPartitioner`], a [`BoundSource`] or a
//! [`BoundSink`]. What it returns is looked at before it is believed, a panic is a [`CallError`], and an
//! `exit` in it fails the process. A crash of it is one of the process: plugins are trusted with that, or [isolated](Isolation) in
//! processes of their own.
//!
//! This crate refuses to know plans: a plugin is called by batches and arguments, whichever engine has them.
//!
//! ```text
//!  path ─read─► PluginFile: hash, manifest, ─check─► Policy: folders, ─copy─► PluginCopies:
//!               libraries, oldest glibc              permissions, pins         <hash>.so, nobody else's
//!                                                                                     │ open, compare layouts
//!    batches ◄─call─ Bound… ◄─bind(params, columns)─ Function ◄────────────────── Plugin
//! ```
//!
//! ```
//! use swath_plugin_host::{PluginCopies, PluginFile, PluginFileError, Policy};
//!
//! fn ready(path: &str) -> Result<std::path::PathBuf, Box<dyn std::error::Error>> {
//!     let file = PluginFile::read(path)?;
//!     Policy::default().check(&file)?;
//!     Ok(PluginCopies::of_user().copy(&file)?)
//! }
//!
//! let error = ready("no/such/folder/libgeo.so").unwrap_err();
//! assert!(matches!(error.downcast_ref(), Some(PluginFileError::Missing { .. })));
//! ```

#![expect(
    unsafe_code,
    reason = "opening a library and calling its functions is foreign code; what is checked before stands beside each"
)]

mod file;
mod hash;

mod policy;

mod copies;

mod load;
mod plugin;

mod call;

mod isolate;

mod disk;
#[cfg(test)]
mod sample;
mod this_program;

pub use call::{
    Bound, BoundAggregate, BoundPartition, BoundPartitioner, BoundScalar, BoundSink, BoundSource,
    CallError, Failure, Function, Groups, Listing, PartitionRun, SinkRun, SourceRun,
};
pub use copies::{CopyError, PluginCopies};
pub use file::{GlibcVersion, PluginFile, PluginFileError};
pub use hash::{FileHash, NoFileHash};
pub use isolate::{Isolation, WorkerProgram, run_worker_if_asked};
pub use load::LoadError;
pub use plugin::Plugin;
pub use policy::{Isolate, Pin, Pins, Policy, PolicyError, plugin_folders};
