//! The hidden folder of a write, as data.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

use crate::folder::part;
use crate::folder::staged::PREFIX;

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
    /// Files with these extensions are the data set; new ones get the first.
    pub(super) extensions: Vec<String>,
    pub(super) overwrite: bool,
}

impl HiddenFolder {
    /// Where the file of a partition will be seen.
    pub(in crate::folder) fn path(&self, partition: usize) -> PathBuf {
        Path::new(&self.shown).join(self.name(partition))
    }

    /// Where the file of a partition is written: no name there has the extension, so that no pattern of any reader
    /// means it.
    pub(in crate::folder) fn hidden(&self, partition: usize) -> PathBuf {
        self.writing().join(partition.to_string())
    }

    pub(super) fn name(&self, partition: usize) -> String {
        part(partition, &self.extensions)
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
