//! What is read of files, however they are cut, compressed and marked.

mod cuts;
mod fixture;
mod golden;
mod messages;
mod options;
mod writing;
