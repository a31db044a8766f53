//! What writing a folder asks of the file system: folders, moves, durability, and who works on what.

use rustix::fs::{FlockOperation, flock};
use rustix::io::{Errno, retry_on_intr};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// The name of the file in a hidden folder that is locked by those who work on the write.
const OWNER: &str = "owner";

/// The one path of a folder that may not be there yet: absolute, without links, `.` and `..`.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut resolved = PathBuf::new();
    for component in std::path::absolute(path)?.components() {
        if component == Component::ParentDir {
            resolved.pop();
            continue;
        }
        resolved.push(component);
        // What is not there cannot be a link.
        resolved = real(&resolved).unwrap_or(resolved);
    }
    Ok(resolved)
}

/// The one path of what is there.
pub(super) fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Device and number of a file or folder, links followed: the same however its path is spelt.
pub(super) fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Whether there is an entry of this name, be it a link that leads nowhere.
pub(super) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Makes a folder and those above it; adds those that were not there to `made`.
pub(super) fn make_folders(folder: &Path, made: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|path| !exists(path))
        .collect();
    for path in missing.into_iter().rev() {
        match fs::create_dir(path) {
            Ok(()) => {
                made.insert(path.to_owned());
            }
            // Another write was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    if fs::metadata(folder)?.is_dir() {
        Ok(())
    } else {
        Err(io::Error::from(Errno::EXIST))
    }
}

/// Removes folders, innermost first, as far as nothing is in them; says whether none is left.
pub(super) fn remove_empty<'a>(folders: impl IntoIterator<Item = &'a PathBuf>) -> bool {
    folders
        .into_iter()
        .all(|folder| fs::remove_dir(folder).is_ok() || !exists(folder))
}

pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this module is where files of a folder are moved"
)]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Removes a folder with all that is in it.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is where hidden folders are removed"
)]
pub(super) fn remove_all(folder: &Path) -> io::Result<()> {
    fs::remove_dir_all(folder)
}

/// Removes a file.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is where what a folder says of itself is removed"
)]
pub(super) fn remove(file: &Path) -> io::Result<()> {
    fs::remove_file(file)
}

/// Makes the names in a folder durable.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is where folders are made durable"
)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Writes a small file so that it is there as a whole or not at all, also after a crash.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    rename(&temporary, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// The bytes of a small file, if it is there.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is where what a folder says of itself is read"
)]
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        bytes => bytes.map(Some),
    }
}

/// The turn to begin or end a write in a folder: one at a time, in whatever processes, as far as the file system knows locks.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "held for its lock")] File);

impl Turn {
    /// Waits until nobody else has it; `None` where the folder is not there any more.
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is where locks are taken"
    )]
    pub(super) fn take(folder: &Path) -> io::Result<Option<Self>> {
        let turn = match File::open(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        // Where there are no locks, writes that begin and end at the same time may leave an empty folder.
        let _ = retry_on_intr(|| flock(&turn, FlockOperation::LockExclusive));
        let metadata = turn.metadata()?;
        let same = identity(folder) == Some((metadata.dev(), metadata.ino()));
        Ok(same.then_some(Self(turn)))
    }
}

/// A share in the work on a write: while any process has one, nobody else puts the write right or removes it.
///
/// The system takes it back when the process ends, however it ends. Where the file system knows no locks, every write
/// counts as worked on.
#[derive(Debug)]
pub(super) struct Owner(File);

/// Who works on a write.
#[derive(Debug)]
pub(super) enum Taken {
    /// Nobody did; now the caller does, alone.
    Mine(Owner),
    /// Somebody does.
    Busy,
    /// It is not there.
    Missing,
}

impl Owner {
    /// Makes a hidden folder and works on it; `None` where somebody else made or removed it at the same time.
    pub(super) fn make(folder: &Path, id: &str) -> io::Result<Option<Self>> {
        let made = make_folder(folder).and_then(|()| {
            OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(folder.join(OWNER))
        });
        let mut file = match made {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound
                ) =>
            {
                return Ok(None);
            }
            file => file?,
        };
        file.write_all(id.as_bytes())?;
        let owner = Self(file);
        owner.lock(FlockOperation::LockShared);
        Ok(owner.is_of(folder).then_some(owner))
    }

    /// Joins those who work on a write; `None` where it is over.
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is where locks are taken"
    )]
    pub(super) fn join(folder: &Path) -> Option<Self> {
        let owner = Self(File::open(folder.join(OWNER)).ok()?);
        let joined = owner.lock(FlockOperation::NonBlockingLockShared) && owner.is_of(folder);
        joined.then_some(owner)
    }

    /// Takes a write on which nobody works.
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is where locks are taken"
    )]
    pub(super) fn take(folder: &Path) -> io::Result<Taken> {
        let owner = match File::open(folder.join(OWNER)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Taken::Missing),
            file => Self(file?),
        };
        let alone = retry_on_intr(|| flock(&owner.0, FlockOperation::NonBlockingLockExclusive));
        Ok(match alone {
            Ok(()) if owner.is_of(folder) => Taken::Mine(owner),
            _ => Taken::Busy,
        })
    }

    /// Waits until no other works on it.
    pub(super) fn alone(&self) {
        self.lock(FlockOperation::LockExclusive);
    }

    /// The write that a hidden folder is of.
    pub(super) fn id(folder: &Path) -> Option<String> {
        let id = read(&folder.join(OWNER)).ok()??;
        String::from_utf8(id).ok()
    }

    /// Whether the folder of that name is still this one.
    fn is_of(&self, folder: &Path) -> bool {
        let mine = self.0.metadata().ok();
        mine.map(|mine| (mine.dev(), mine.ino())) == identity(&folder.join(OWNER))
    }

    /// False only where another holds it against us.
    fn lock(&self, how: FlockOperation) -> bool {
        retry_on_intr(|| flock(&self.0, how)) != Err(Errno::WOULDBLOCK)
    }
}
