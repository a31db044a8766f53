//! What looking at plugins asks of the file system.

#![expect(
    clippy::disallowed_methods,
    reason = "plugins are libraries of this machine, opened by the system's loader: this module is where their files are read and written"
)]

use rustix::fs::OFlags;
use std::ffi::{c_int, c_void};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

mod replace;

pub(crate) use replace::replace;

/// Who may do what with a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// The bits of its permissions.
    pub(crate) mode: u32,
    /// The number of the user it belongs to.
    pub(crate) owner: u32,
}

impl Access {
    fn of(metadata: &Metadata) -> Self {
        Self {
            mode: metadata.mode() & 0o7777,
            owner: metadata.uid(),
        }
    }

    /// Whether every user of the machine may write to it.
    pub(crate) fn is_world_writable(self) -> bool {
        self.mode & 0o002 != 0
    }

    /// Whether what is in this folder is removed and renamed by its owner alone.
    pub(crate) fn is_sticky(self) -> bool {
        self.mode & 0o1000 != 0
    }
}

/// What is at a path.
pub(crate) enum Content {
    /// A file and what is in it.
    Regular(Vec<u8>, Access),
    /// A file of more bytes than asked for.
    TooLarge(u64),
    /// A folder.
    Folder,
    /// A device, a pipe or a socket.
    Special,
}

/// The one path of what is there: absolute, without links, `.` and `..`.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// A path from the root, links as they are.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Where a link leads; `None` for what is no link.
pub(crate) fn link_target(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// Whether there is a file at a path, links followed.
pub(crate) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Opens what is at a path, if only to see what it is. The last part of the path must not be a link.
fn open(path: &Path) -> io::Result<File> {
    // A pipe without a writer would be waited for.
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

/// Reads a file of at most `limit` bytes through one handle. The last part of the path must not be a link.
pub(crate) fn read_whole(path: &Path, limit: u64) -> io::Result<Content> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Ok(Content::Folder);
    }
    if !metadata.is_file() {
        return Ok(Content::Special);
    }
    if metadata.len() > limit {
        return Ok(Content::TooLarge(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    in_large_pages(&mut bytes);
    file.take(limit + 1).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    Ok(if size > limit {
        Content::TooLarge(size)
    } else {
        Content::Regular(bytes, Access::of(&metadata))
    })
}

/// Bytes of a large page.
const LARGE: usize = 2 << 20;
/// What the system is told of memory that should be of large pages.
const MADV_HUGEPAGE: c_int = 14;

unsafe extern "C" {
    fn madvise(at: *mut c_void, length: usize, advice: c_int) -> c_int;
}

/// Asks the system for large pages where there is room and nothing yet: libraries are large, and to be given new memory a small page at
/// a time takes longer than to read them.
fn in_large_pages(room: &mut Vec<u8>) {
    let room = room.spare_capacity_mut();
    let start = room.as_ptr().addr();
    let end = start + room.len();
    let first = start.next_multiple_of(LARGE);
    let length = (end / LARGE * LARGE).saturating_sub(first);
    if length > 0 {
        let at = room.as_mut_ptr().wrapping_add(first - start).cast();
        // SAFETY: it lies within memory that is this function's alone, and changes nothing of what is there. Where the system has no such
        // pages it gives others.
        let _ = unsafe { madvise(at, length, MADV_HUGEPAGE) };
    }
}

/// Who may do what with a file, if it is one of these bytes. The last part of the path must not be a link.
pub(crate) fn holding(path: &Path, bytes: &[u8]) -> io::Result<Option<Access>> {
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() != bytes.len() as u64 {
        return Ok(None);
    }
    // Compared where it is read, and not kept: libraries are large, and memory is not free before it is touched.
    let mut block = vec![0; BLOCK.min(bytes.len())];
    for expected in bytes.chunks(BLOCK) {
        let found = &mut block[..expected.len()];
        file.read_exact(found)?;
        if found != expected {
            return Ok(None);
        }
    }
    Ok(Some(Access::of(&metadata)))
}

/// How many bytes are compared at once.
const BLOCK: usize = 256 << 10;

/// The file that this process runs, also where it has been replaced or removed since.
pub(crate) fn open_this_program() -> io::Result<File> {
    File::open("/proc/self/exe")
}

/// Who may do what with a file or folder, links followed.
pub(crate) fn access(path: &Path) -> io::Result<Access> {
    Ok(Access::of(&fs::metadata(path)?))
}

/// The number of the user this process acts for.
pub(crate) fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Makes a folder that nobody else may look into, or takes the rights of others from the one that is there. `None` where
/// something else has its name.
///
/// What is looked at is what is changed: through one handle, whatever has its name by then.
pub(crate) fn private_folder(path: &Path) -> io::Result<Option<Access>> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path);
    let folder = match opened {
        Ok(folder) => folder,
        Err(error) => {
            // Of one that cannot be opened nothing is changed.
            let metadata = fs::symlink_metadata(path)?;
            return match (metadata.is_dir(), Access::of(&metadata)) {
                (false, _) => Ok(None),
                (true, access) if access.owner != own_user() => Ok(Some(access)),
                (true, _) => Err(error),
            };
        }
    };
    let metadata = folder.metadata()?;
    if metadata.mode() & 0o077 != 0 {
        folder.set_permissions(Permissions::from_mode(0o700))?;
    }
    Ok(Some(Access::of(&metadata)))
}

/// Makes a folder that nobody else may look into, where none is; one that is there stays as it is.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// A file in a folder.
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) modified: SystemTime,
}

/// The files in a folder: no folders, and no links.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // What somebody removed meanwhile is none.
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            found.push(Entry {
                path: entry.path(),
                size: metadata.len(),
                modified: metadata.modified()?,
            });
        }
    }
    Ok(found)
}

/// Removes a file.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Says that a file is used now: its time is that of its last use.
pub(crate) fn touch(path: &Path) -> io::Result<()> {
    open(path)?.set_modified(SystemTime::now())
}

/// Whether a file that may be run is at a path, links followed.
pub(crate) fn is_program(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}
