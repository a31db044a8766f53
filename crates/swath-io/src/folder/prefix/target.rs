//! A prefix before a write begins in it.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use super::objects::Objects;
use crate::folder::kind::FileKind;
use crate::folder::{Mode, is_within};
use crate::store::Located;
use crate::{IoContext, IoError, store};

/// The longest that a listing is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A prefix that a write is meant for.
#[derive(Clone, Debug)]
pub(in crate::folder) struct PrefixTarget {
    pub(super) place: Located,
    pub(super) url: String,
    pub(super) kind: FileKind,
    pub(super) mode: Mode,
}

impl PrefixTarget {
    pub(in crate::folder) fn new(
        url: &str,
        kind: FileKind,
        mode: Mode,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        let place = context.stores.locate(url)?;
        place.check_writable()?;
        Ok(Self {
            url: place.url(),
            place,
            kind,
            mode,
        })
    }

    pub(in crate::folder) fn url(&self) -> &str {
        &self.url
    }

    /// See [`WriteTarget::check`](crate::WriteTarget::check).
    pub(in crate::folder) fn check(&self) -> Result<(), IoError> {
        if self.mode != Mode::New {
            return Ok(());
        }
        refuse_files(&self.kind, &self.url, &self.visible()?)
    }

    /// See [`WriteTarget::first_replaced`](crate::WriteTarget::first_replaced).
    pub(in crate::folder) fn first_replaced<'a>(
        &self,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Result<Option<&'a str>, IoError> {
        if self.mode == Mode::Append {
            return Ok(None);
        }
        let in_stores = |file: &&str| store::local_path(file).is_none();
        let mut files = files.into_iter().filter(in_stores).peekable();
        if files.peek().is_none() {
            return Ok(None);
        }
        let visible = self.visible()?;
        let visible: HashSet<String> = visible
            .iter()
            .map(|name| self.place.below(name).url())
            .collect();
        Ok(files.find(|file| visible.contains(*file)))
    }

    /// See [`WriteTarget::overlaps`](crate::WriteTarget::overlaps).
    pub(in crate::folder) fn overlaps(&self, other: &Self) -> bool {
        let (one, other) = (Path::new(&self.url), Path::new(&other.url));
        is_within(one, other) || is_within(other, one)
    }

    fn visible(&self) -> Result<Vec<String>, IoError> {
        Objects::new(self.place.clone(), PATIENCE).visible(&self.kind.extensions)
    }
}

/// Refuses a prefix in which a reader sees anything.
pub(super) fn refuse_files(kind: &FileKind, url: &str, visible: &[String]) -> Result<(), IoError> {
    match visible.len() {
        0 => Ok(()),
        files => Err(kind.exists(url, files)),
    }
}
