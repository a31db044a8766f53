//! Timed programs.
fn main() {}
