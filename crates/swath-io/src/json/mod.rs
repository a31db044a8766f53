//! Newline-delimited JSON: what a user says, what lines hold, reading and writing.
//!
//! ```text
//! options ─► JsonDataset (samples) ─► JsonPart (ranges of bytes) ─► JsonReader
//!                                                                    ├─ lines:  source ─► whole lines
//!                                                                    ├─ decode: lines ─ leaves ─► arrays
//!                                                                    └─ fault:  which line, which column, which value
//! ```

mod options;
mod write_options;

mod layout;
mod shape;

mod dataset;
mod part;

mod decode;
mod fault;
mod leaves;
mod lines;
mod reader;

mod existing;
mod writer;
mod written;

#[cfg(test)]
mod tests;

pub use dataset::JsonDataset;
pub use options::ReadJson;
pub use part::JsonPart;
pub use reader::JsonReader;
pub use write_options::ToJson;
pub use writer::JsonWriter;
