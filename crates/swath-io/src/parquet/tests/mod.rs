//! Tests over whole files.

mod counters;
mod datasets;
mod encodings;
mod fixture;
mod hostile;
mod same_rows;
mod writing;
