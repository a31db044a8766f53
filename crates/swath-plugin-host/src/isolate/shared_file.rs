//! The file that is memory of two processes.
//!
//! It has no name, and it is sealed: if the other process could make it shorter, reading it would end this one with SIGBUS. A file
//! that was unlinked would do for the first and not for the second, so where there are no sealed ones, no plugin is kept apart.

use std::io;
use std::os::fd::OwnedFd;

/// Whether this system has such files.
pub(super) const ARE_THERE: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// A new one of so many bytes, none of which takes memory yet.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn new_file(length: u64) -> io::Result<OwnedFd> {
    use rustix::fs::{MemfdFlags, SealFlags};

    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = rustix::fs::memfd_create("swath-plugin", flags)?;
    rustix::fs::ftruncate(&file, length)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::SEAL)?;
    Ok(file)
}

/// Gives the memory of some of its bytes back to the system.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn give_back(file: &OwnedFd, from: u64, length: u64) {
    use rustix::fs::FallocateFlags;

    let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    // Where it is refused, it stays memory.
    let _ = rustix::fs::fallocate(file, flags, from, length);
}

/// None: this system has no sealed ones.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn new_file(_: u64) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nothing: there are none.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn give_back(_: &OwnedFd, _: u64, _: u64) {}
