//! Memory that a host and one worker share: rows are copied into it, and looked at where they lie.

use std::ffi::{c_int, c_void};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::ptr::NonNull;

use rustix::fs::{FallocateFlags, MemfdFlags, SealFlags};

/// Bytes of one direction. Only those that are written to are memory.
pub(super) const LANE: u64 = 64 << 30;
/// What is in front of the lanes: a program that prints before it turns into a worker prints there.
const MARGIN: u64 = 1 << 20;
/// Bytes of a lane that stay memory when nothing lies there: giving them back and getting them again costs more than a copy.
const KEPT: u64 = 16 << 20;

const PROT_READ: c_int = 1;
const PROT_WRITE: c_int = 2;
const MAP_SHARED: c_int = 1;

unsafe extern "C" {
    fn mmap(
        at: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    fn munmap(at: *mut c_void, length: usize) -> c_int;
}

/// Which way rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// To the worker.
    There,
    /// Back to the host.
    Back,
}

/// The memory, mapped. It cannot be made shorter by anybody: what lies within may be read.
pub(super) struct Memory {
    file: OwnedFd,
    base: NonNull<u8>,
}

// SAFETY: it is memory; who may touch which bytes of it when is the protocol's affair, and that of the functions below.
unsafe impl Send for Memory {}
// SAFETY: see above.
unsafe impl Sync for Memory {}

impl Memory {
    const LENGTH: u64 = MARGIN + 2 * LANE;

    /// New memory, of which nothing is used yet.
    pub(super) fn new() -> io::Result<Self> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = rustix::fs::memfd_create("swath-plugin", flags)?;
        rustix::fs::ftruncate(&file, Self::LENGTH)?;
        rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::SEAL)?;
        Self::of(file)
    }

    /// The memory that another process made.
    pub(super) fn of(file: OwnedFd) -> io::Result<Self> {
        if rustix::fs::fstat(&file)?.st_size.cast_unsigned() != Self::LENGTH {
            return Err(io::Error::other("what is shared is not memory of a host"));
        }
        let (at, length) = (std::ptr::null_mut(), Self::LENGTH as usize);
        let protection = PROT_READ | PROT_WRITE;
        // SAFETY: it is mapped where there is room, and nothing else is touched.
        let base = unsafe { mmap(at, length, protection, MAP_SHARED, file.as_raw_fd(), 0) };
        // What says that it failed is the highest address.
        match NonNull::new(base.cast::<u8>()) {
            Some(base) if base.addr().get() != usize::MAX => Ok(Self { file, base }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// The file, to hand to another process.
    pub(super) fn file(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Where bytes of a lane begin, if all of them are within it.
    pub(super) fn place(&self, lane: Lane, at: u64, length: u64) -> Option<NonNull<u8>> {
        if at.checked_add(length)? > LANE {
            return None;
        }
        let begin = MARGIN + at + if lane == Lane::There { 0 } else { LANE };
        // SAFETY: it is within what is mapped.
        Some(unsafe { self.base.add(begin as usize) })
    }

    /// Gives memory back behind the first bytes of a lane, where nothing lies from `from` to `to`.
    pub(super) fn forget(&self, lane: Lane, from: u64, to: u64) {
        let from = from.max(KEPT).next_multiple_of(4096);
        if to > from {
            let begin = MARGIN + from + if lane == Lane::There { 0 } else { LANE };
            let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            // Where it is refused, it stays memory.
            let _ = rustix::fs::fallocate(&self.file, flags, begin, to - from);
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this length, and what is left of it is not used any more.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), Self::LENGTH as usize) };
    }
}

/// Which bytes of a lane rows lie in.
#[derive(Debug, Default)]
pub(super) struct Regions(std::collections::BTreeMap<u64, u64>);

impl Regions {
    /// The first place with so much room.
    pub(super) fn take(&mut self, length: u64) -> Option<u64> {
        // Also what is empty has a place of its own, by which it is given back.
        let length = length.max(1);
        let mut at: u64 = 0;
        for (begin, taken) in &self.0 {
            if at.checked_add(length)? <= *begin {
                break;
            }
            at = (begin + taken).next_multiple_of(super::packed::ALIGNED);
        }
        if at.checked_add(length)? > LANE {
            return None;
        }
        self.0.insert(at, length);
        Some(at)
    }

    /// Gives one back; returns where it ended and the next one begins, if it was taken.
    pub(super) fn free(&mut self, at: u64) -> Option<(u64, u64)> {
        let length = self.0.remove(&at)?;
        let next = self.0.range(at..).next().map(|(begin, _)| *begin);
        Some((at, next.unwrap_or(at + length).min(at + length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_see_what_is_written() {
        let here = Memory::new().expect("memory");
        let file = here.file().try_clone_to_owned().expect("a file");
        let there = Memory::of(file).expect("the same");
        for (at, lane) in [(7_u8, Lane::There), (8, Lane::Back)] {
            let place = here.place(lane, LANE - 1, 1).expect("the last byte");
            // SAFETY: it is within the lane.
            unsafe { place.write(at) };
        }
        let read = |lane| {
            let place = there.place(lane, LANE - 1, 1).expect("the last byte");
            // SAFETY: it is within the lane.
            unsafe { place.read() }
        };
        assert_eq!((read(Lane::There), read(Lane::Back)), (7, 8));
        there.forget(Lane::Back, 0, LANE);
        assert_eq!(read(Lane::Back), 0, "it was given back");
        assert_eq!(here.place(Lane::There, LANE, 1), None);
        assert_eq!(here.place(Lane::There, u64::MAX, 2), None);
        assert!(
            rustix::fs::ftruncate(here.file(), 0).is_err(),
            "it is sealed"
        );
    }

    #[test]
    fn places_are_taken_and_given_back() {
        let mut regions = Regions::default();
        assert_eq!(regions.take(100), Some(0));
        assert_eq!(regions.take(1), Some(128));
        assert_eq!(regions.take(0), Some(192));
        assert_eq!(regions.free(0), Some((0, 100)));
        assert_eq!(regions.free(0), None);
        assert_eq!(regions.take(200), Some(256));
        assert_eq!(regions.take(64), Some(0));
        assert_eq!(regions.take(64), Some(64));
        assert_eq!(regions.take(LANE), None);
    }
}
