//! Giving the objects of a write their names, all of them or none.

use serde::{Deserialize, Serialize};
use std::io;
use std::time::Duration;

use super::hidden::HiddenPrefix;
use super::objects::Objects;
use super::target::refuse_files;
use crate::folder::part;
use crate::folder::staged::WrittenFile;
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
    /// Names of the new objects; the `n`-th comes from `n` in the hidden prefix.
    files: Vec<String>,
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
    ) -> Result<(), IoError> {
        let prefix = Objects::new(context.stores.locate(&self.url)?, PATIENCE);
        let publication = Publication::of(self, prefix);
        let published = publication.finish(files.len());
        if published.is_err()
            && let Err(error) = publication.withdraw()
        {
            tracing::warn!(folder = %self.url, %error, "a write that failed could not be undone");
        }
        published
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

    /// Makes all copies that are left; called again, it goes on where it was interrupted.
    fn finish(&self, files: usize) -> Result<(), IoError> {
        if self.hidden.has(DONE)? {
            return Ok(());
        }
        let manifest = match self.manifest()? {
            Some(decided) => decided,
            None => self.decide(files)?,
        };
        if !self.hidden.has(PARKED)? {
            for (n, name) in manifest.replaced.iter().enumerate() {
                self.prefix.copy(name, &self.hidden, &old(n))?;
            }
            self.hidden.put(PARKED, b"")?;
        }
        for name in &manifest.replaced {
            self.prefix.remove(name)?;
        }
        for (n, name) in manifest.files.iter().enumerate() {
            self.hidden.copy(&n.to_string(), &self.prefix, name)?;
        }
        self.hidden.put(DONE, b"")
    }

    fn decide(&self, files: usize) -> Result<Manifest, IoError> {
        let visible = self.prefix.visible(&self.write.extensions)?;
        if !self.write.overwrite {
            refuse_files(&self.write.url, &visible)?;
        }
        let manifest = Manifest {
            version: 1,
            files: (0..files)
                .map(|n| part(n, &self.write.extensions))
                .collect(),
            replaced: visible,
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
