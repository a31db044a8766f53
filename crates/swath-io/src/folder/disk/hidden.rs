//! The hidden folder of a write, as data.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

use crate::folder::kind::FileKind;
use crate::folder::staged::PREFIX;
use crate::folder::{Mode, PartName};

/// A write that has begun in a folder, and the hidden folder in it that files are written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HiddenFolder {
    /// The target as the user spelt it, for messages and results.
    pub(super) shown: String,
    /// The target's one path.
    pub(super) folder: PathBuf,
    /// Names this write among all.
    pub(in crate::folder) id: String,
    /// Which files are the data set.
    pub(super) kind: FileKind,
    pub(super) mode: Mode,
}

impl HiddenFolder {
    /// Where a file will be seen.
    pub(in crate::folder) fn path(&self, part: &PartName<'_>) -> PathBuf {
        Path::new(&self.shown).join(part.seen(0, "", &self.kind.extensions))
    }

    /// Which file it is that will be seen there.
    pub(super) fn part<'a>(&self, path: &'a str) -> Option<PartName<'a>> {
        let within = Path::new(path).strip_prefix(&self.shown).ok()?;
        PartName::parse(within.to_str()?)
    }

    /// Where a file is written.
    pub(in crate::folder) fn hidden(&self, part: &PartName<'_>) -> PathBuf {
        self.writing().join(part.hidden())
    }

    /// The hidden folder while files are being written.
    pub(super) fn writing(&self) -> PathBuf {
        self.folder.join(format!("{PREFIX}{}", self.id))
    }

    /// The hidden folder when the files have their names.
    pub(super) fn done(&self) -> PathBuf {
        self.folder.join(format!("{PREFIX}{}{DONE}", self.id))
    }
}

/// How the name of one ends whose files have their names.
pub(super) const DONE: &str = "-done";
