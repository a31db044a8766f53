//! What decodes bytes that come from elsewhere, each as a function of bytes: whatever they are, the function returns, soon, and
//! without memory beyond its limit. A panic is a bug, and so is an answer that contradicts itself.
//!
//! ```text
//!  corpus/parquet/*  ──►  parquet(&[u8])     a file, read whole and by a filter
//!  corpus/csv/*      ──►  csv(&[u8])         the options, and a file
//!  corpus/ipc/*      ──►  ipc(&[u8])         a file of Arrow's
//!  corpus/json/*     ──►  json(&[u8])        the options, and a file of lines
//!  corpus/rows/*     ──►  rows(&[u8])        partitions as tasks exchange them
//!  corpus/expression ──►  expression(&[u8])  a query as it travels: decoded, checked, computed
//! ```
//!
//! `tests/replay.rs` runs the corpus, and inputs made of it by chance from fixed seeds, with every other test. For a search of hours
//! any fuzzer can call the functions: with `cargo-fuzz`, `fuzz_target!(|bytes: &[u8]| swath_fuzz::parquet(bytes))`. What it finds
//! becomes a file of the corpus.
//!
//! What it refuses to be: a proof of right answers. Those have oracles elsewhere.

mod csv;
mod expression;
mod files;
mod ipc;
mod json;
mod parquet;
mod rows;

pub use csv::csv;
pub use expression::expression;
pub use ipc::ipc;
pub use json::json;
pub use parquet::parquet;
pub use rows::rows;

/// A function of bytes, and what to begin from.
pub struct Target {
    /// The folder of its corpus.
    pub name: &'static str,
    /// Takes any bytes.
    pub run: fn(&[u8]),
    /// Inputs that are made rather than kept, beside those of the folder.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "parquet",
        run: parquet,
        seeds: Vec::new,
    },
    Target {
        name: "csv",
        run: csv,
        seeds: Vec::new,
    },
    Target {
        name: "ipc",
        run: ipc,
        seeds: Vec::new,
    },
    Target {
        name: "json",
        run: json,
        seeds: Vec::new,
    },
    Target {
        name: "rows",
        run: rows,
        seeds: rows::seeds,
    },
    Target {
        name: "expression",
        run: expression,
        seeds: expression::seeds,
    },
];
