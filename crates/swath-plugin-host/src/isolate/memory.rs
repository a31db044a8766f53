//! Memory that a host and one worker share: rows are copied into it, and looked at where they lie.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;

use rustix::mm::{MapFlags, ProtFlags};
use rustix::process::{Resource, getrlimit};
use swath_plugin_abi::{PluginError, code};

use super::shared_file::{give_back, new_file};

/// Bytes of one direction where nothing limits them. They are addresses: only those that are written to are memory, and no
/// memory is promised for them, so neither a container's limit nor a system that promises no more than it has minds them.
const LANE: u64 = 64 << 30;
/// Bytes of one direction at least. Below that there is no use in a process of its own.
const LEAST: u64 = 1 << 20;
/// What is in front of the lanes: a program that prints before it turns into a worker prints there.
const MARGIN: u64 = 1 << 20;
/// Bytes of a lane that stay memory when nothing lies there: giving them back and getting them again costs more than a copy.
const KEPT: u64 = 16 << 20;
/// Of the addresses that a process may have, the memory with one worker takes one in so many: there are more workers, and the rest of
/// the program.
const SHARE: u64 = 64;

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
    lane: u64,
}

// SAFETY: it is memory; who may touch which bytes of it when is the protocol's affair, and that of the functions below.
unsafe impl Send for Memory {}
// SAFETY: see above.
unsafe impl Sync for Memory {}

impl Memory {
    /// New memory, of which nothing is used yet: as much as the limits of this process have room for.
    pub(super) fn new() -> io::Result<Self> {
        let addresses = getrlimit(Resource::As).current;
        let longest = getrlimit(Resource::Fsize).current;
        // A file that is too long is no error of the system: it ends the process.
        if longest.is_some_and(|longest| longest < MARGIN + 2 * LEAST) {
            return Err(io::Error::other(
                "files may not even have 3 MiB (`ulimit -f`)",
            ));
        }
        Self::with_lanes(lane(addresses, longest))
    }

    /// With lanes of so many bytes.
    pub(super) fn with_lanes(lane: u64) -> io::Result<Self> {
        Self::of(new_file(MARGIN + 2 * lane)?)
    }

    /// The memory that another process made.
    pub(super) fn of(file: OwnedFd) -> io::Result<Self> {
        let size = rustix::fs::fstat(&file)?.st_size.cast_unsigned();
        let lane = size.checked_sub(MARGIN).map(|both| both / 2);
        let lane = lane.filter(|lane| (LEAST..=LANE).contains(lane));
        let lane =
            lane.ok_or_else(|| io::Error::other("what is shared is not memory of a host"))?;
        let (at, length) = (std::ptr::null_mut(), length(lane));
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: it is mapped where there is room, and nothing else is touched.
        let base = unsafe { rustix::mm::mmap(at, length, protection, MapFlags::SHARED, &file, 0) }?;
        let base = NonNull::new(base.cast()).expect("nothing is mapped at the address 0");
        Ok(Self { file, base, lane })
    }

    /// The file, to hand to another process.
    pub(super) fn file(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Bytes of each direction.
    pub(super) fn lane(&self) -> u64 {
        self.lane
    }

    /// That so many bytes do not fit into a lane of which so many are taken.
    pub(super) fn no_room(&self, bytes: u64, taken: u64) -> PluginError {
        let lane = self.lane >> 20;
        let reason = if self.lane < LANE {
            ": limits of this process (`ulimit -v`, `ulimit -f`) leave no more"
        } else {
            ""
        };
        let words = if bytes > self.lane {
            format!(
                "{bytes} bytes are more than can be handed to another process at once, which is {lane} MiB{reason}"
            )
        } else {
            format!(
                "there is no room for {bytes} bytes: it still keeps {taken} bytes of what it was given, and both together may be {lane} \
                 MiB{reason}"
            )
        };
        PluginError::new(code::CONTRACT, words)
    }

    /// Where bytes of a lane begin, if all of them are within it.
    pub(super) fn place(&self, lane: Lane, at: u64, length: u64) -> Option<NonNull<u8>> {
        if at.checked_add(length)? > self.lane {
            return None;
        }
        let begin = self.begin(lane) + at;
        // SAFETY: it is within what is mapped.
        Some(unsafe { self.base.add(begin as usize) })
    }

    /// Bytes of all that was written to in it, in whole pages.
    pub(super) fn used(&self) -> io::Result<u64> {
        // The system counts them in blocks of so many bytes, whatever it calls the size of one.
        const BLOCK: u64 = 512;
        let blocks = rustix::fs::fstat(&self.file)?.st_blocks.cast_unsigned();
        Ok(blocks.saturating_mul(BLOCK))
    }

    /// Gives memory back behind the first bytes of a lane, where nothing lies from `from` to `to`.
    pub(super) fn forget(&self, lane: Lane, from: u64, to: u64) {
        let (from, to) = (from.max(KEPT), to.min(self.lane));
        if from < to {
            let from = from.next_multiple_of(4096);
            give_back(&self.file, self.begin(lane) + from, to.saturating_sub(from));
        }
    }

    /// Where a lane begins in the file.
    fn begin(&self, lane: Lane) -> u64 {
        match lane {
            Lane::There => MARGIN,
            Lane::Back => MARGIN + self.lane,
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this length, and what is left of it is not used any more.
        let _ = unsafe { rustix::mm::munmap(self.base.as_ptr().cast(), length(self.lane)) };
    }
}

/// Bytes of the memory as a whole, all of which have addresses.
fn length(lane: u64) -> usize {
    (MARGIN + 2 * lane) as usize
}

/// Bytes of one direction, where the process has so many addresses and files may be so long.
fn lane(addresses: Option<u64>, file: Option<u64>) -> u64 {
    let addresses = addresses.unwrap_or(u64::MAX).min(usize::MAX as u64) / SHARE;
    let both = addresses.min(file.unwrap_or(u64::MAX));
    let lane = both.saturating_sub(MARGIN) / 2;
    // In whole pages.
    (lane.clamp(LEAST, LANE) >> 20) << 20
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
        // Whatever the other process says.
        there.forget(Lane::Back, u64::MAX - 1, u64::MAX);
        there.forget(Lane::There, LANE - 1, LANE);
    }

    #[test]
    fn lanes_are_as_long_as_limits_allow() {
        const GIB: u64 = 1 << 30;
        assert_eq!(lane(None, None), LANE);
        assert_eq!(lane(Some(1 << 46), None), LANE);
        assert_eq!(lane(Some(64 * GIB), None), 511 << 20);
        assert_eq!(lane(None, Some(GIB)), 511 << 20);
        assert_eq!(lane(Some(0), Some(0)), LEAST);
        let short = Memory::with_lanes(LEAST).expect("memory");
        assert!(short.place(Lane::Back, 0, LEAST).is_some());
        assert!(short.place(Lane::Back, 1, LEAST).is_none());
        let error = short.no_room(1000, LEAST - 500);
        insta::assert_snapshot!(error.message, @"there is no room for 1000 bytes: it still keeps 1048076 bytes of what it was given, and both together may be 1 MiB: limits of this process (`ulimit -v`, `ulimit -f`) leave no more");
        let error = short.no_room(LEAST + 1, 0);
        insta::assert_snapshot!(error.message, @"1048577 bytes are more than can be handed to another process at once, which is 1 MiB: limits of this process (`ulimit -v`, `ulimit -f`) leave no more");
    }

    #[test]
    fn another_file_is_no_memory() {
        let other = new_file(MARGIN).expect("a file");
        assert!(Memory::of(other).is_err());
    }
}
