//! The beginning and the end of a write into a folder: both belong to the process that asked for it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::hidden::{DONE, HiddenFolder};
use super::publish::{self, MARKER};
use super::system::{self, Owner, Taken, Turn};
use super::target::DiskTarget;
use crate::IoError;
use crate::folder::staged::{PREFIX, new_id};
use crate::local::{self, failed};

/// How often a write begins anew because another one removed what it had made.
const ATTEMPTS: usize = 16;

/// The file in a hidden folder that lists the folders that were made for it.
const MADE: &str = "made";

/// How the name of a hidden folder ends that is being removed.
const GONE: &str = "-gone";

/// A write under way. Dropped, it waits for a publish that is under way and removes what is hidden: the files that
/// were replaced if the write was published, and otherwise whatever was written for it.
#[derive(Debug)]
pub(crate) struct DiskWrite {
    staged: HiddenFolder,
    /// Taken before anything is written.
    owner: Option<Owner>,
    /// Folders that were made for it or for a write beside it.
    made: BTreeSet<PathBuf>,
}

impl DiskTarget {
    /// Puts right what killed processes left in the folder: finishes what was getting its names, and removes the rest.
    ///
    /// # Errors
    /// What the system refuses while it is finished.
    pub(in crate::folder) fn put_right(&self) -> Result<(), IoError> {
        if local::is_folder(&self.folder) {
            // One that is under way is another's.
            publish::recover(&self.folder)?;
            sweep(&self.folder);
        }
        Ok(())
    }

    /// Makes the folder where it is not there, puts right what killed processes left in it, and makes the hidden
    /// folder of this write.
    ///
    /// # Errors
    /// A folder that cannot be made; [`IoError::Exists`] as by [`check`](Self::check).
    pub(in crate::folder) fn begin(&self) -> Result<DiskWrite, IoError> {
        let mut write = DiskWrite {
            staged: HiddenFolder {
                shown: self.shown.clone(),
                folder: self.folder.clone(),
                id: String::new(),
                kind: self.kind.clone(),
                mode: self.mode,
            },
            owner: None,
            made: BTreeSet::new(),
        };
        let shown = Path::new(&self.shown);
        let mut cause = None;
        for _ in 0..ATTEMPTS {
            match system::make_folders(&self.folder, &mut write.made) {
                Ok(()) => {}
                // One above it was removed in between, or is a link to nowhere.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    cause = Some(error);
                    continue;
                }
                Err(error) => return Err(self.unmade(error)),
            }
            let turn = Turn::take(&self.folder).map_err(failed("write into", shown))?;
            let Some(_turn) = turn else {
                continue;
            };
            write.share_made();
            self.put_right()?;
            self.check()?;
            write.staged.id = new_id();
            let owner = Owner::make(&write.staged.writing(), &write.staged.id);
            write.owner = owner.map_err(failed("write into", shown))?;
            if write.owner.is_some() {
                let told = tell_made(&write.staged.writing(), &write.made);
                told.map_err(failed("write into", shown))?;
                return Ok(write);
            }
        }
        let busy = || io::Error::other("other writes remove it again and again");
        Err(self.unmade(cause.unwrap_or_else(busy)))
    }
}

impl DiskWrite {
    /// What the tasks of the write have to know.
    pub(in crate::folder) fn staged(&self) -> &HiddenFolder {
        &self.staged
    }

    /// Learns from writes that are under way in the folder which folders are there only for writes, and tells them of those
    /// that were made for this one: whoever ends last removes them. Says whether there are any.
    fn share_made(&mut self) -> bool {
        let others = hidden(&self.staged.folder).filter(|path| {
            let name = name(path);
            !name.ends_with(GONE) && !name.ends_with(DONE)
        });
        let others: Vec<PathBuf> = others.collect();
        let theirs = others.iter().flat_map(|other| made_for(other));
        self.made.extend(theirs);
        if let Some(outermost) = self.made.first().cloned() {
            // What is below a folder that was made for writes was made for one too, be it one that has yet to begin.
            let below = self.staged.folder.ancestors();
            let below = below.filter(|path| path.starts_with(&outermost));
            self.made.extend(below.map(Path::to_owned));
        }
        let told = others.iter().map(|other| tell_made(other, &self.made));
        // One that is over by now needs not know.
        told.flatten().count() > 0
    }

