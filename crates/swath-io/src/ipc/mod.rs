//! Arrow IPC files (Feather, version 2): what a user says, what files say about themselves, reading and writing.
//!
//! ```text
//! options ─► IpcDataset (footers) ─► IpcPart (record batches) ─► IpcReader
//!                                                                 └─ message: only the buffers that some columns need
//! ```

mod options;
mod write_options;

mod footer;
mod message;
mod schema;

mod dataset;
mod part;
mod reader;

mod categories;
mod stored;
mod writer;

#[cfg(test)]
mod tests;

pub use dataset::IpcDataset;
pub(crate) use footer::Footer;
pub use options::ReadIpc;
pub use part::IpcPart;
pub use reader::IpcReader;
pub use write_options::ToIpc;
pub use writer::IpcWriter;
