//! The requests of a write, by names within its prefix.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use swath_memory::CancelToken;

use crate::IoError;
use crate::folder::mode::Mode;
use crate::list::{has_extension, starts_hidden};
use crate::store::Located;

/// A prefix, and how long an answer about it is waited for. Waiting does not end when the run is cancelled: half of a
/// publish is worse than either end of it.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    place: Located,
    patience: Duration,
}

impl Objects {
    pub(super) fn new(place: Located, patience: Duration) -> Self {
        Self { place, patience }
    }

    /// Those below a name.
    pub(super) fn below(&self, name: &str) -> Self {
        Self {
            place: self.place.below(name),
            patience: self.patience,
        }
    }

    /// The names of all.
    pub(super) fn names(&self) -> Result<Vec<String>, IoError> {
        self.place.names(&self.wait())
    }

    /// The names of those that a reader of the prefix sees.
    pub(super) fn visible(&self, extensions: &[String]) -> Result<Vec<String>, IoError> {
        let extensions: Vec<&str> = extensions.iter().map(String::as_str).collect();
        let mut names = self.names()?;
        names.retain(|name| {
            has_extension(Path::new(name), &extensions) && !name.split('/').any(starts_hidden)
        });
        Ok(names)
    }

    /// The names of those that tell a reader of the prefix what is not so any more after a write.
    pub(super) fn outdated(
        &self,
        mode: Mode,
        extensions: &[String],
    ) -> Result<Vec<String>, IoError> {
        let mut names = self.names()?;
        names.retain(|name| {
            let (above, last) = name.rsplit_once('/').unwrap_or(("", name));
            mode.outdates(last, extensions) && !above.split('/').any(starts_hidden)
        });
        Ok(names)
    }

    pub(super) fn url(&self, name: &str) -> String {
        self.place.below(name).url()
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<Vec<u8>>, IoError> {
        self.place.below(name).get(&self.wait())
    }

    pub(super) fn has(&self, name: &str) -> Result<bool, IoError> {
        Ok(self.get(name)?.is_some())
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), IoError> {
        let url = self.url(name);
        let mut object = self.place.below(name).create(&url, &self.wait())?;
        object.write_all(bytes).map_err(|source| IoError::File {
            action: "write",
            path: url,
            source,
        })?;
        object.finish().map(drop)
    }

    pub(super) fn copy(&self, name: &str, to: &Self, as_name: &str) -> Result<(), IoError> {
        let to = to.place.below(as_name);
        self.place.below(name).copy(&to, &self.wait())
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), IoError> {
        self.place.below(name).remove(&self.wait())
    }

    fn wait(&self) -> CancelToken {
        CancelToken::with_deadline(Instant::now() + self.patience)
    }
}
