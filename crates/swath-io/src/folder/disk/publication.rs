//! The moves that replace the files of a folder, written down before the first of them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::publish::MARKER;
use super::system;
use crate::IoError;
use crate::local::failed;

const MANIFEST: &str = "manifest";
const OLD: &str = "old";

/// What is moved, by names. In its presence all new files are whole, and the write can be finished by anyone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    id: String,
    /// Names of the new files within the folder.
    files: Vec<String>,
    /// Their names in the hidden folder. In version 1, without them, file `n` comes from `n`.
    #[serde(default)]
    hidden: Vec<String>,
    /// What leaves the folder; the `n`-th goes to `old/n`.
    replaced: Vec<PathBuf>,
    /// Folders that new files are in and that were not there, outermost first.
    #[serde(default)]
    made: Vec<PathBuf>,
}

/// A new file.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    /// Its name in the hidden folder.
    pub(super) hidden: String,
    /// Its path within the folder.
    pub(super) name: String,
}

/// A publish that was decided, at any point of its way.
#[derive(Clone, Debug)]
pub(super) struct Publication {
    folder: PathBuf,
    hidden: PathBuf,
    manifest: Manifest,
}

/// One rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    from: PathBuf,
    to: PathBuf,
}

impl Move {
    pub(super) fn take(&self) -> Result<(), IoError> {
        let moved = || {
            let folder = self.to.parent().filter(|folder| !system::exists(folder));
            // It may be gone again where this is done anew.
            folder.map_or(Ok(()), |folder| {
                system::make_folders(folder, &mut BTreeSet::new())
            })?;
            system::rename(&self.from, &self.to)
        };
        moved().map_err(failed("rename into", &self.to))
    }
}

impl Publication {
    /// Decides what is moved: from here on the write is finished or undone, by whomever.
    pub(super) fn decide(
        folder: &Path,
        id: &str,
        files: Vec<Incoming>,
        replaced: Vec<PathBuf>,
    ) -> Result<Self, IoError> {
        let hidden = folder.join(MARKER);
        let made: BTreeSet<PathBuf> = files
            .iter()
            .flat_map(|file| Path::new(&file.name).ancestors().skip(1))
            .filter(|below| !system::exists(&folder.join(below)))
            .map(Path::to_owned)
            .collect();
        let (files, names) = files
            .into_iter()
            .map(|file| (file.name, file.hidden))
            .unzip();
        let manifest = Manifest {
            version: 2,
            id: id.to_owned(),
            files,
            hidden: names,
            replaced,
            made: made.into_iter().collect(),
        };
        let decided = || {
            let bytes = serde_json::to_vec(&manifest).map_err(io::Error::other)?;
            // An attempt before this one may have made it.
            match system::make_folder(&hidden.join(OLD)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
            system::write_whole(&hidden.join(MANIFEST), &bytes)
        };
        decided().map_err(failed("write into", folder))?;
        Ok(Self {
            folder: folder.to_owned(),
            hidden,
            manifest,
        })
    }

    /// The publish that is under way in a folder, if one was decided.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, IoError> {
        Self::read_in(folder, folder.join(MARKER))
    }

    /// What was decided in a hidden folder, in whatever state it is.
    pub(super) fn read_in(folder: &Path, hidden: PathBuf) -> Result<Option<Self>, IoError> {
        let path = hidden.join(MANIFEST);
        let read = || {
            system::read(&path)?
                .map(|bytes| serde_json::from_slice(&bytes).map_err(io::Error::other))
                .transpose()
        };
        let manifest: Option<Manifest> = read().map_err(failed("read", &path))?;
        Ok(manifest.map(|manifest| Self {
            folder: folder.to_owned(),
            hidden,
            manifest,
        }))
    }

    pub(super) fn id(&self) -> &str {
        &self.manifest.id
    }

    /// Paths of the new files within the folder, in the order in which they were given.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.manifest.files.iter().map(String::as_str)
    }

    /// The moves that are left: first all old files go out, then all new ones come in. Old and new ones are never in
    /// the folder together, and until the first new one is, all old ones can come back.
    pub(super) fn forward(&self) -> Vec<Move> {
        let incoming: Vec<Move> = self
            .incoming()
            .filter(|step| system::exists(&step.from))
            .collect();
        let outgoing = self
            .outgoing()
            // Once a new file is in, a name that is in the folder may be its.
            .filter(|_| incoming.len() == self.manifest.files.len())
            .filter(|step| system::exists(&step.from) && !system::exists(&step.to));
        outgoing.chain(incoming.iter().cloned()).collect()
    }

    /// The moves that undo those that were made.
    pub(super) fn back(&self) -> Vec<Move> {
        let turned = |step: Move| Move {
            from: step.to,
            to: step.from,
        };
        let arrived = self
            .incoming()
            .filter(|step| !system::exists(&step.from) && system::exists(&step.to));
        let parked = self.outgoing().filter(|step| system::exists(&step.to));
        arrived.chain(parked).map(turned).collect()
    }

    /// Makes all moves that are left, and makes them durable.
    pub(super) fn finish(&self) -> Result<(), IoError> {
        self.forward().iter().try_for_each(Move::take)?;
        self.sync()
    }

    /// Undoes the moves that were made, and the decision.
    pub(super) fn undo(&self) -> Result<(), IoError> {
        self.back().iter().try_for_each(Move::take)?;
        self.sync()?;
        // One by one: what somebody put into one of them stays, with the folders above.
        for made in self.manifest.made.iter().rev() {
            system::remove_empty([&self.folder.join(made)]);
        }
        let manifest = self.hidden.join(MANIFEST);
        system::remove(&manifest).map_err(failed("remove", &manifest))
    }

    fn outgoing(&self) -> impl Iterator<Item = Move> {
        let old = self.hidden.join(OLD);
        let entries = self.manifest.replaced.iter().enumerate();
        entries.map(move |(n, entry)| Move {
            from: self.folder.join(entry),
            to: old.join(n.to_string()),
        })
    }

    fn incoming(&self) -> impl Iterator<Item = Move> {
        let files = self.manifest.files.iter().enumerate();
        files.map(|(n, name)| {
            let hidden = self.manifest.hidden.get(n);
            Move {
                from: self.hidden.join(hidden.unwrap_or(&n.to_string())),
                to: self.folder.join(name),
            }
        })
    }

    /// Makes the names durable in every folder that has others now.
    fn sync(&self) -> Result<(), IoError> {
        let Manifest {
            files,
            replaced,
            made,
            ..
        } = &self.manifest;
        let moved = replaced
            .iter()
            .map(PathBuf::as_path)
            .chain(files.iter().map(Path::new));
        let folders: BTreeSet<PathBuf> = moved
            .chain(made.iter().map(PathBuf::as_path))
            .filter_map(Path::parent)
            .chain([Path::new("")])
            .map(|below| self.folder.join(below))
            // Where all was undone, one that was made may not be there yet.
            .filter(|folder| system::exists(folder))
            .collect();
        folders
            .iter()
            .try_for_each(|folder| system::sync_folder(folder).map_err(failed("write", folder)))
    }
}
