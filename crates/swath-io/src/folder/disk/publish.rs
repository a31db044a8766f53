//! Giving the files of a write their names, all of them or none.

use std::io;
use std::path::{Path, PathBuf};

use super::begin::discard;
use super::hidden::{DONE, HiddenFolder};
use super::publication::{Incoming, Publication};
use super::system::{self, Owner, Taken};
use super::visible::Visible;
use crate::IoError;
use crate::folder::name::next_number;
use crate::folder::staged::{PREFIX, WrittenFile};
use crate::folder::{Mode, PartName};
use crate::local::failed;

/// The name of a hidden folder while its files get their names. There is one at a time: it is the claim.
pub(super) const MARKER: &str = ".swath-publish";

/// Whether an entry of a folder says that the folder's files are getting their names.
pub(crate) fn is_publishing(entry: &Path) -> bool {
    entry.file_name().is_some_and(|name| name == MARKER)
}

impl HiddenFolder {
    /// See [`Staged::publish`](crate::Staged::publish).
    pub(in crate::folder) fn publish(
        &self,
        files: &[WrittenFile],
    ) -> Result<Vec<WrittenFile>, IoError> {
        // Until the end of this, nobody who gives the write up removes its files.
        let Some(_working) = self.join() else {
            let over = io::Error::other("the write was given up");
            return Err(self.failed(over));
        };
        if system::exists(&self.done()) {
            let done = Publication::read_in(&self.folder, self.done())?;
            return Ok(done.map_or_else(|| files.to_vec(), |done| self.named(files, &done)));
        }
        // An attempt before this one may have been interrupted, after all was decided or before.
        let publication = if let Some(decided) = self.publication()? {
            decided
        } else {
            self.withdraw()?;
            self.decide(files)?
        };
        let published = publication.finish().and_then(|()| {
            system::rename(&self.marker(), &self.done()).map_err(|error| self.failed(error))
        });
        if published.is_err() {
            // Where the way back is barred too, the next write finishes it.
            if let Err(error) = self.withdraw() {
                tracing::warn!(folder = %self.shown, %error, "a write that failed could not be undone");
            }
        } else {
            // All names are durable; that none of them waits for the next write may be lost.
            drop(system::sync_folder(&self.folder));
        }
        published.map(|()| self.named(files, &publication))
    }

    /// The files with the paths where they are seen.
    fn named(&self, files: &[WrittenFile], publication: &Publication) -> Vec<WrittenFile> {
        let path = |name: &str| Path::new(&self.shown).join(name).display().to_string();
        let named = files.iter().zip(publication.names());
        named
            .map(|(file, name)| WrittenFile {
                path: path(name),
                ..file.clone()
            })
            .collect()
    }

    /// Undoes a publish of this write that was interrupted: the hidden folder is again one that is being written.
    pub(super) fn withdraw(&self) -> Result<(), IoError> {
        if let Some(publication) = self.publication()? {
            publication.undo()?;
        }
        if self.has_claimed() {
            system::rename(&self.marker(), &self.writing()).map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// Claims the folder, looks what is in it, and decides.
    pub(super) fn decide<'a>(&self, files: &'a [WrittenFile]) -> Result<Publication, IoError> {
        let whole = |file: &'a WrittenFile| {
            let Some(part) = self.part(&file.path) else {
                let other = format!("`{}` is no file of this write", file.path);
                return Err(self.failed(io::Error::other(other)));
            };
            let found = crate::local::identity(&self.hidden(&part))?.len;
            if found == file.bytes {
                Ok(part)
            } else {
                let change = format!("it had {} bytes and has {found}", file.bytes);
                let path = file.path.clone();
                Err(IoError::Changed { path, change })
            }
        };
        let parts: Vec<PartName<'_>> = files.iter().map(whole).collect::<Result<_, _>>()?;
        self.claim()?;
        let visible = Visible::of(&self.folder, &self.kind.extensions);
        let decided = visible.and_then(|visible| {
            if self.mode == Mode::New && !visible.files.is_empty() {
                return Err(self.kind.exists(&self.shown, visible.files.len()));
            }
            let touched = parts.iter().map(|part| part.below).collect();
            let replaced = visible
                .replaced(self.mode, &touched, &self.kind.extensions)
                .map_err(|link| {
                    let shared = "the link leads to other partitions too, which are not written";
                    failed("replace", &self.folder.join(link))(io::Error::other(shared))
                })?;
            let first = match self.mode {
                Mode::Append => next_number(visible.names()),
                _ => 0,
            };
            let incoming = parts.iter().map(|part| Incoming {
                hidden: part.hidden(),
                name: part.seen(first, "", &self.kind.extensions),
            });
            Publication::decide(&self.folder, &self.id, incoming.collect(), replaced)
        });
        if decided.is_err() {
            self.withdraw()?;
        }
        decided
    }

    /// Makes the hidden folder the one that publishes.
    fn claim(&self) -> Result<(), IoError> {
        loop {
            match system::rename(&self.writing(), &self.marker()) {
                Ok(()) => return Ok(()),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty
                    ) =>
                {
                    if !recover(&self.folder)? {
                        return Err(IoError::Publishing {
                            path: self.shown.clone(),
                        });
                    }
                }
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// Joins those who work on the write, in whatever state it is.
    fn join(&self) -> Option<Owner> {
        [self.writing(), self.marker(), self.done()]
            .iter()
            .filter(|hidden| Owner::id(hidden).is_some_and(|id| id == self.id))
            .find_map(|hidden| Owner::join(hidden))
    }

    /// The publish of this write, if it was decided and is not over.
    fn publication(&self) -> Result<Option<Publication>, IoError> {
        let decided = Publication::read(&self.folder)?;
        Ok(decided.filter(|decided| decided.id() == self.id))
    }

    fn has_claimed(&self) -> bool {
        Owner::id(&self.marker()).is_some_and(|id| id == self.id)
    }

    fn marker(&self) -> PathBuf {
        self.folder.join(MARKER)
    }

    fn failed(&self, error: io::Error) -> IoError {
        failed("put files in place in", Path::new(&self.shown))(error)
    }
}

/// Finishes a publish that a killed process left, so that the folder can be written to; false where somebody is
/// publishing at this moment.
pub(super) fn recover(folder: &Path) -> Result<bool, IoError> {
    let marker = folder.join(MARKER);
    if !system::exists(&marker) {
        return Ok(true);
    }
    let _alone = match Owner::take(&marker).map_err(failed("look at", &marker))? {
        Taken::Mine(owner) => owner,
        Taken::Busy => return Ok(false),
        Taken::Missing => {
            system::remove_empty([&marker]);
            return Ok(!system::exists(&marker));
        }
    };
    let Some(publication) = Publication::read(folder)? else {
        // Claimed and not decided: nothing was moved.
        let id = Owner::id(&marker).unwrap_or_default();
        let hidden = folder.join(format!("{PREFIX}{id}"));
        system::rename(&marker, &hidden).map_err(failed("write into", folder))?;
        discard(&hidden);
        return Ok(true);
    };
    publication.finish()?;
    let done = folder.join(format!("{PREFIX}{}{DONE}", publication.id()));
    system::rename(&marker, &done).map_err(failed("write into", folder))?;
    tracing::warn!(folder = %folder.display(), "finished a write whose process was killed");
    discard(&done);
    Ok(true)
}