    /// Removes what is hidden.
    fn discard(&mut self) {
        self.made.extend(made_for(&self.staged.writing()));
        discard(&self.staged.writing());
        discard(&self.staged.done());
    }

    /// Removes what is hidden and the folders that were made for it, or leaves those to the writes that are under way there.
    fn undo(&mut self) {
        for _ in 0..ATTEMPTS {
            let turn = Turn::take(&self.staged.folder);
            self.discard();
            // Out of turn, what is told to a write that begins may be lost.
            let told = !matches!(turn, Ok(None)) && self.share_made();
            // Where neither is so, there are files of somebody else, or a write that begins has made an inner one again.
            if told || system::remove_empty(self.made.iter().rev()) {
                return;
            }
        }
    }

    /// Ends as the end of the process would: nothing is removed.
    #[cfg(test)]
    pub(super) fn forget(mut self) {
        self.owner = None;
        self.made.clear();
    }
}

impl Drop for DiskWrite {
    fn drop(&mut self) {
        if let Some(owner) = &self.owner {
            owner.alone();
            let published = system::exists(&self.staged.done());
            // Nobody is left to be told of an error here; the next write tries again.
            if let Err(error) = self.staged.withdraw() {
                tracing::warn!(folder = %self.staged.shown, %error, "a write that failed could not be undone");
            }
            if published {
                self.discard();
                return;
            }
        }
        self.undo();
    }
}

/// Folders that are there only for the write of a hidden folder and those beside it, as far as it was told.
fn made_for(hidden: &Path) -> BTreeSet<PathBuf> {
    let made = system::read(&hidden.join(MADE)).ok().flatten();
    made.and_then(|made| serde_json::from_slice(&made).ok())
        .unwrap_or_default()
}

/// Tells the write of a hidden folder which folders are there only for it and those beside it.
fn tell_made(hidden: &Path, made: &BTreeSet<PathBuf>) -> io::Result<()> {
    if made.is_empty() {
        return Ok(());
    }
    let made = serde_json::to_vec(made).map_err(io::Error::other)?;
    system::write_whole(&hidden.join(MADE), &made)
}

/// The hidden folders of writes, in whatever state.
fn hidden(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = local::entries(folder).unwrap_or_default().into_iter();
    entries
        .filter(|(path, is_folder)| *is_folder && name(path).starts_with(PREFIX))
        .map(|(path, _)| path)
}

fn name(path: &Path) -> Cow<'_, str> {
    path.file_name()
        .map_or(Cow::default(), OsStr::to_string_lossy)
}

/// Removes a hidden folder; renamed before, so that no task that is still running makes files in it.
pub(super) fn discard(folder: &Path) {
    let mut gone = folder.as_os_str().to_owned();
    gone.push(GONE);
    let gone = PathBuf::from(gone);
    if system::rename(folder, &gone).is_ok() {
        remove(&gone);
    }
}

fn remove(folder: &Path) {
    if let Err(error) = system::remove_all(folder) {
        tracing::warn!(folder = %folder.display(), %error, "a hidden folder stays until the next write");
    }
}

/// Removes the hidden folders of writes on which nobody works any more.
fn sweep(folder: &Path) {
    for path in hidden(folder) {
        let name = name(&path);
        if name == MARKER {
            continue;
        }
        if name.ends_with(GONE) {
            remove(&path);
            continue;
        }
        match Owner::take(&path) {
            Ok(Taken::Mine(_owner)) => discard(&path),
            // Made by a process that was killed at once, or is about to go on: then it makes another.
            Ok(Taken::Missing) => drop(system::remove_empty([&path])),
            Ok(Taken::Busy) | Err(_) => {}
        }
    }
}
