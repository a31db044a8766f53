//! The contract does not change by accident: its layouts and its header.

mod header;
mod layouts;
mod versions;
