//! A folder of this machine, written as one.
//!
//! ```text
//!  out/.swath-3f9a…/   owner  0  1  2 …      files are being written          killed: removed
//!  out/.swath-publish/ owner  0  1  2 …      claimed: one publisher at a time killed: removed
//!                      + manifest            decided: old ones out, new ones in   killed: finished
//!  out/.swath-3f9a…-done/ owner  old/        over; removed with the write
//! ```
//!
//! The states differ in the folder's name, so that each step between them is one rename. `owner` is locked for as
//! long as a process works on the write: that tells what is left over from what is under way.

mod hidden;
mod system;
mod target;
mod visible;

mod begin;
mod publication;
mod publish;

#[cfg(test)]
mod tests;

pub(super) use begin::DiskWrite;
pub(super) use hidden::HiddenFolder;
pub(crate) use publish::is_publishing;
pub(super) use target::DiskTarget;
