//! A write under way, for those who asked for it.

use super::disk::DiskWrite;
use super::prefix::PrefixWrite;
use super::staged::{Place, Staged};

/// A write under way. Dropped, it waits for a publish that is under way and removes what is hidden: the files that
/// were replaced if the write was published, and otherwise whatever was written for it.
#[derive(Debug)]
pub struct FolderWrite {
    staged: Staged,
    _guard: Guard,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for its drop")]
enum Guard {
    Disk(DiskWrite),
    Store(PrefixWrite),
}

impl FolderWrite {
    pub(super) fn on_disk(write: DiskWrite) -> Self {
        Self {
            staged: Staged(Place::Disk(write.staged().clone())),
            _guard: Guard::Disk(write),
        }
    }

    pub(super) fn in_store(write: PrefixWrite) -> Self {
        Self {
            staged: Staged(Place::Store(write.staged().clone())),
            _guard: Guard::Store(write),
        }
    }

    /// What the tasks of the write have to know.
    pub fn staged(&self) -> &Staged {
        &self.staged
    }
}
