//! Which files of a folder are those of a write.

use serde::{Deserialize, Serialize};

use crate::IoError;

/// The files of a format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileKind {
    /// What their names end with; new ones get the first.
    pub(super) extensions: Vec<String>,
    /// What a user says about writing them, for messages: `ToParquet`.
    pub(super) options: Box<str>,
}

impl FileKind {
    /// That so many of them are where none may be.
    pub(super) fn exists(&self, path: &str, files: usize) -> IoError {
        IoError::Exists {
            options: self.options.clone(),
            path: path.to_owned(),
            files,
        }
    }
}
