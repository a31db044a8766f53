//! Tests over whole files.

mod counters;
mod datasets;
mod encodings;
mod evolution;
mod fixture;
mod hive;
mod hostile;
mod same_rows;
mod writing;
