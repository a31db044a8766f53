//! Writing a folder of files as one: a reader sees what was there before or what is there after.
//!
//! A write begins with a hidden folder inside its target, and its tasks write files there, numbered. When all are
//! complete, one task publishes: the files that are replaced move out of sight, the new ones into it. Whatever fails
//! before or meanwhile is undone.
//!
//! ```text
//!  WriteTarget ── begin ──► FolderWrite ─ Staged ─► tasks write ─► one task publishes
//!   what is there            the asker's guard: undoes and removes what is hidden
//! ```
//!
//! On a disk a publish is a row of renames, and what a killed process left is put right by the next write. In a store
//! it is a row of copies, which are undone in the same way, but only by the process that asked for the write.

mod kind;
mod mode;
mod name;
mod staged;
mod target;
mod write;

mod disk;
mod prefix;

use std::fmt::Debug;
use std::io::Write;
use std::path::Path;

use crate::IoError;
use crate::list::is_hidden;

pub(crate) use disk::is_publishing;
pub(crate) use mode::Mode;
pub(crate) use name::PartName;
pub use staged::{Staged, Written, WrittenFile};
pub use target::WriteTarget;
pub use write::FolderWrite;

/// A file that is there when it is whole. Dropped before it is finished, it leaves nothing behind.
pub(crate) trait Unfinished: Write + Debug + Send {
    /// Makes the file whole and durable; returns its bytes.
    fn finish(self: Box<Self>) -> Result<u64, IoError>;

    /// Bytes that wait here until they can be handed on.
    fn held(&self) -> u64 {
        0
    }
}

/// Whether a reader of one folder sees the files of the other.
fn is_within(inner: &Path, outer: &Path) -> bool {
    inner
        .strip_prefix(outer)
        .is_ok_and(|rest| rest.components().all(|name| !is_hidden(Path::new(&name))))
}
