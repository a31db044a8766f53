//! CSV: what a user says, where fields and records are, what they are.
//!
//! ```text
//! options ─► CsvDataset (heads, samples) ─► CsvPart (ranges of bytes) ─► CsvReader
//!                                                                         ├─ lines:  source ─ scan ─► records
//!                                                                         ├─ column: fields ─ value ─► arrays
//!                                                                         └─ starts: were the cuts right?
//! ```

mod options;
mod write_options;

mod nulls;
mod scan;

mod column;
mod layout;

mod head;
mod infer;

mod dataset;
mod lines;
mod part;
mod reader;
mod starts;
mod window;

mod clocks;
mod existing;
mod writer;

#[cfg(test)]
mod tests;

pub use dataset::CsvDataset;
pub use options::ReadCsv;
pub use part::CsvPart;
pub use reader::CsvReader;
pub use starts::RecordStarts;
pub use write_options::ToCsv;
pub use writer::CsvWriter;
