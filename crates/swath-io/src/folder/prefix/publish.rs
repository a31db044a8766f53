//! Giving the objects of a write their names, all of them or none.

use serde::{Deserialize, Serialize};
use std::io;
use std::time::Duration;

use super::hidden::HiddenPrefix;
use super::objects::Objects;
use super::target::refuse_files;
use crate::folder::name::next_number;
use crate::folder::staged::WrittenFile;
use crate::folder::{Mode, PartName};
use crate::{IoContext, IoError};

/// What will be moved, by names.
pub(super) const MANIFEST: &str = "manifest";

/// Says that all that is replaced has a copy.
pub(super) const PARKED: &str = "parked";

/// Says that all objects have their names.
pub(super) const DONE: &str = "done";

/// The longest that the copy of an object is waited for.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    /// Names of the new objects within the prefix.
    files: Vec<String>,
    /// Their names in the hidden prefix.
    hidden: Vec<String>,
    /// What leaves the prefix; the `n`-th has its copy in `old/n`.
    replaced: Vec<String>,
}

/// A publish at any point of its way.
#[derive(Debug)]
pub(super) struct Publication<'a> {
    write: &'a HiddenPrefix,
    prefix: Objects,
    hidden: Objects,
}

impl HiddenPrefix {
    /// See [`Staged::publish`](crate::Staged::publish).
    pub(in crate::folder) fn publish(
        &self,
        files: &[WrittenFile],
        context: &IoContext,
    ) -> Result<Vec<WrittenFile>, IoError> {
        let prefix = Objects::new(context.stores.locate(&self.url)?, PATIENCE);
        let publication = Publication::of(self, prefix);
        let published = publication.finish(files);
        if published.is_err()
            && let Err(error) = publication.withdraw()
        {
            tracing::warn!(folder = %self.url, %error, "a write that failed could not be undone");
        }
        let place = context.stores.locate(&self.url)?;
        let named = |(file, name): (&WrittenFile, String)| WrittenFile {
            path: place.below(&name).url(),
            ..file.clone()
        };
        published.map(|names| files.iter().zip(names).map(named).collect())
    }
}

impl<'a> Publication<'a> {
    pub(super) fn of(write: &'a HiddenPrefix, prefix: Objects) -> Self {
        Self {
            write,
            hidden: prefix.below(&write.name()),
            prefix,
        }
    }

    /// Makes all copies that are left; called again, it goes on where it was interrupted. Returns the names of the objects.
    fn finish(&self, files: &[WrittenFile]) -> Result<Vec<String>, IoError> {
        let manifest = match self.manifest()? {
            Some(decided) => decided,
            None => self.decide(files)?,
        };
        if self.hidden.has(DONE)? {
            return Ok(manifest.files);
        }
        if !self.hidden.has(PARKED)? {
            for (n, name) in manifest.replaced.iter().enumerate() {
                self.prefix.copy(name, &self.hidden, &old(n))?;
            }
            self.hidden.put(PARKED, b"")?;
        }
        for name in &manifest.replaced {
            self.prefix.remove(name)?;
        }
        for (hidden, name) in manifest.hidden.iter().zip(&manifest.files) {
            self.hidden.copy(hidden, &self.prefix, name)?;
        }
        self.hidden.put(DONE, b"")?;
        Ok(manifest.files)
    }

    fn decide(&self, files: &[WrittenFile]) -> Result<Manifest, IoError> {
        let mut parts = Vec::with_capacity(files.len());
        for file in files {
            parts.push(self.write.part(&file.path).ok_or_else(|| IoError::File {
                action: "put in place",
                path: file.path.clone(),
                source: io::Error::other("it is no object of this write"),
            })?);
        }
        let mode = self.write.mode;
        let visible = self.prefix.visible(&self.write.kind.extensions)?;
        if mode == Mode::New {
            refuse_files(&self.write.kind, &self.write.url, &visible)?;
        }
        // Nothing keeps two from adding at the same time: names that none else has.
        let (first, mark) = match mode {
            Mode::Append => {
                let next = next_number(visible.iter().map(String::as_str));
                (next, format!("-{}", self.write.id))
            }
            _ => (0, String::new()),
        };
        let goes = |name: &String| match mode {
            Mode::New | Mode::Append => false,
            Mode::Overwrite => true,
            Mode::OverwritePartitions => {
                let is_in = |below: &str| {
                    let rest = name.strip_prefix(below);
                    below.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
                };
                parts.iter().any(|part| is_in(part.below))
            }
        };
        let outdated = self.prefix.outdated(mode, &self.write.kind.extensions)?;
        let manifest = Manifest {
            version: 2,
            files: parts
                .iter()
                .map(|part| part.seen(first, &mark, &self.write.kind.extensions))
                .collect(),
            hidden: parts.iter().map(PartName::hidden).collect(),
            replaced: visible.into_iter().filter(goes).chain(outdated).collect(),
        };
        let bytes = serde_json::to_vec(&manifest).expect("names are plain data");
        self.hidden.put(MANIFEST, &bytes)?;
        Ok(manifest)
    }

    /// Undoes what was copied and deleted, unless all is done.
    pub(super) fn withdraw(&self) -> Result<(), IoError> {
        if self.hidden.has(DONE)? {
            return Ok(());
        }
        let Some(manifest) = self.manifest()? else {
            return Ok(());
        };
        if self.hidden.has(PARKED)? {
            let new = |name: &&String| !manifest.replaced.contains(name);
            for name in manifest.files.iter().filter(new) {
                self.prefix.remove(name)?;
            }
            for (n, name) in manifest.replaced.iter().enumerate() {
                self.hidden.copy(&old(n), &self.prefix, name)?;
            }
            self.hidden.remove(PARKED)?;
        }
        self.hidden.remove(MANIFEST)
    }

    /// Removes all that is hidden; what tells how far the write came goes last.
    pub(super) fn clean(&self) -> Result<(), IoError> {
        let mut names = self.hidden.names()?;
        names.sort_by_key(|name| [MANIFEST, PARKED, DONE].contains(&name.as_str()));
        names.iter().try_for_each(|name| self.hidden.remove(name))
    }

    fn manifest(&self) -> Result<Option<Manifest>, IoError> {
        let Some(bytes) = self.hidden.get(MANIFEST)? else {
            return Ok(None);
        };
        let decoded = serde_json::from_slice(&bytes);
        decoded.map(Some).map_err(|error| IoError::File {
            action: "read",
            path: self.hidden.url(MANIFEST),
            source: io::Error::other(error),
        })
    }
}

fn old(n: usize) -> String {
    format!("old/{n}")
}
